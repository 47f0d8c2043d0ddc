/**
 * What differs between CPythons, as data: one file per *probed layout* beside this one. A version number
 * decides nothing (3.14.5 changed collectors inside 3.14); `detect.ts` compares every layout with the
 * live interpreter and takes the one that nothing contradicts.
 */
import type { Kernel } from "../../kernel/kernel.js";
import type { Runtime } from "../runtime.js";

/** Positions of facts in `_Py_DebugOffsets`, counted in 64-bit words. */
export interface DebugTable {
  readonly interpretersHead: number;
  readonly interpreterSize: number;
  readonly currentFrame: number;
  readonly gc: number;
  readonly importsModules: number;
  readonly sysdict: number;
  readonly builtins: number;
  readonly framePrevious: number;
  readonly frameLocals: number;
  readonly frameOwner: number;
  readonly codeFilename: number;
  readonly gcSize: number;
  readonly gcCollecting: number;
}

/** Offsets in the interpreter's gc state, in bytes. */
export interface GcLayout {
  readonly enabled: number;
  readonly debug: number;
  /** Three lists, each { next, prev, threshold, count }: young, middle, old. */
  readonly generations: readonly [number, number, number];
  readonly permanent: number;
  readonly stats: StatsPlace;
  readonly collecting: number;
  readonly garbage: number;
  readonly callbacks: number;
  /** Words that the 25 % rule reads; absent where CPython has no such rule. */
  readonly longLived?: { readonly total: number; readonly pending: number };
  /** Words by which the incremental collector paces itself; absent elsewhere. */
  readonly increments?: { readonly workToDo: number; readonly visitedSpace: number; readonly phase: number };
}

/** Where the statistics of the generations are. */
export type StatsPlace =
  /** In the gc state: three times { collections, collected, uncollectable }. */
  | { readonly words: number }
  /** Behind a pointer in the gc state: for each generation a ring of records, so many; the last one has the totals. */
  | { readonly rings: number; readonly records: readonly [number, number, number] };

/** Values of a generator's `gi_frame_state`. */
export interface GeneratorStates {
  readonly created: number;
  /** At a `yield`; not at a `yield from` or `await`. */
  readonly suspended: number;
  /** From here on the generator is finished. */
  readonly finished: number;
}

/** Where a frame says how much of its stack is in use: an address, or a count that is -1 while it runs. */
export type FrameStack = { readonly pointer: number } | { readonly count: number };

export interface Layout {
  readonly name: string;
  /** For people: which CPythons have it. */
  readonly describes: string;
  /**
   * The same for programs: PY_VERSION_HEX of the first, and of the first one after them. An agreement of all probes with a
   * version that is not among these is accepted too, with a warning.
   */
  readonly versions: readonly [from: number, before: number];
  readonly debugTable: DebugTable;
  readonly gc: GcLayout;
  readonly frameStack: FrameStack;
  readonly generatorStates: GeneratorStates;
  /** Owners from this number on are frames of the interpreter itself, without locals. */
  readonly firstInternalFrameOwner: number;
  readonly tupleItems: number;
  /** Reference counts from here on are immortal. */
  readonly immortalFrom: number;
  /** Where Py_IncRef does not count (a traced runtime): it makes `count` of what is below `from`, and leaves the rest alone. */
  readonly sticky?: { readonly from: number; readonly count: number };
  /** Full collections untrack dicts that can hold no cycle. */
  readonly untracksDicts: boolean;
  /** All weak references to trash are cleared before finalizers run, not only those with callbacks. */
  readonly clearsWeakrefsFirst: boolean;
  /** CPython's trigger picks a generation by the classic rules; where false, Moult does. */
  readonly choosesGeneration: boolean;
  /** Exceptions in callbacks are reported with a sentence; where false, with the callback as the object. */
  readonly formatsUnraisable: boolean;
  /** Where false, this CPython itself may crash after a MemoryError, with Moult or without. */
  readonly survivesMemoryErrors: boolean;
  /** Called where the lists are hidden: the last touch so that CPython's own pass does nothing. */
  quiet(runtime: Runtime, gc: number): void;
  /** Called instead, where CPython's own pass is to dispose of the objects in `trash` and see no others. */
  handOver(runtime: Runtime, kernel: Kernel, gc: number, hidden: readonly number[], trash: number): void;
  /** Puts all lists into the state in which CPython's own collector can go on. */
  normalize(runtime: Runtime, kernel: Kernel, gc: number): void;
}

/** Words of the gc state, besides counts and statistics, that CPython's own pass changes. */
export function passWrites({ longLived, increments }: GcLayout): number[] {
  return [...Object.values(longLived ?? {}), ...Object.values(increments ?? {})];
}
