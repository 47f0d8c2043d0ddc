/**
 * Frames of Python code, as far as names of local variables go; where the fields are is told at run time.
 *
 *   ╒═ _PyInterpreterFrame ═══════════════════╕   ╒═ code ═════════════════════════════════════════╕
 *   │ executable │ … │ locals, stack [ ]       │   │ names of locals: a tuple, one for each │ stack   │
 *   └──────────────────────────────────────────┘   └──────────────────────────────────────────────────┘
 */
import { typeOf, varSize } from "./object";

const TAGS: u32 = 3;

let executableAt: u32 = 0, localsAt: u32 = 0, namesAt: u32 = 0, stackAt: u32 = 0, codeType: u32 = 0;
/** Offsets in a frame, the offsets of the names and of the size of the stack in code, and the type of code. */
export function setFrameFields(executable: u32, locals: u32, names: u32, stack: u32, code: u32): void {
  stackAt = stack;
  executableAt = executable;
  localsAt = locals;
  namesAt = names;
  codeType = code;
}

@inline export function localsOfFrame(frame: u32): u32 { return frame + localsAt; }
/** The code that a frame runs; 0 where it runs something else, or has ended. */
export function codeOfFrame(frame: u32): u32 {
  const code = load<u32>(frame + executableAt) & ~TAGS;
  return code != 0 && typeOf(code) == codeType ? code : 0;
}
/** The tuple of the names of all locals; 0 for none. */
@inline export function localNames(code: u32): u32 { return code == 0 ? 0 : load<u32>(code + namesAt); }
/** Words that a frame has for locals and its stack; 0 where that is not known. */
export function slotsOfFrame(frame: u32): u32 {
  const code = codeOfFrame(frame), names = namesAt == 0 ? 0 : localNames(code);
  return names == 0 ? 0 : varSize(names) + load<u32>(code + stackAt);
}
