/** Frames with all that they refer to, as the heap tools show them; frames.ts has the picture of one. */
import { eachFrame, TAGS, wordsInUse } from "./frames.js";
import type { GcState } from "./gc-state.js";

/** A frame under way, with what it refers to. */
export interface LiveFrame {
  /** Address of its code; 0 when that is not known. */
  readonly code: number;
  /** Its local variables, and after them what is on its stack; 0 for what is unset or no object. */
  readonly slots: readonly number[];
  /** Of these, those that count: not what a generator's frame has, nor what is only borrowed. */
  readonly owned: readonly number[];
  /** What it has besides: its function, the namespaces, and its frame object; 0 where there is none. */
  readonly fields: readonly { readonly name: string; readonly object: number }[];
}

/** The words of a frame behind the link to the one before. */
const FIELDS = ["function", "globals", "builtins", "locals", "frame object"] as const;

/** The frames of every thread, the innermost first. */
export function liveFrames(state: GcState, locals: (code: number) => number): LiveFrame[] {
  const { runtime } = state;
  const [executable, localsAt] = [state.frameExecutable, state.fact("frameLocals")];
  const previous = state.fact("framePrevious");
  const ownerAt = state.fact("frameOwner");
  const frames: LiveFrame[] = [];
  eachFrame(state, (frame) => {
    const code = (runtime.load(frame + executable) & ~TAGS) >>> 0;
    const first = frame + localsAt;
    // A frame that does not say how far its stack reaches has its locals all the same.
    const count = Math.max(wordsInUse(state, frame), locals(code));
    const words = Array.from({ length: Math.max(0, count) }, (_, i) => runtime.load(first + 4 * i));
    const slots = words.map((word) => ((word & TAGS) === TAGS ? 0 : (word & ~TAGS) >>> 0));
    const owned =
      runtime.bytes[frame + ownerAt] === 0 ? words.filter((word) => word !== 0 && (word & TAGS) === 0) : [];
    const fields = FIELDS.map((name, i) => ({
      name,
      object: (runtime.load(frame + previous + 4 * (i + 1)) & ~TAGS) >>> 0,
    }));
    frames.push({ code, slots, owned, fields });
  });
  return frames;
}
