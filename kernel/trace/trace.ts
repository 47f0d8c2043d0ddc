/**
 * Who an object refers to, found without asking where the layout is known, and through tp_traverse for
 * the rest. One tracing function serves every phase: `trace<Phase>` is compiled once for each.
 *
 *   Mark      propose: set the bit of everything that can be reached
 *   Subtract  trial deletion: one reference to a candidate is explained
 *   Rescue    a candidate that something outside reaches is no candidate any more
 *   Inspect   tell the TypeScript side (probes and verification only)
 */
import { record } from "../host";
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, dictKeys, dictValues, entriesOf, entryCount, isEmbedded,
  isGeneral, isValid, listItems, setMask, setTable, tupleItems, valueSlots,
} from "../layout/containers";
import { COLLECTING, FINALIZED, headOf, prevWord, setPrevWord } from "../layout/gc-head";
import { managedDict, typeOf, varSize } from "../layout/object";
import { basicSize } from "../layout/type";
import { RUN_PIECE, isMarked, markReferent, marksHold, pushRun } from "../mark/bitmap";
import { SKIPS_VISIT } from "../sabotage";
import {
  DICT, FIXED, GENERIC, HAS_INLINE, HAS_MANAGED_DICT, HAS_SLOTS, INSTANCE, LIST, OPAQUE, SET, TUPLE, TYPE_MARKED, addTrait,
  entryOf, hasHead, hintsOf,  kindOf, offsetsOf, traitsOf, traverseFunction, valuesInUse,
} from "./types";

/** Phases, told apart at compile time by their size. */
export type Mark = u8;
export type Subtract = u16;
export type Rescue = u32;
export type Inspect = u64;

/** Table indices of the visitors given to tp_traverse; that of `Subtract` is CPython's own visit_decref. */
let markVisitor: u32 = 0, subtractVisitor: u32 = 0, rescueVisitor: u32 = 0, inspectVisitor: u32 = 0;
export function setVisitors(mark: u32, subtract: u32, rescue: u32, inspect: u32): void {
  markVisitor = mark;
  subtractVisitor = subtract;
  rescueVisitor = rescue;
  inspectVisitor = inspect;
}

/** Head of the intrusive stack of rescued objects, linked through `_gc_prev`; 0 when empty. */
let rescued: u32 = 0;

@inline function visit<Phase>(object: u32): void {
  if (object == 0) return;
  if (sizeof<Phase>() == sizeof<Mark>()) markReferent(object);
  else if (sizeof<Phase>() == sizeof<Inspect>()) record(object);
  else visitCandidate<Phase>(object);
}

function visitCandidate<Phase>(object: u32): void {
  if (marksHold() && isMarked(object)) return; // No candidate, and not worth a look.
  const entry = entryOf(typeOf(object), object);
  if (!hasHead(entry, object)) return;
  const head = headOf(object);
  const word = prevWord(head);
  if (!(word & COLLECTING)) return;
  if (sizeof<Phase>() == sizeof<Subtract>()) setPrevWord(head, word - 4);
  else {
    setPrevWord(head, (word & FINALIZED) | rescued);
    rescued = head;
  }
}

@inline function visitor<Phase>(): u32 {
  if (sizeof<Phase>() == sizeof<Mark>()) return markVisitor;
  if (sizeof<Phase>() == sizeof<Subtract>()) return subtractVisitor;
  if (sizeof<Phase>() == sizeof<Rescue>()) return rescueVisitor;
  return inspectVisitor;
}

/** Visits all that `object` refers to. */
export function trace<Phase>(object: u32): void {
  traceAs<Phase>(object, entryOf(typeOf(object), object));
}

/** The same, with the description of the object's type at hand. */
export function traceAs<Phase>(object: u32, entry: u32): void {
  const kind = kindOf(entry);
  if (kind == INSTANCE) traceInstance<Phase>(object, entry);
  else if (kind == DICT) traceDict<Phase>(object);
  else if (kind == LIST) traceRun<Phase>(listItems(object), varSize(object));
  else if (kind == TUPLE) traceRun<Phase>(tupleItems(object), varSize(object));
  else if (kind == FIXED) traceOffsets<Phase>(object, sizeof<Phase>() == sizeof<Mark>() ? hintsOf(entry) : offsetsOf(entry));
  else if (kind == SET) traceSet<Phase>(object);
  else if (kind == GENERIC) call_indirect<i32>(traverseFunction(entry), object, visitor<Phase>(), object);
  // What an opaque object refers to stays unexplained, and so alive; its own count is made to look so too.
  else if (kind == OPAQUE && sizeof<Phase>() == sizeof<Subtract>()) keepOpaque(object);
}

function keepOpaque(object: u32): void {
  const head = headOf(object);
  if (prevWord(head) & COLLECTING) setPrevWord(head, prevWord(head) + (1 << 24));
}

/** `count` references in a row. A run of the same one, as in `[x] * n`, is cheap when marking. */
function traceRun<Phase>(items: u32, count: u32): void {
  const end = items + (count << 2);
  if (sizeof<Phase>() == sizeof<Mark>() && count > RUN_PIECE) {
    pushRun(items, end, 4);
    return;
  }
  let last: u32 = 0;
  for (; items < end; items += 4) {
    const item = load<u32>(items);
    if (sizeof<Phase>() == sizeof<Mark>()) {
      if (item == last) continue;
      last = item;
    }
    visit<Phase>(item);
  }
}

function traceDict<Phase>(dict: u32): void {
  if (SKIPS_VISIT && sizeof<Phase>() == sizeof<Rescue>()) return;
  const keys = dictKeys(dict), values = dictValues(dict);
  const count = entryCount(keys);
  let entry = entriesOf(keys);
  if (sizeof<Phase>() == sizeof<Mark>() && count > RUN_PIECE && values == 0) {
    const step = isGeneral(keys) ? GENERAL_ENTRY : STRING_ENTRY;
    const end = entry + count * step;
    pushRun(entry + 4, end, step);
    if (isGeneral(keys)) pushRun(entry + 8, end, step);
    return;
  }
  if (isGeneral(keys)) {
    for (const end = entry + count * GENERAL_ENTRY; entry < end; entry += GENERAL_ENTRY) {
      const value = load<u32>(entry, 8);
      if (value != 0) {
        visit<Phase>(value);
        visit<Phase>(load<u32>(entry, 4));
      }
    }
  } else if (values != 0) {
    if (!isEmbedded(values)) traceRun<Phase>(valueSlots(values), count);
  } else {
    for (const end = entry + count * STRING_ENTRY; entry < end; entry += STRING_ENTRY) visit<Phase>(load<u32>(entry, 4));
  }
}

function traceSet<Phase>(set: u32): void {
  let entry = setTable(set);
  if (sizeof<Phase>() == sizeof<Mark>() && setMask(set) >= RUN_PIECE) {
    pushRun(entry, entry + (setMask(set) + 1) * SET_ENTRY, SET_ENTRY);
    return;
  }
  for (const end = entry + (setMask(set) + 1) * SET_ENTRY; entry < end; entry += SET_ENTRY) visit<Phase>(load<u32>(entry));
}

@inline function traceInstance<Phase>(object: u32, entry: u32): void {
  const traits = traitsOf(entry), type = typeOf(object);
  const values = object + basicSize(type);
  if (traits & HAS_INLINE && isValid(values)) {
    traceRun<Phase>(valueSlots(values), valuesInUse(entry, values));
    // tp_traverse keeps silent about a dict made of these values, so trial deletion must too.
    if (sizeof<Phase>() == sizeof<Mark>()) visit<Phase>(managedDict(object));
  } else if (traits & HAS_MANAGED_DICT) visit<Phase>(managedDict(object));
  if (traits & HAS_SLOTS) traceOffsets<Phase>(object, offsetsOf(entry));
  if (sizeof<Phase>() == sizeof<Mark>()) {
    if (traits & TYPE_MARKED) return;
    addTrait(entry, TYPE_MARKED);
  }
  visit<Phase>(type);
}

function traceOffsets<Phase>(object: u32, offsets: u32): void {
  for (let i: u32 = load<u16>(offsets); i != 0; i--) {
    offsets += 2;
    visit<Phase>(load<u32>(object + load<u16>(offsets)));
  }
}

/** Takes one object off the stack of rescued ones; 0 when there is none. */
@inline export function takeRescued(): u32 {
  const head = rescued;
  if (head != 0) {
    rescued = prevWord(head) & ~3;
    setPrevWord(head, prevWord(head) & FINALIZED);
  }
  return head;
}

/** Rescues everything that a candidate known to be alive refers to, near and far. */
export function rescue(head: u32): void {
  setPrevWord(head, prevWord(head) & FINALIZED);
  trace<Rescue>(head + 8);
  for (let next = takeRescued(); next != 0; next = takeRescued()) trace<Rescue>(next + 8);
}

// ── Visitors, in CPython's calling convention ──────────────────────────────────────────────────────

export function visitMark(object: u32, _argument: u32): i32 {
  visit<Mark>(object);
  return 0;
}

export function visitRescue(object: u32, _argument: u32): i32 {
  visit<Rescue>(object);
  return 0;
}

export function visitInspect(object: u32, _argument: u32): i32 {
  visit<Inspect>(object);
  return 0;
}
