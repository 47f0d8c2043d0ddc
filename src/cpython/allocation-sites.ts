/** Where objects were made, as far as tracemalloc knows: asked after a capture, block by block, and no Python code runs. */
import type { Machine } from "./machine.js";
import { bytesBefore, flagsOf, typeOf } from "./object-type.js";
import { Python } from "./python.js";
import { TextReader } from "./text.js";

/** The domain of allocations that are not foreign. */
const DOMAIN = 0;

/** Objects with their identities: a graph, as far as it matters here. */
interface Objects {
  readonly nodes: number;
  readonly ids: Uint32Array;
  readonly strings: readonly string[];
}

/**
 * For each object the number of a text "file.py:12", the line that made it, in a longer table of texts; 0 where nothing is
 * known. Undefined while tracemalloc is not running.
 */
export function allocationSites(
  machine: Machine,
  { nodes, ids, strings }: Objects,
): { sites: Uint32Array; strings: readonly string[] } | undefined {
  const { runtime, layout } = machine;
  if (runtime.pyodide.runPython("__import__('_tracemalloc').is_tracing()") !== true) return undefined;
  const python = new Python(machine);
  const reader = new TextReader(runtime, layout.tupleItems);
  const texts = [...strings];
  const numbers = new Map<string, number>();
  const files = new Map<number, string>();
  const tuples = runtime.symbol("PyTuple_Type");
  const item = (tuple: number, i: number) => runtime.load(tuple + layout.tupleItems + 4 * i);
  const siteOf = (trace: number): number => {
    if (typeOf(runtime, trace) !== tuples || runtime.load(trace + 8) === 0) return 0;
    const frame = item(trace, 0);
    const file = item(frame, 0);
    let name = files.get(file);
    if (name === undefined) {
      name = reader.text(file);
      files.set(file, name);
    }
    const text = `${name}:${python.call("PyLong_AsLong", item(frame, 1))}`;
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.push(text) - 1;
      numbers.set(text, number);
    }
    return number;
  };
  const sites = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const object = ids[node]!;
    if (object % 4 !== 0) continue;
    const before = bytesBefore(flagsOf(runtime, typeOf(runtime, object)));
    const trace = python.call("_PyTraceMalloc_GetTraceback", DOMAIN, object - before);
    if (trace === 0) {
      python.call("PyErr_Clear");
      break; // No memory for the answer: the rest stays unknown.
    }
    sites[node] = siteOf(trace);
    python.release(trace);
  }
  return { sites, strings: texts };
}
