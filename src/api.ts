/** The public types: what `attach` takes and what it gives. */
import type { EventMap } from "./events/events.js";

/** A collection algorithm. `builtin` leaves CPython's own in place and only reports on it. */
export type PlanName = "builtin" | "generational" | "incremental";

/** How much Moult checks itself: 0 off, 1 each full collection, 2 every collection, 3 shadow. */
export type VerifyLevel = 0 | 1 | 2 | 3;

/** CPython's three generations: 0 young, 1 middle, 2 everything. */
export type Generation = 0 | 1 | 2;

/** The part of Pyodide's interface that Moult needs. `_module` is there, but Pyodide's own types hide it. */
export interface PyodideLike {
  runPython(code: string, options?: { globals?: unknown }): unknown;
  registerJsModule?(name: string, module: object): void;
  readonly _module?: object;
}

/** What `attach` accepts; the one table behind it is `src/options.ts`. */
export interface MoultOptions {
  /** Default: `"generational"`. */
  plan?: PlanName;
  /** Milliseconds that a slice of the incremental plan should take at most. Default: 1. */
  pauseGoal?: number;
  /** As many slices as possible, for hunting bugs in the incremental plan. Default: false. */
  stress?: boolean;
  /** The largest size of Python's memory: bytes, or a text like "256MiB". Default: none. */
  memoryLimit?: number | string;
  /** Default: 0. */
  verify?: VerifyLevel;
  /** Python code may read the options but not change them, nor detach. Default: false. */
  sealed?: boolean;
  /** A compiled kernel, for hosts that forbid compiling WebAssembly at run time. */
  kernel?: WebAssembly.Module;
}

/** Running totals of one generation: the three counts of `gc.get_stats()`, and 3.15's two more. */
export interface GenerationStats {
  collections: number;
  collected: number;
  uncollectable: number;
  /** Objects examined as candidates for deletion. */
  candidates: number;
  /** Seconds spent. */
  duration: number;
}

/** A snapshot of what the collector has done since attach. */
export interface MoultStats {
  plan: PlanName;
  generations: readonly [GenerationStats, GenerationStats, GenerationStats];
  /** Milliseconds inside the collector, all told, finalizers and callbacks included. */
  pauseTotalMs: number;
  pauseMaxMs: number;
  /** Bytes of WebAssembly memory now; it never shrinks, so this is also the peak. */
  memoryBytes: number;
  /** Milliseconds that `attach` took. */
  attachMs: number;
}

/** How full memory is. All are bytes. */
export interface MemoryUse {
  /** The memory limit; null: none. */
  readonly limitBytes: number | null;
  /** The size of WebAssembly memory, which never shrinks. */
  readonly memoryBytes: number;
  /** What of it is in use: code's static data, the stack, and allocated blocks. */
  readonly usedBytes: number;
  /** What `addMemoryPressure` told of. */
  readonly pressureBytes: number;
  /** What may still be allocated below the limit, pressure counted as used; null without a limit. */
  readonly headroomBytes: number | null;
}

/** The objects of one type. */
export interface TypeUse {
  /** As `type(object).__name__`, with the module for types of C code. */
  readonly name: string;
  readonly objects: number;
  /** Their own bytes and those of the blocks that only they own (the items of a list); approximate. */
  readonly bytes: number;
}

/** What holds the memory. */
export interface MemoryReport extends MemoryUse {
  /** The ten types that hold most, largest first. */
  readonly types: readonly TypeUse[];
  /** Objects that were found, of all types. */
  readonly objects: number;
  /** What these objects hold together; approximate. The rest of `usedBytes` is held by C code. */
  readonly objectBytes: number;
}

/** An attached collector. */
export interface Moult {
  readonly plan: PlanName;
  readonly attached: boolean;
  /** Collects like `gc.collect(generation)` and returns the number of unreachable objects found. */
  collect(generation?: Generation): number;
  stats(): MoultStats;
  /** How full memory is, and which types hold most. Takes time in proportion to the heap. */
  memoryReport(): MemoryReport;
  /**
   * Tells of memory that Python's objects hold and Python does not see, such as a buffer in JavaScript; negative: it is
   * given back. Counts as used, so that the collector runs sooner. Returns the sum, which is never below 0. Throws a
   * TypeError for anything but a whole number.
   */
  addMemoryPressure(bytes: number): number;
  /** Subscribes to an event; returns a function that unsubscribes. */
  on<K extends keyof EventMap>(event: K, listener: (event: EventMap[K]) => void): () => void;
  /**
   * Gives CPython its own collector back. Returns true when that is done now, false when a collection
   * is under way and it will be done at its end. A second call is harmless and returns true.
   */
  detach(): boolean;
  [Symbol.dispose](): void;
}
