/** The types of the heap tools that are bound to an attached collector. Types only: the core imports them. */
import type { Machine } from "../cpython/machine.js";
import type { Sink } from "./file/write.js";
import type { HeapGraph } from "./graph.js";

/** Looking at the heap of an attached collector. */
export interface HeapTools {
  /**
   * Captures the heap; what can be asked of the graph is in `moult/heap`. Takes about a second for a million objects, and
   * scratch memory of a thirty-second of Python's memory and half a megabyte for as long. Where tracemalloc is running, objects
   * carry the source line that made them. Throws a MoultError: "busy" from within a collection, "out-of-memory".
   */
  capture(): HeapGraph;
  /** The identity of a Python object, by which `nodeWithId` finds it in a graph; as Python's `id()`. */
  idOf(object: object): number;
  /**
   * From now on, when an allocation has failed at the memory limit, captures the heap and writes it to what `open` returns. The
   * scratch memory for it is taken now, so that it works when there is none left. Returns a function that ends it.
   */
  snapshotOnOutOfMemory(open: () => OpenFile): () => void;
}

/** Takes a file, piece by piece. */
export interface OpenFile {
  readonly write: Sink;
  close(): void;
}

/** What the tools need of the collector that they belong to. */
export interface HeapToolsHost {
  readonly machine: Machine;
  /** Bytes that memory may grow to; undefined: no limit. */
  readonly limit: () => number | undefined;
  /** JavaScript objects that are held weakly are to be held again before somebody looks. */
  readonly beforeLooking: () => void;
  readonly warn: (code: string, message: string) => void;
  /** Calls back when an allocation has failed at the memory limit. */
  readonly onRefusal: (action: () => void) => () => void;
}

/** The tools of one collector, with their side towards Python. */
export interface BoundHeapTools {
  readonly tools: HeapTools;
  /** What the Python module calls, and the source of its part. */
  readonly door: object;
  /** Gives everything back. */
  release(): void;
}

/** The heap tools as code, loaded apart from the core. */
export interface HeapToolsModule {
  /**
   * Made use of by `attach`.
   * @internal
   */
  bind(host: HeapToolsHost): BoundHeapTools;
}
