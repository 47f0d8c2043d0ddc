/**
 * Runs the Python scenarios of this folder in a fresh Pyodide, with CPython's own collector or with Moult.
 * What CPython's own collector does is the truth that the others are held to.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { PyodideAPI } from "pyodide";
import type { Moult, PlanName, PyodideLike } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { buildSideModule } from "./sidemodule/link.js";

/** One CPython line and the collectors that are compared with its own. */
export interface Line {
  readonly python: string;
  readonly pyodide: "pyodide" | "pyodide-0.29";
  readonly plans: readonly PlanName[];
}

export const lines: readonly Line[] = [
  { python: "3.14", pyodide: "pyodide", plans: ["builtin", "generational"] },
  { python: "3.13", pyodide: "pyodide-0.29", plans: ["builtin", "generational"] },
];

/** A loaded Pyodide with what it wrote to stderr since the last `takeStderr`. */
export interface Host {
  readonly pyodide: PyodideAPI;
  readonly moult: Moult | undefined;
  takeStderr(): string;
}

/** Loads Pyodide and attaches Moult, unless the collector asked for is "stock". */
export async function load(line: Line, collector: "stock" | PlanName): Promise<Host> {
  const { loadPyodide } = (await import(line.pyodide)) as typeof import("pyodide");
  const stderr: string[] = [];
  const pyodide = await loadPyodide({ stderr: (text) => void stderr.push(text), stdout: () => {} });
  const host = pyodide as unknown as PyodideLike;
  const moult = collector === "stock" ? undefined : await attach(host, { plan: collector });
  return { pyodide, moult, takeStderr: () => stderr.splice(0).join("\n") };
}

/** One row of `catalogue()` in harness.py. */
export interface Scenario {
  readonly name: string;
  readonly expect: "collected" | "kept";
  /** A module that the npm package lacks. */
  readonly missing: string | null;
}

/** What harness.py reports of one scenario in one state. */
interface DeadFacts {
  readonly contents: unknown;
  readonly "only a collector frees it": boolean;
  readonly found: readonly number[];
  readonly freed: boolean;
  readonly callbacks: number;
  readonly finalized: number;
}

interface LiveFacts {
  readonly contents: unknown;
  readonly "same contents": readonly boolean[];
  readonly survived: boolean;
  readonly "freed afterwards": boolean;
  readonly finalized: number;
}

/** The facts of one scenario; equal for every collector. */
export interface Facts {
  readonly dead: DeadFacts;
  readonly "dead, finalizer": DeadFacts;
  readonly live: LiveFacts;
  readonly garbage: number;
}

const folder = new URL("python/", import.meta.url);

/** Copies the scenario files and the hand-built extension into Pyodide's file system and imports them. */
export async function install(host: Host): Promise<Scenario[]> {
  const { pyodide } = host;
  pyodide.FS.mkdirTree("/extensions");
  const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
  for (const name of files) pyodide.FS.writeFile(`/extensions/${name}`, readFileSync(new URL(name, folder)));
  pyodide.FS.writeFile("/extensions/gctypes.so", await buildSideModule());
  pyodide.runPython("import sys; sys.path.insert(0, '/extensions'); import harness");
  for (const name of files) pyodide.runPython(`import ${name.slice(0, -3)}`);
  return JSON.parse(pyodide.runPython("harness.catalogue()") as string) as Scenario[];
}

/** Runs one scenario. */
export function facts(host: Host, name: string): Facts {
  const run = host.pyodide.globals.get("harness").run;
  return JSON.parse(run(name) as string) as Facts;
}

/** Why a line cannot run a scenario: where its lock file says that the module is, if anywhere. */
export function whyMissing(line: Line, module: string): string {
  const lockFile = createRequire(import.meta.url).resolve(`${line.pyodide}/pyodide-lock.json`);
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as {
    packages: Readonly<Record<string, { readonly imports: readonly string[] }>>;
  };
  const owner = Object.keys(packages).find((name) => packages[name]?.imports.includes(module));
  const npm = `no ${module} in the npm package of CPython ${line.python}`;
  return owner === undefined ? npm : `${npm}: loadPackage("${owner}") would fetch it from a CDN`;
}
