/**
 * Regions of memory where references may be: static data, and the part of C's stack that is in use.
 *
 *   ╒═ memory ══════════════════════════════════════════════════════════════════════════╕
 *   │ static data │ unused stack │ stack in use │ static data │ malloc's blocks │ …        │
 *   └─────────────┴── ▲ ─────────┴── ▲ ─────────┴─────────────┴─── ▲ ───────────┴── ▲ ────┘
 *              stack's end     stack pointer                   heap base        the break
 */
import type { GcState } from "../cpython/gc-state.js";
import type { Runtime } from "../cpython/runtime.js";

/** Nothing is below. */
const LOWEST = 1024;
/** Bytes of a thread's state that are searched for its stack of frames. */
const THREAD_STATE = 512;

/** Bytes of unused stack that are cleared. */
const STACK_CLEARED = 1 << 16;

/** From and to. */
export type Region = readonly [from: number, to: number];

/** The regions as they are now, without those that are `borrowed`. */
export function rootRegions(runtime: Runtime, heapBase: number, borrowed: readonly Region[]): Region[] {
  const call = (name: string) => runtime.function(name)() >>> 0;
  const [base, end, pointer] = [
    call("emscripten_stack_get_base"),
    call("emscripten_stack_get_end"),
    call("emscripten_stack_get_current"),
  ];
  const regions: Region[] = [
    [LOWEST, end],
    [pointer, base],
    [base, heapBase],
  ];
  return borrowed.reduce(without, regions).filter(([from, to]) => from < to);
}

function without(regions: readonly Region[], [first, last]: Region): Region[] {
  return regions.flatMap(([from, to]): Region[] =>
    last <= from || first >= to
      ? [[from, to]]
      : [
          [from, first],
          [last, to],
        ],
  );
}

/**
 * Constants that look like addresses in the heap: static data has tables and texts with tens of thousands of them. They are what they
 * were before any memory was given away, and a variable that refers to something is not.
 *
 * @param before static data as it was then, from address 0 on
 * @returns for each the address it stands at and the word, of which the highest bit is turned over: so they look like none here
 */
export function constantsIn(before: Uint32Array, [lowest, highest]: Region): number[] {
  const found: number[] = [];
  before.forEach((word, at) => {
    if (word >= lowest && word < highest) found.push(at * 4, (word ^ 0x8000_0000) >>> 0);
  });
  return found;
}

/** Clears what ended calls have left on C's stack, as far down as they are likely to have come. */
export function clearUnusedStack(runtime: Runtime): void {
  const end = runtime.function("emscripten_stack_get_end")() >>> 0;
  const pointer = runtime.function("emscripten_stack_get_current")() >>> 0;
  runtime.bytes.fill(0, Math.max(end, pointer - STACK_CLEARED), pointer);
}

/**
 * Clears what ended calls have left of their frames behind the last frame of the thread, which would be taken for references.
 *
 *   ╒═ thread ═══════════════════════╕     ╒═ chunk ══════════════════════════════════╕
 *   │ … chunk │ top │ limit │ …      │ ──▶ │ previous │ bytes │ top │ frames … │ unused │
 *   └────────────────────────────────┘     └──────────────────────────────── ▲ ─── ▲ ──┘
 */
export function clearUnusedFrames(state: GcState): void {
  const { runtime } = state;
  const thread = runtime.function("PyInterpreterState_ThreadHead")(state.interpreter) >>> 0;
  for (let at = thread; at < thread + THREAD_STATE; at += 4) {
    const [chunk, top, limit] = [runtime.load(at), runtime.load(at + 4), runtime.load(at + 8)];
    if (chunk % 8 !== 0 || chunk < LOWEST || top <= chunk || top > limit || limit > runtime.bytes.length)
      continue;
    if (runtime.load(chunk + 4) !== limit - chunk) continue;
    runtime.bytes.fill(0, top, limit);
    return;
  }
}
