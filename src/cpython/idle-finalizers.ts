/**
 * Where generators, futures and tasks keep what says that their finalizers would do nothing, found on live ones. What can't
 * be found stays unknown to the kernel, which then takes those finalizers for ones that run: safe, and more is kept.
 */
import type { Machine } from "./machine.js";
import { basicSize, typeOf, wordOffsets } from "./object-type.js";

const TP_FINALIZE = 196;

/** A generator in each state, and the opcodes. */
const SAMPLES = `
def _plain(): yield
def _guarded():
    try: yield
    finally: pass
def _delegating(): yield from _plain()
def _suspended(generator):
    next(generator)
    return generator
def _finished(generator):
    for _ in generator: pass
    return generator
import opcode as _opcode
_created, _free, _in_try, _done = _plain(), _suspended(_plain()), _suspended(_guarded()), _finished(_plain())
_within = _suspended(_delegating())
[*map(id, (_created, _free, _in_try, _done, _within)), id(type(_created)),
 _opcode.opmap["RESUME"], getattr(_opcode, "_specialized_opmap", {}).get("RESUME_CHECK", _opcode.opmap["RESUME"])]
`;

/** A future in each state. None has callbacks, so the loop is asked for nothing. */
const FUTURES = `
import asyncio as _asyncio
from types import SimpleNamespace as _Namespace
_loop = _Namespace(get_debug=lambda: False, call_soon=lambda *arguments, **keywords: None)
_pending, _result, _cancelled, _failed = (_asyncio.Future(loop=_loop) for _ in range(4))
_result.set_result(None); _cancelled.cancel(); _failed.set_exception(ValueError())
[*map(id, (_pending, _result, _cancelled, _failed)), id(_asyncio.Future), id(_asyncio.Task)]
`;

/** States of a future. */
const PENDING = 0;
const CANCELLED = 1;
const FINISHED = 2;

/** Teaches the kernel what can be found; returns what that is. */
export function learnIdleFinalizers(machine: Machine): { generators: boolean; futures: boolean } {
  return { generators: learnGenerators(machine), futures: learnFutures(machine) };
}

function learnGenerators(machine: Machine): boolean {
  const { runtime, kernel } = machine;
  const { created: isCreated, suspended, finished } = machine.layout.generatorStates;
  return runtime.withNames((namespace) => {
    const found = runtime.evaluateIntegers(SAMPLES, namespace);
    const [created = 0, free = 0, inTry = 0, done = 0, within = 0, type = 0, resume = 0, check = 0] = found;
    const size = basicSize(runtime, type);
    const byte = (at: number) => ((runtime.bytes[at] ?? 0) << 24) >> 24;
    const offsets = Array.from({ length: size }, (_, at) => at).filter(
      (at) =>
        byte(created + at) === isCreated &&
        byte(free + at) === suspended &&
        byte(inTry + at) === suspended &&
        byte(within + at) > suspended &&
        byte(within + at) < finished &&
        byte(done + at) >= finished,
    );
    // The frame is part of the generator; the word that leads to a RESUME in both is the next instruction. Its arguments differ
    // in one bit, which says that no handler is there but the one that every generator has.
    const argument = (reference: number) => {
      const instruction = runtime.load(reference);
      const opcode = runtime.bytes[instruction];
      return opcode === resume || opcode === check ? runtime.bytes[instruction + 1] : undefined;
    };
    const instructions = Array.from({ length: size / 4 }, (_, i) => {
      const [outside = 0, inside = 0] = [argument(free + 4 * i), argument(inTry + 4 * i)];
      return { at: 4 * i, bit: outside & ~inside, differ: outside ^ inside };
    }).filter(({ bit, differ }) => bit !== 0 && (bit & (bit - 1)) === 0 && bit === differ);
    const [stateAt = 0] = offsets;
    const [instruction] = instructions;
    if (offsets.length !== 1 || instructions.length !== 1 || instruction === undefined) return false;
    kernel.setGeneratorStates(isCreated, suspended, finished);
    kernel.setGenerators(type, stateAt, instruction.at, resume, check, instruction.bit);
    return true;
  });
}

function learnFutures(machine: Machine): boolean {
  const { runtime, kernel } = machine;
  return runtime.withNames((namespace) => {
    const found = runtime.evaluateIntegers(FUTURES, namespace);
    const [pending = 0, result = 0, cancelled = 0, failed = 0, future = 0, task = 0] = found;
    const size = basicSize(runtime, typeOf(runtime, pending));
    const words = wordOffsets(runtime, pending).filter(
      (at) =>
        runtime.load(pending + at) === PENDING &&
        runtime.load(result + at) === FINISHED &&
        runtime.load(failed + at) === FINISHED &&
        runtime.load(cancelled + at) === CANCELLED,
    );
    const before = runtime.bytes.slice(failed, failed + size);
    runtime.pyodide.runPython("_failed._log_traceback = False", { globals: namespace });
    const after = runtime.bytes.slice(failed, failed + size);
    const changed = Array.from(before.keys()).filter((at) => before[at] !== after[at]);
    const [reportAt = 0] = changed;
    const bit = (before[reportAt] ?? 0) ^ (after[reportAt] ?? 0);
    const finalize = (type: number) => runtime.load(type + TP_FINALIZE);
    const isOneBit = bit !== 0 && (bit & (bit - 1)) === 0 && ((before[reportAt] ?? 0) & bit) !== 0;
    if (words.length !== 1 || changed.length !== 1 || !isOneBit || finalize(future) === 0) return false;
    kernel.setFutures(finalize(future), finalize(task), reportAt, bit, words[0]!);
    return true;
  });
}
