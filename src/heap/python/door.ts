/**
 * The side of the heap tools towards Python: closures that take numbers and texts and answer with JSON text, as the door of
 * the module does (src/python/door.ts). Captured graphs stay here; Python has numbers for them.
 */
import { MoultError } from "../../errors.js";
import { cycleText, cycleThrough } from "../analysis/cycles.js";
import { dominatorsOf, NONE } from "../analysis/dominators.js";
import { growth, leaks } from "../analysis/growth.js";
import { histogram } from "../analysis/histogram.js";
import { label } from "../analysis/labels.js";
import { pathLines, pathToRoot } from "../analysis/paths.js";
import { suspects } from "../analysis/suspects.js";
import { writeSnapshot } from "../file/write.js";
import { className, type HeapGraph, isPythonObject, nodeWithId } from "../graph.js";
import { HEAP_SOURCE } from "./source.js";

/** What the door leads to. */
export interface HeapDoorBackend {
  capture(): HeapGraph;
  /** As `HeapCapture.referrers`. */
  referrers(object: number, into: number, but: number): boolean;
}

type By = "class" | "module" | "site";

/** The object that Python's part of the tools calls. */
export function createHeapDoor(backend: HeapDoorBackend): object {
  const graphs = new Map<number, HeapGraph>();
  let last = 0;
  const graph = (handle: number): HeapGraph => {
    const found = graphs.get(handle);
    if (found === undefined)
      throw new MoultError("detached", "this snapshot is gone: Moult was detached since");
    return found;
  };
  const node = (handle: number, id: number): number => {
    const found = nodeWithId(graph(handle), id);
    if (found === undefined) {
      const message =
        "this object is not in the snapshot: it did not exist then, or is none that Python allocates";
      throw new MoultError("no-object", message);
    }
    return found;
  };
  const door = {
    source: HEAP_SOURCE,
    capture: answer(() => {
      const taken = backend.capture();
      graphs.set(++last, taken);
      const bytes = taken.sizes.reduce((sum, size) => sum + size, 0);
      return {
        handle: last,
        objects: taken.nodes,
        references: taken.edges,
        bytes,
        hasSites: taken.sites !== undefined,
      };
    }),
    free: (handle: number) => void graphs.delete(handle),
    histogram: answer((handle: number, by: By, retained: boolean) =>
      histogram(graph(handle), { by, retained }),
    ),
    growth: answer((before: number, after: number, by: By) => growth(graph(before), graph(after), { by })),
    path: answer((handle: number, id: number) => {
      const path = pathToRoot(graph(handle), node(handle, id));
      return path === undefined ? null : pathLines(graph(handle), path);
    }),
    describe: answer((handle: number, id: number) => describe(graph(handle), node(handle, id))),
    suspects: answer((handle: number, threshold: number) =>
      suspects(graph(handle), { threshold }).map((suspect) => ({
        ...suspect,
        label: label(graph(handle), suspect.node),
        id: graph(handle).ids[suspect.node],
        accumulation: label(graph(handle), suspect.accumulation),
        accumulationId: graph(handle).ids[suspect.accumulation],
      })),
    ),
    dominators: answer((handle: number, limit: number) => largest(graph(handle), limit)),
    cycle: answer((handle: number, id: number, name: string) => {
      const cycle = cycleThrough(graph(handle), node(handle, id));
      return cycle === undefined ? null : cycleText(graph(handle), cycle, name);
    }),
    leaks: answer((before: number, after: number) => {
      const graphAfter = graph(after);
      return leaks(graph(before), graphAfter).map(({ first, ...leak }) => {
        const path = pathToRoot(graphAfter, first);
        return { ...leak, path: path === undefined ? [] : pathLines(graphAfter, path) };
      });
    }),
    referrers: answer((object: number, into: number, but: number) => backend.referrers(object, into, but)),
    write: (handle: number, sink: (piece: string) => void) => writeSnapshot(graph(handle), sink),
  };
  return Object.freeze(Object.assign(Object.create(null), door));
}

/** An action whose answer, or the error that the caller is to know of, is JSON. */
function answer<A extends readonly unknown[]>(action: (...args: A) => unknown): (...args: A) => string {
  return (...args) => {
    try {
      return JSON.stringify({ answer: action(...args) });
    } catch (error) {
      if (error instanceof MoultError) return JSON.stringify({ error: error.message, code: error.code });
      throw error;
    }
  };
}

function describe(graph: HeapGraph, node: number): object {
  const { parents, retained } = dominatorsOf(graph);
  const parent = parents[node]!;
  const site = graph.sites?.[node] ?? 0;
  return {
    label: label(graph, node),
    class: className(graph, node),
    bytes: graph.sizes[node],
    retained: retained[node],
    dominator: parent === NONE ? null : label(graph, parent),
    site: site === 0 ? null : graph.strings[site],
  };
}

/** The objects that retain most, such that none is inside of another one. */
function largest(graph: HeapGraph, limit: number): object[] {
  const { retained } = dominatorsOf(graph);
  const nodes = Array.from({ length: graph.nodes }, (_, node) => node)
    .filter((node) => isPythonObject(graph, node) && retained[node]! > 1024)
    .sort((a, b) => retained[b]! - retained[a]!);
  return nodes.slice(0, limit).map((node) => ({
    label: label(graph, node),
    id: graph.ids[node],
    bytes: graph.sizes[node],
    retained: retained[node],
  }));
}
