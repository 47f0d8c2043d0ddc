/**
 * Tables of the interpreter's that refer to objects without keeping them, whatever is in them: objects that are deallocated take
 * themselves out. They must be no roots, or up to 4,096 dead classes and as many dead functions would be kept.
 *
 *   ╒═ types by version ═════════════════╕   ╒═ functions by version ═══════════════════════════╕
 *   │ type │ type │ …   4,096 words       │   │ function │ code │ function │ code │ …  4,096 pairs  │
 *   └────────────────────────────────────┘   └──────────────────────────────────────────────────┘
 *
 * Malloc's own state names the heads of free blocks, and the head of a block is in the last bytes of the one before it.
 *
 *   ╒═ state of dlmalloc ═════════════════════════════════════════════════╕
 *   │ … │ least address │ … │ bin 0 │ bin 1 │ … 32 bins of two words │ 32 trees │
 *   └─────────────────────────┴─ ▲ ───────────────────────────────────────┘
 *                              bins
 *
 * Where they are is found by what is in them: an object stands at the place that its version says, and a bin that is empty, as the
 * first two always are, refers to itself. Where that can't be found they are roots, and nothing is wrong but what is kept.
 */
import type { GcState } from "../cpython/gc-state.js";
import type { Runtime } from "../cpython/runtime.js";
import type { Region } from "./regions.js";

const PLACES = 4096;
/** So many objects have to be where they should for a table to be known. */
const WITNESSES = 8;
/** Offsets in a type, and in a function. */
const TYPE_VERSION = 192;
const [FUNCTION_CODE, FUNCTION_VERSION] = [24, 72];

/** Offsets in malloc's state from its bins on, and where they end. */
const [LEAST_ADDRESS, FIRST_FIELD, TREES_END] = [-24, -40, 392];
/** A block of malloc's is so far behind the beginning of the heap at the most. */
const ALIGNMENT = 64;

/**
 * The regions of the tables that were found.
 *
 * @param heapBase where static data ends, and malloc's memory begins
 */
export function borrowedRegions(state: GcState, heapBase: number): Region[] {
  const found = [typesByVersion(state), functionsByVersion(state), mallocState(state.runtime, heapBase)];
  return found.flatMap((region) => (region === undefined ? [] : [region]));
}

function mallocState(runtime: Runtime, heapBase: number): Region | undefined {
  const words = new Uint32Array(runtime.memory.buffer, 0, heapBase >>> 2);
  const isEmpty = (bin: number) => words[(bin >>> 2) + 2] === bin && words[(bin >>> 2) + 3] === bin;
  for (let bins = -FIRST_FIELD; bins + TREES_END <= heapBase; bins += 4) {
    if (!isEmpty(bins) || !isEmpty(bins + 8)) continue;
    const least = words[(bins + LEAST_ADDRESS) >>> 2]!;
    if (least >= heapBase - ALIGNMENT && least <= heapBase + ALIGNMENT)
      return [bins + FIRST_FIELD, bins + TREES_END];
  }
  return undefined;
}

function typesByVersion(state: GcState): Region | undefined {
  const { runtime } = state;
  const typeType = runtime.symbol("PyType_Type");
  return tableOf(state, 4, (at) => {
    const type = objectAt(runtime, at);
    return type !== 0 && runtime.load(type + 4) === typeType ? runtime.load(type + TYPE_VERSION) : 0;
  });
}

function functionsByVersion(state: GcState): Region | undefined {
  const { runtime } = state;
  const functionType = runtime.symbol("PyFunction_Type");
  return tableOf(state, 8, (at) => {
    const fn = objectAt(runtime, at);
    const isOne = fn !== 0 && runtime.load(fn + 4) === functionType;
    return isOne && runtime.load(at + 4) === runtime.load(fn + FUNCTION_CODE)
      ? runtime.load(fn + FUNCTION_VERSION)
      : 0;
  });
}

/** The word at an address, if it can be the address of an object; else 0. */
function objectAt(runtime: Runtime, at: number): number {
  const word = runtime.load(at);
  return word % 4 === 0 && word >= 1024 && word + 256 < runtime.bytes.length ? word : 0;
}

/** The place from which on most objects stand where `version` says; 0 is no version. */
function tableOf(state: GcState, entry: number, version: (at: number) => number): Region | undefined {
  const votes = new Map<number, number>();
  const end = state.interpreter + state.fact("interpreterSize");
  for (let at = state.interpreter; at < end; at += 4) {
    const found = version(at);
    if (found === 0) continue;
    const base = at - entry * (found % PLACES);
    votes.set(base, (votes.get(base) ?? 0) + 1);
  }
  const [[base, count] = [0, 0]] = [...votes].sort(([, a], [, b]) => b - a);
  const fits = base >= state.interpreter && base + entry * PLACES <= end;
  return count >= WITNESSES && fits ? [base, base + entry * PLACES] : undefined;
}
