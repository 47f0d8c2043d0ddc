/**
 * The collectors that every case and every random heap runs on. One table, so that a new plan or a new line
 * of CPython is one line here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { MoultOptions, PyodideLike } from "../../src/api.js";
import { projectRoot } from "./cases.js";

/** The part of a Pyodide instance that the tests use. */
export interface HostPyodide extends PyodideLike {
  readonly version: string;
  readonly FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, data: Uint8Array | string): void;
  };
  readonly _module: object & { _Py_DecRef(address: number): void; readonly HEAPU32: Uint32Array };
}

/** One collector on one host. */
export interface Subject {
  readonly name: string;
  /** The npm package that holds the host. */
  readonly host: "pyodide" | "pyodide-0.29" | "pyodide-315";
  /** Undefined: CPython's own collector, nothing attached. */
  readonly options?: MoultOptions;
  /** What this collector is known not to do, with the reason. */
  readonly limits: {
    /** Why the variant `automatic` is not asked of it. */
    readonly automatic?: string;
    /** Why a case is not asked of it, by the case's name. */
    readonly cases?: Readonly<Record<string, string>>;
  };
}

/** Under stress a cycle takes so many triggers that the one after it is beyond what a case waits for. */
const SLOW_UNDER_STRESS = {
  partial_finalizer_added_later:
    "its garbage is old before it dies, and cycles under stress are longer than the case allocates",
};

const STARVES =
  "the incremental collector of 3.14.2 starves after a full collection: 60,000 allocations start none";

export const SUBJECTS: readonly Subject[] = [
  { name: "CPython 3.13.2's own", host: "pyodide-0.29", limits: {} },
  { name: "CPython 3.14.2's own", host: "pyodide", limits: { automatic: STARVES } },
  {
    name: "Moult generational on 3.13.2",
    host: "pyodide-0.29",
    options: { plan: "generational" },
    limits: {},
  },
  {
    name: "Moult generational on 3.14.2",
    host: "pyodide",
    options: { plan: "generational" },
    limits: {},
  },
  {
    name: "Moult incremental on 3.13.2, under stress",
    host: "pyodide-0.29",
    options: { plan: "incremental", stress: true },
    limits: { cases: SLOW_UNDER_STRESS },
  },
  {
    name: "Moult incremental on 3.14.2, under stress",
    host: "pyodide",
    options: { plan: "incremental", stress: true },
    limits: { cases: SLOW_UNDER_STRESS },
  },
  { name: "CPython 3.15.0rc1's own", host: "pyodide-315", limits: {} },
  {
    name: "Moult generational on 3.15.0rc1",
    host: "pyodide-315",
    options: { plan: "generational" },
    limits: {},
  },
  {
    name: "Moult incremental on 3.15.0rc1, under stress",
    host: "pyodide-315",
    options: { plan: "incremental", stress: true },
    limits: { cases: SLOW_UNDER_STRESS },
  },
  {
    name: "Moult builtin on 3.14.2",
    host: "pyodide",
    options: { plan: "builtin" },
    limits: { automatic: STARVES },
  },
];

/** Loads the host and attaches what the subject says. */
export async function start(subject: Subject, extra: MoultOptions = {}): Promise<HostPyodide> {
  // Loaded from the file: a bundler or test runner must not rewrite the host.
  const file = pathToFileURL(join(projectRoot(), "node_modules", subject.host, "pyodide.mjs")).href;
  const { loadPyodide } = (await import(/* @vite-ignore */ file)) as {
    loadPyodide: () => Promise<HostPyodide>;
  };
  const pyodide = await loadPyodide();
  if (subject.options) {
    const { attach } = await import("../../src/attach.js");
    await attach(pyodide, { ...subject.options, ...extra });
  }
  return pyodide;
}

/** Puts the Python files of a folder of the project into an instance, where they can be imported. */
export function addModules(pyodide: HostPyodide, folder: string): void {
  const target = `/moult/${folder}`;
  pyodide.FS.mkdirTree(target);
  for (const file of readdirSync(join(projectRoot(), folder)))
    if (file.endsWith(".py"))
      pyodide.FS.writeFile(`${target}/${file}`, readFileSync(join(projectRoot(), folder, file)));
  pyodide.runPython(`import sys; sys.path.insert(0, "${target}")`);
}
