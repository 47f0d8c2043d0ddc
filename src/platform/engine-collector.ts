/** The JavaScript engine's own collector, where it can be called. Imports nothing: it works in every host. */

/** What Node gives to who asks for its modules without an import. */
interface NodeProcess {
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flags: string): void };
  getBuiltinModule?(name: "node:vm"): { runInNewContext(code: string): unknown };
}

let found: (() => void) | undefined;

/** A full collection of the engine's; undefined where it can't be had: then one waits for it. */
export async function engineCollector(): Promise<(() => void) | undefined> {
  found ??= exposed() ?? fromNode();
  return found;
}

function exposed(): (() => void) | undefined {
  const { gc } = globalThis as { gc?: () => void };
  return typeof gc === "function" ? () => gc() : undefined;
}

/** Node hands it out at run time: the flag counts for contexts that are made after it. */
function fromNode(): (() => void) | undefined {
  const process = (globalThis as { process?: NodeProcess }).process;
  const load = process?.getBuiltinModule;
  if (load === undefined) return undefined;
  load("node:v8").setFlagsFromString("--expose-gc");
  const gc = (load as (name: "node:vm") => { runInNewContext(code: string): unknown })(
    "node:vm",
  ).runInNewContext("gc");
  return typeof gc === "function" ? () => void gc() : undefined;
}
