/**
 * Finalizers that would run no Python code, as their objects stand. Without knowing them all ordinary asynchronous code
 * would be held: generators, coroutines, futures and tasks all have a tp_finalize.
 *
 *   ╒═ type's tp_finalize ═╤═ it does nothing ════════════════════════════════════════════════════════════════╕
 *   │ generators           │ when finished; before the start (a coroutine then warns); suspended outside any  │
 *   │                      │ try or with: RESUME says so with a bit of its argument                           │
 *   │ futures              │ unless an exception is still to be reported                                      │
 *   │ tasks                │ the same, and unless pending                                                     │
 *   └──────────────────────┴──────────────────────────────────────────────────────────────────────────────────┘
 *
 * Every offset comes from probes at attach (src/cpython/idle-finalizers.ts); what is not known counts as not idle.
 */
import { finalizeOf } from "../layout/type";

let created: i32 = 0, suspended: i32 = 0, finished: i32 = 0;
/** Values of gi_frame_state; from `finished_` on all say that the generator is. */
export function setGeneratorStates(created_: i32, suspended_: i32, finished_: i32): void {
  created = created_;
  suspended = suspended_;
  finished = finished_;
}

let depthOne: u32 = 0, generator: u32 = 0, stateAt: u32 = 0, instructionAt: u32 = 0, resume: u32 = 0, resumeCheck: u32 = 0;
/** The type `generator`, the offsets of its state and of its next instruction, what the opcodes are, and the bit of RESUME's argument. */
export function setGenerators(type: u32, state: u32, instruction: u32, resume_: u32, resumeCheck_: u32, depthOne_: u32): void {
  depthOne = depthOne_;
  generator = type;
  stateAt = state;
  instructionAt = instruction;
  resume = resume_;
  resumeCheck = resumeCheck_;
}

let future: u32 = 0, task: u32 = 0, reportAt: u32 = 0, reportBit: u32 = 0, futureStateAt: u32 = 0;
/** tp_finalize of futures and tasks; the byte and bit "to be reported", and the word of the state, 0 when pending. */
export function setFutures(futureFinalize: u32, taskFinalize: u32, report: u32, bit: u32, state: u32): void {
  future = futureFinalize;
  task = taskFinalize;
  reportAt = report;
  reportBit = bit;
  futureStateAt = state;
}

/** True when the object's tp_finalize would do nothing. */
export function finalizerIsIdle(object: u32, type: u32): bool {
  const finalize = finalizeOf(type);
  if (generator != 0 && finalize == finalizeOf(generator)) return generatorIsIdle(object, type);
  if (future == 0 || (finalize != future && finalize != task)) return false;
  if (load<u8>(object + reportAt) & reportBit) return false;
  return finalize == future || load<u32>(object + futureStateAt) != 0;
}

function generatorIsIdle(object: u32, type: u32): bool {
  const state: i32 = load<i8>(object + stateAt);
  if (state >= finished) return true;
  if (type != generator) return false; // Coroutines warn; asynchronous generators have hooks.
  if (state == created) return true;
  if (state != suspended) return false;
  const instruction = load<u32>(object + instructionAt);
  const opcode: u32 = load<u8>(instruction);
  return (opcode == resume || opcode == resumeCheck) && (load<u8>(instruction, 1) & depthOne) != 0;
}
