/**
 * The frames of every thread, as roots for marking.
 *
 *   ╒═ _PyInterpreterFrame ═════════════════════════════════════════════════════════════════╕
 *   │ previous │ owner u8 │ stack pointer (3.14) or count (3.13) │ locals and stack [ ]        │
 *   └───────────────────────────────────────────────────────────────────────────────────────┘
 *
 * Marking only proposes, so a frame that does not say how far its stack reaches is left out: what only
 * its locals hold becomes a candidate, and trial deletion keeps it.
 *
 * Where a task is suspended in the middle of a call (`run_sync`), it has a thread state of its own. Its frames are on the
 * heap, but where C code called into Python the chain goes over a frame on C's stack, and Pyodide gives that piece of stack
 * to other tasks meanwhile: what is there may be anything. So with several thread states nothing on the stack is read, and
 * nothing behind it.
 */
import type { GcState } from "./gc-state.js";

/** No chain of frames is longer; a longer one means that something is read wrongly. */
const FRAME_LIMIT = 1_000_000;
/** The tag bits of a stack reference; both set means a plain integer. */
export const TAGS = 3;

/** Who takes roots: the kernel for marking, or whoever else walks the heap. */
export interface RootVisitor {
  markRoot(object: number): void;
}

/** True when a thread has a frame of Python code: some of it is under way, or waits for what it called to return. */
export function pythonIsRunning(state: GcState): boolean {
  let running = false;
  eachFrame(state, () => {
    running = true;
  });
  return running;
}

/** Proposes every local variable and stack entry of every thread's frames as a root. */
export function markFrames(state: GcState, visitor: RootVisitor): void {
  const { runtime } = state;
  const locals = state.fact("frameLocals");
  eachFrame(state, (frame) => {
    const first = frame + locals;
    const end = first + 4 * wordsInUse(state, frame);
    for (let at = first; at < end; at += 4) {
      const reference = runtime.load(at);
      if ((reference & TAGS) !== TAGS) visitor.markRoot(reference & ~TAGS);
    }
  });
}

/** Words of a frame's locals and stack, as far as it says itself; not above 0 where it does not. */
export function wordsInUse(state: GcState, frame: number): number {
  const { runtime, layout } = state;
  const stack = layout.frameStack;
  if ("count" in stack) return runtime.load(frame + stack.count) | 0;
  return (runtime.load(frame + stack.pointer) - (frame + state.fact("frameLocals"))) / 4;
}

/** Every thread's frames that have locals, as far as they can be read safely, the innermost first. */
export function eachFrame(state: GcState, action: (frame: number) => void): void {
  const { runtime, layout } = state;
  const previous = state.fact("framePrevious");
  const owner = state.fact("frameOwner");
  const innermost = innermostFrames(state);
  const isReadable = innermost.length > 1 ? outsideOfStack(state) : () => true;
  for (const first of innermost) {
    let frame = first;
    for (let i = 0; frame !== 0 && isReadable(frame) && i < FRAME_LIMIT; i++) {
      if ((runtime.bytes[frame + owner] ?? 0) < layout.firstInternalFrameOwner) action(frame);
      frame = runtime.load(frame + previous);
    }
  }
}

/** Tells what is not on C's stack. */
function outsideOfStack({ runtime }: GcState): (address: number) => boolean {
  const end = runtime.function("emscripten_stack_get_end")() >>> 0;
  const base = runtime.function("emscripten_stack_get_base")() >>> 0;
  return (address) => address < end || address >= base;
}

/** For each thread state its innermost frame, or 0. */
function innermostFrames(state: GcState): number[] {
  const { runtime } = state;
  const currentFrame = state.fact("currentFrame");
  const next = runtime.function("PyThreadState_Next");
  const frames: number[] = [];
  let thread = runtime.function("PyInterpreterState_ThreadHead")(state.interpreter) >>> 0;
  for (; thread !== 0; thread = next(thread) >>> 0) frames.push(runtime.load(thread + currentFrame));
  return frames;
}
