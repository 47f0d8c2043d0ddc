/**
 * The Pyodides the tests run on, and the table of subjects: every plan on every CPython line, beside
 * the two stock interpreters without Moult. Every `open` is a new interpreter; nothing is shared.
 */
import type { PyodideAPI } from "pyodide";
import { chai } from "vitest";
import type { Moult, MoultOptions, PlanName } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { withMoult } from "../../src/with-moult.js";
import { HARNESS } from "./harness.js";

// A difference between two collectors is only of use in full.
chai.config.truncateThreshold = 0;

/** The CPython lines: pyodide 314.0.7 with CPython 3.14.2, 0.29.5 with 3.13.2, and 315.0.0-alpha.2 with 3.15.0rc1. */
export const LINES = ["314", "0.29", "315"] as const;
export type Line = (typeof LINES)[number];

/** The npm packages that the lines are in, by their names in node_modules. */
export const PACKAGES: Readonly<Record<Line, string>> = {
  "314": "pyodide",
  "0.29": "pyodide-0.29",
  "315": "pyodide-315",
};

const VERSIONS: Readonly<Record<Line, string>> = {
  "314": "314.0.7",
  "0.29": "0.29.5",
  "315": "315.0.0-alpha.2",
};

/** What a contract is run against. */
export interface Subject {
  readonly name: string;
  readonly line: Line;
  /** `none`: stock CPython, Moult is not attached. */
  readonly plan: PlanName | "none";
  /** Whose behaviour the program sees. `incremental` is only in stock 3.14.0 to 3.14.4. */
  readonly collector: "generational" | "incremental";
}

/** True where Moult collects, and not CPython. */
export function replacesCollector({ plan }: Subject): boolean {
  return plan !== "none" && plan !== "builtin";
}

/** Stock CPython 3.13: the executable specification of the gc module. */
export const REFERENCE: Subject = {
  name: "reference: CPython 3.13.2 (pyodide 0.29.5)",
  line: "0.29",
  plan: "none",
  collector: "generational",
};

/** Stock CPython 3.14.2, whose incremental collector was withdrawn in 3.14.5. */
export const STOCK_314: Subject = {
  name: "stock: CPython 3.14.2 (pyodide 314.0.7)",
  line: "314",
  plan: "none",
  collector: "incremental",
};

/** Stock CPython 3.15: the generational collector again, with weak references and statistics that differ from 3.13's. */
export const STOCK_315: Subject = {
  name: "stock: CPython 3.15.0rc1 (pyodide 315.0.0-alpha.2)",
  line: "315",
  plan: "none",
  collector: "generational",
};

/** Every plan on every line. */
export const ATTACHED: readonly Subject[] = (["generational", "incremental", "builtin"] as const).flatMap(
  (plan) =>
    LINES.map((line): Subject => {
      const collector = plan === "builtin" && line === "314" ? "incremental" : "generational";
      return { name: `${plan} plan on ${VERSIONS[line]}`, line, plan, collector };
    }),
);

/** All subjects, the reference first. */
export const SUBJECTS: readonly Subject[] = [REFERENCE, STOCK_314, STOCK_315, ...ATTACHED];

/** Bytes written to the interpreter's file descriptor 2, whoever wrote them. */
export class Stderr {
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(pyodide: PyodideAPI) {
    pyodide.setStderr({
      write: (bytes: Uint8Array) => {
        this.#text += this.#decoder.decode(bytes, { stream: true });
        return bytes.length;
      },
      isatty: false,
    });
  }

  /** The text since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** One interpreter, with or without Moult. */
export interface Runtime {
  readonly subject: Subject;
  readonly pyodide: PyodideAPI;
  /** Absent for stock subjects. */
  readonly moult: Moult | undefined;
  readonly stderr: Stderr;
  /**
   * Runs a Python program in a namespace of its own and returns the value of its last expression, by
   * way of JSON. Afterwards every setting of the gc module is as it was before, the namespace is
   * cleared and a full collection has run.
   */
  run(source: string): unknown;
}

/** Loads a stock interpreter. */
export async function loadLine(line: Line, env: Record<string, string> = {}): Promise<PyodideAPI> {
  const { loadPyodide } = (await import(PACKAGES[line])) as typeof import("pyodide");
  return await loadPyodide({ env });
}

/**
 * Loads the subject's interpreter with its plan; `options` goes to `attach`. The plan `incremental` comes as with
 * `moult/pyodide`, the others into an interpreter that runs already.
 */
export async function open(subject: Subject, options: Omit<MoultOptions, "plan"> = {}): Promise<Runtime> {
  const { plan, line } = subject;
  const gc = plan === "none" ? undefined : { ...options, plan };
  const [pyodide, moult] =
    gc?.plan === "incremental" ? await loadWithMoult(line, gc) : await loadAndAttach(line, gc);
  return { subject, pyodide, moult, stderr: new Stderr(pyodide), run: runner(pyodide) };
}

async function loadWithMoult(line: Line, gc: MoultOptions): Promise<[PyodideAPI, Moult]> {
  const pyodide = await withMoult(() => loadLine(line))({ gc });
  return [pyodide, pyodide.moult];
}

async function loadAndAttach(line: Line, gc?: MoultOptions): Promise<[PyodideAPI, Moult | undefined]> {
  const pyodide = await loadLine(line);
  return [pyodide, gc === undefined ? undefined : await attach(pyodide, gc)];
}

/** `Runtime.run` for an interpreter loaded by other means. */
export function runner(pyodide: PyodideAPI): (source: string) => unknown {
  pyodide.runPython(HARNESS);
  const run = pyodide.globals.get("__run_in_own_namespace");
  return (source) => JSON.parse(run(python(source)));
}

/** Takes the indentation of the first line off a Python source, so that it can sit in TypeScript. */
export function python(source: string): string {
  const lines = source.replace(/^\s*\n/, "").split("\n");
  const indent = /^ */.exec(lines[0] ?? "")?.[0] ?? "";
  return lines
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
    .join("\n");
}
