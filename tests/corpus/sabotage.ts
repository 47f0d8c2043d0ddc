/**
 * Collectors with a fault, to prove that the corpus and the random heaps can fail: faults put into CPython's
 * own collector from Python, and Moult's kernels that are built with a fault each.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { MoultOptions, PlanName } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { firstLine, Session } from "../fuzz/session.js";
import { loadCases, projectRoot } from "./cases.js";
import { install, missing, runCase } from "./harness.js";
import { type HostPyodide, SUBJECTS, start } from "./subjects.js";

/** A collector with a fault, on an interpreter of its own. */
export interface Sabotage {
  readonly name: string;
  open(options?: MoultOptions): Promise<HostPyodide>;
}

/** Every fault replaces `gc.collect`, after which `find` gives live objects that hold a witness. */
const FAULTS: Readonly<Record<string, string>> = {
  "frees a live object": `
def collect(generation=2):
    count = original(generation)
    for obj in holders()[:1]:
        address = id(obj)
        del obj
        pyodide_js._module._Py_DecRef(address)
    return count
`,
  "clears a live object": `
def collect(generation=2):
    count = original(generation)
    for obj in holders()[:1]:
        obj.clear()
    return count
`,
  "forgets finalizers": `
def collect(generation=2):
    # The bit that says: this object's finalizer has run.
    for obj in gc.get_objects():
        if hasattr(type(obj), "__del__") and hasattr(obj, "w"):
            pyodide_js._module.HEAPU32[(id(obj) - 4) >> 2] |= 1
    del obj
    return original(generation)
`,
  "finds nothing": `
def collect(generation=2):
    return 0
`,
  "finds nothing that is old": `
def collect(generation=2):
    return original(0)
`,
};

const SUPPORT = `
import gc, types, pyodide_js
original = gc.collect

def holders():
    """Live lists and dicts that hold a witness, which is a code object made of a function named so."""
    def holds(obj):
        values = obj if type(obj) is list else obj.values()
        return any(type(value) is types.CodeType and value.co_qualname == "_template" for value in values)
    return [obj for obj in gc.get_objects() if type(obj) in (list, dict) and len(obj) < 9 and holds(obj)]
`;

/** Faults in CPython's own collector. */
export const FAKES: readonly Sabotage[] = Object.entries(FAULTS).map(([name, code]) => ({
  name,
  async open() {
    const pyodide = await start(SUBJECTS[0]!);
    pyodide.runPython(`exec(${JSON.stringify(`${SUPPORT}${code}\ngc.collect = collect\n`)}, {})`);
    return pyodide;
  },
}));

/** Faults that do not show in single heaps, or break the interpreter before one: tests of their own find them. */
const FOUND_ELSEWHERE = [
  "trusts-stale",
  "writes-live",
  "never-thaws",
  "gives-twice",
  "bridge-frees-live",
  "bridge-forgets-finalizer",
].map((name) => `${name}.wasm`);

/** Of the heap kernel and the traced one, which have tests of their own. */
const OTHER_KERNELS = /^(capture|traced)-/;

/** Kernels with a fault each, as `scripts/build-kernel.mjs` leaves them; none before the first build. */
export function sabotagedKernels(): Sabotage[] {
  const directory = join(projectRoot(), "build/sabotage");
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter(
    (file) => !FOUND_ELSEWHERE.includes(file) && !OTHER_KERNELS.test(file),
  );
  return files.map((file) => ({
    name: basename(file, ".wasm"),
    async open(options = {}) {
      const pyodide = await start({ name: file, host: "pyodide", limits: {} });
      const kernel = await WebAssembly.compile(readFileSync(join(directory, file)));
      await attach(pyodide, { ...options, kernel });
      return pyodide;
    },
  }));
}

/** Opens an interpreter whose collector is to be judged. */
export type Open = () => Promise<HostPyodide>;

/** The first thing that the corpus finds wrong, or undefined. A crash is a finding. */
export async function corpusFinds(open: Open, plan: PlanName = "builtin"): Promise<string | undefined> {
  let at = "before the first case";
  try {
    const pyodide = await open();
    install(pyodide);
    // From the back: what survives in part shows most faults at once.
    for (const found of loadCases().reverse()) {
      at = found.name;
      if (missing(pyodide, found)) continue;
      const [problem] = runCase(pyodide, found, "full", plan).problems;
      if (problem) return `${at}: ${problem}`;
    }
  } catch (error) {
    return `${at}: crashed: ${firstLine(error)}`;
  }
  return undefined;
}

/** The first thing that 50 random heaps find wrong, or undefined. A crash is a finding. */
export async function fuzzFinds(open: Open): Promise<string | undefined> {
  try {
    const batch = { seed: 1, first: 0, count: 50, mutations: 50, freeze: true };
    return Session.on(await open()).run(batch).failure?.message;
  } catch (error) {
    return `crashed: ${firstLine(error)}`;
  }
}
