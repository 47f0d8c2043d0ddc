/** The public types: what `attach` takes and what it gives. */

import type { EventMap } from "./events/events.js";
import type { HeapTools, HeapToolsModule } from "./heap/api.js";

/** A collection algorithm. `builtin` leaves CPython's own in place and only reports on it. */
export type PlanName = "builtin" | "generational" | "incremental";

/** What collects: a plan, or on a CPython without reference counting its own. */
export type CollectorName = PlanName | "traced";

/** Who allocates CPython's blocks. */
export type AllocatorName = "pool" | "system";

/** Whether cycles through JavaScript and Python are collected without being asked for. */
export type BridgeMode = "auto" | "off";

/** What a finalizer may find: nothing that is gone, or a ReferenceError where it uses JavaScript. */
export type BridgeFinalizers = "sound" | "permissive";

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
  /** Default: `"incremental"`. */
  plan?: PlanName;
  /** Milliseconds that a slice of the incremental plan should take at most. Default: 1. */
  pauseGoal?: number;
  /** As many slices as possible, for hunting bugs in the incremental plan. Default: false. */
  stress?: boolean;
  /** Where CPython gets its memory from: Moult's pool, or C's malloc as before. Default: `"pool"`. */
  allocator?: AllocatorName;
  /** Collect and freeze what there is when the program's imports are over. Default: false. */
  freezeAfterImports?: boolean;
  /** The largest size of Python's memory: bytes, or a text like "256MiB". Default: none. */
  memoryLimit?: number | string;
  /** Default: `"auto"`. */
  bridge?: BridgeMode;
  /** Default: `"sound"`. */
  bridgeFinalizers?: BridgeFinalizers;
  /** Default: 0. */
  verify?: VerifyLevel;
  /** Collections as entries of `performance`, for the browser's Performance panel. Default: false. */
  performanceEntries?: boolean;
  /** Python code may read the options but not change them, nor detach. Default: false. */
  sealed?: boolean;
  /** Load the heap tools, or not; `attachSync` takes them loaded. Default: `"auto"`. */
  tools?: "auto" | "off" | HeapToolsModule;
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

/** Bytes in use in one of CPython's allocation domains. */
export interface DomainBytes {
  /** In blocks of up to 512 bytes, of the pool's pages. */
  pooled: number;
  /** In blocks of C's malloc: larger ones, and those that are older than the pool. */
  other: number;
}

/** Blocks of one size. */
export interface BlockSizeStats {
  blockBytes: number;
  pages: number;
  /** In use. */
  blocks: number;
  /** In use or free. */
  capacity: number;
}

/** What the pool holds. */
export interface AllocatorStats {
  /** Bytes of all of CPython's blocks in use; what C code took from malloc since attach is not among them. */
  bytesInUse: number;
  /** Bytes that the pool has taken from malloc for its pages. */
  poolBytes: number;
  /**
   * By CPython's domain: `obj` objects, `mem` their parts. Blocks that are older than the pool all count as `obj` at first;
   * where parts of them are freed, `mem` may be below zero, and only the sum is right.
   */
  domains: { mem: DomainBytes; obj: DomainBytes };
  /** By size of block, ascending. */
  sizes: readonly BlockSizeStats[];
}

/** Pauses of about the same length. */
export interface PauseClass {
  /** Milliseconds that these took at most, and more than those of the class before; the last has Infinity. */
  readonly upToMs: number;
  readonly count: number;
}

/** A snapshot of what the collector has done since attach. */
export interface MoultStats {
  plan: CollectorName;
  generations: readonly [GenerationStats, GenerationStats, GenerationStats];
  /** Milliseconds inside the collector, all told, finalizers and callbacks included. */
  pauseTotalMs: number;
  pauseMaxMs: number;
  /** How many collections took how long, in classes from short to long. */
  pauses: readonly PauseClass[];
  /** Bytes of WebAssembly memory now; it never shrinks, so this is also the peak. */
  memoryBytes: number;
  /** Bytes of CPython's blocks in use now; absent where nobody counts them (no pool). */
  bytesInUse?: number;
  /** Who allocates CPython's blocks: `"system"` also where the pool was wanted and could not be put in its place. */
  allocator: AllocatorName;
  /** Milliseconds that `attach` took. */
  attachMs: number;
}

/** Where a cycle over the old generation is, in the plan `incremental`; `idle`: none is under way. */
export type CycleState = "idle" | "gates" | "mark" | "sort" | "prove" | "clear";

/** Work done by a collector, in objects. */
export interface Work {
  /** Looked at: young ones, and old ones as the cycle comes to them. */
  readonly examined: number;
  readonly collected: number;
  readonly uncollectable: number;
  readonly resurrected: number;
}

/** Milliseconds, or somebody who knows how many are left: the `IdleDeadline` of `requestIdleCallback` for one. */
export type StepBudget = number | { timeRemaining(): number };

export interface StepOptions {
  /** Begin no cycle before the old generation has grown by enough to be worth one. Default: false. */
  readonly ifDue?: boolean;
}

/**
 * How a step ended:
 *
 *   working     the cycle goes on with the next step
 *   ended       the cycle is over
 *   idle        there was nothing to do: no cycle was under way, and none was due (`ifDue`)
 *   busy        nothing was done: the call came from within a collection (a finalizer, a callback)
 *   no-memory   no cycle could begin: there is no memory left to mark with
 */
export type StepOutcome = "working" | "ended" | "idle" | "busy" | "no-memory";

/** What one step did. */
export interface StepResult extends Work {
  readonly outcome: StepOutcome;
  /** True unless the outcome is `working`: the next call would not go on with this cycle. */
  readonly done: boolean;
  readonly before: CycleState;
  readonly after: CycleState;
  /** Milliseconds that it took, finalizers and callbacks included. */
  readonly ms: number;
}

export interface IdleOptions {
  /** Ends the work: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds to work at a time, at most. Default: what the browser says it can spare; where nobody says so
   * (Node, workers, Safari), the option `pauseGoal`.
   */
  readonly budget?: number;
  /** Begin anew whenever there is enough to do, until aborted or detached. Default: false, one whole cycle. */
  readonly repeat?: boolean;
}

/** What was done in idle time. */
export interface IdleResult extends Work {
  /** False when Moult was detached before the end. */
  readonly done: boolean;
  readonly steps: number;
  /** Milliseconds of all steps. */
  readonly ms: number;
}

/** A time in which no collection begins by itself; ended by `end()`, or by leaving the block of a `using`. */
export interface NoGcRegion {
  /** Ends the region; a second call does nothing. */
  end(): void;
  [Symbol.dispose](): void;
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

/** JsProxies that stay because a finalizer could still use them. */
export interface BridgeHeld {
  /** The class with the finalizer. */
  readonly type: string;
  readonly proxies: number;
}

/** What one pass over both heaps did. */
export interface BridgeCollection {
  /**
   * Who collected:
   *
   *   synchronous  the engine's collector was called
   *   engine       it was waited for, with a read barrier in place
   *   busy         nobody: Python was running, there was no memory, or DEBUG_SAVEALL was set
   *   off          nobody: there is no bridge
   */
  readonly driver: "synchronous" | "engine" | "busy" | "off";
  /** PyProxies that were collected. */
  readonly proxies: number;
  /** JavaScript objects that Python had held and that were collected. */
  readonly slots: number;
  /** Slots that were weak meanwhile. */
  readonly demoted: number;
  readonly held: readonly BridgeHeld[];
  /**
   * Python objects, of those that Python's own roots don't reach, that are held by references in no ledger: PyProxies older
   * than it, promises that wait, C code. They are roots.
   */
  readonly outside: number;
  /** JsProxies that are alive and whose JavaScript objects are gone; above 0 only with permissive finalizers. */
  readonly tombstones: number;
  /** Milliseconds of Moult's own work, without the engine's collection and Python's. */
  readonly ms: number;
  /** Of these, the longest piece in one go: marking is done in slices, and the rest of a pass in jobs of its own. */
  readonly longestMs: number;
}

/** Where the bridge stands. */
export interface BridgeStats {
  /** References that PyProxies own, of those made since the ledger is there. */
  readonly proxies: number;
  /** JavaScript objects that Python holds. */
  readonly slots: number;
  /** Of these, how many are weak now. */
  readonly weak: number;
  readonly passes: number;
  readonly collectedProxies: number;
  readonly collectedSlots: number;
  /** What the last pass kept because of finalizers. */
  readonly held: readonly BridgeHeld[];
  /** As in the last pass. */
  readonly outside: number;
}

/** An attached collector. */
export interface Moult {
  readonly plan: CollectorName;
  readonly attached: boolean;
  /** Collects like `gc.collect(generation)` and returns the number of unreachable objects found. */
  collect(generation?: Generation): number;
  /**
   * Collects the young generation, and old objects for about as long as `budget` says (default: `pauseGoal`; 0 does as
   * little as can be done, Infinity everything). Begins a cycle over the old generation when none is under way. Only
   * the plan `incremental` can: MoultError "no-steps" otherwise. RangeError: a budget that is negative or NaN.
   * Within a collection nothing is done (outcome `busy`).
   */
  step(budget?: StepBudget, options?: StepOptions): StepResult;
  /**
   * Does in idle time what `gc.collect()` does at once: takes steps between other tasks until everything is collected
   * that was garbage when it was called. Rejects with the signal's reason, and with what `step` throws.
   */
  collectWhenIdle(options?: IdleOptions): Promise<IdleResult>;
  /** Begins a time in which no collection starts by itself; those asked for go on. Regions may overlap. */
  noGc(): NoGcRegion;
  /**
   * Collects cycles that run through Python and JavaScript, in a task of its own. Where the engine's collector can be called
   * (Node; browsers with `gc` exposed) that is done at once; elsewhere the promise waits for the engine to collect. Rejects
   * with MoultError "detached".
   */
  collectBridges(): Promise<BridgeCollection>;
  /** Where the bridge stands; undefined when there is none. */
  bridgeStats(): BridgeStats | undefined;
  stats(): MoultStats;
  /** What the pool holds, by domain and by size of block; undefined when there is none. */
  allocatorStats(): AllocatorStats | undefined;
  /** How full memory is, and which types hold most. Takes time in proportion to the heap. */
  memoryReport(): MemoryReport;
  /**
   * Tells of memory that Python's objects hold and Python does not see, such as a buffer in JavaScript; negative: it is
   * given back. Counts as used, so that the collector runs sooner. Returns the sum, which is never below 0. Throws a
   * TypeError for anything but a whole number.
   */
  addMemoryPressure(bytes: number): number;
  /** Looking at the heap. Throws a MoultError "no-tools" where the heap tools are not loaded (option `tools`). */
  readonly heap: HeapTools;
  /** Subscribes to an event; returns a function that unsubscribes. */
  on<K extends keyof EventMap>(event: K, listener: (event: EventMap[K]) => void): () => void;
  /**
   * Gives CPython its own collector back. Returns true when that is done now, false when a collection
   * is under way and it will be done at its end. A second call is harmless and returns true. Blocks of the pool can only
   * be freed by it: so it stays, and allocates nothing any more, until the last is freed (see the event `detach`).
   */
  detach(): boolean;
  /**
   * Before `pyodide.makeMemorySnapshot()`: collects, detaches, freezes all objects there are, and gives back all memory
   * of Moult's, so that the snapshot has no trace of it. Attach again in what boots from the snapshot, or here. Throws a
   * MoultError "detached"; "busy" in the middle of a collection; or "pool-in-use", unless attached with `allocator` "system".
   */
  prepareSnapshot(): void;
  [Symbol.dispose](): void;
}
