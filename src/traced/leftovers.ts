/**
 * What ended calls and freed objects leave behind, in memory that is in use or soon will be: a word there that was a reference would be
 * taken for one. Before each collection it is cleared.
 */
import type { GcState } from "../cpython/gc-state.js";
import { type Machine, outOfSight } from "../cpython/machine.js";
import type { Runtime } from "../cpython/runtime.js";
import { collectNow } from "../cpython/visit-decref.js";
import { LOWEST } from "./regions.js";

/** Bytes of a thread's state that are searched for its stack of frames. */
const THREAD_STATE = 512;

/** Bytes of unused stack that are cleared. */
const STACK_CLEARED = 1 << 16;

/** Clears what ended calls have left on C's stack, as far down as they are likely to have come. */
export function clearUnusedStack(runtime: Runtime): void {
  const end = runtime.function("emscripten_stack_get_end")() >>> 0;
  const pointer = runtime.function("emscripten_stack_get_current")() >>> 0;
  runtime.bytes.fill(0, Math.max(end, pointer - STACK_CLEARED), pointer);
}

/**
 * Frees what CPython keeps to use again: a tuple among it still has the items that it had. It does that itself, at the end of each full
 * collection; so it has one, of nothing. Only within a collection.
 */
export function clearFreeLists({ state, hidden }: Machine): void {
  outOfSight(state, hidden, () => {
    const { enabled } = state;
    state.collecting = false;
    collectNow(state);
    state.collecting = true;
    state.enabled = enabled;
  });
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
