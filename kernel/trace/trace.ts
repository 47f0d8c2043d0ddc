/**
 * Who an object refers to, found without asking where the layout is known, and through tp_traverse for
 * the rest. One tracing function serves every phase: `trace<Phase>` is compiled once for each.
 *
 *   Mark      propose: set the bit of everything that can be reached
 *   Subtract  trial deletion: one reference to a candidate is explained
 *   Rescue    a candidate that something outside reaches is no candidate any more
 *   Gather    a suspect that a member of a group refers to joins the group
 *   Gate      does a frozen object refer to a tracked one that is not frozen?
 *   Bridge    whatever a bridge pass is at (bridge/pass.ts)
 *   Inspect   tell the TypeScript side (probes and verification only)
 */
import { bridgeReferent } from "../bridge/pass";
import { isCandidate, isKnown } from "../cycles/candidate-set";
import { record } from "../host";
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, capacity, dictKeys, dictValues, dictVisitsInlineValues, entriesOf, entryCount,
  isEmbedded, isGeneral, isValid, listItems, setMask, setTable, tupleItems, valueSlots,
} from "../layout/containers";
import { COLLECTING, FINALIZED, headOf, isTracked, objectOf, prevWord, setPrevWord } from "../layout/gc-head";
import { managedDict, typeOf, varSize } from "../layout/object";
import { isFrozen } from "../mark/frozen";
import { isSuspect, markReferent } from "../mark/grey";
import { gather } from "../cycles/suspects";
import { SKIPS_VISIT } from "../sabotage";
import {
  DICT, FIXED, GENERIC, HAS_INLINE, HAS_MANAGED_DICT, HAS_SLOTS, INSTANCE, LIST, OPAQUE, SET, TUPLE, TYPE_MARKED, TYPE_OUTSIDE, addTrait,
  entryOf, hasHead, hintsOf,  kindOf, offsetsOf, traitsOf, traverseFunction, instanceSize, sharedCount,
} from "./types";

/** All slots of a container. */
const ALL: u32 = ~0;
/** Referents that a large object of an unknown kind may have beside its content: its `__dict__`, slots, a default factory. */
const FIRST: i32 = 64;

/** Phases, told apart at compile time. */
export type Mark = u8;
export type Subtract = u16;
export type Rescue = u32;
export type Gather = f32;
export type Gate = f64;
export type Inspect = u64;
export type Bridge = i64;
@inline function isMark<Phase>(): bool { return sizeof<Phase>() == 1; }
@inline function isSubtract<Phase>(): bool { return sizeof<Phase>() == 2; }
@inline function isRescue<Phase>(): bool { return sizeof<Phase>() == 4 && !isFloat<Phase>(); }
@inline function isGather<Phase>(): bool { return sizeof<Phase>() == 4 && isFloat<Phase>(); }
@inline function isGate<Phase>(): bool { return sizeof<Phase>() == 8 && isFloat<Phase>(); }
@inline function isBridge<Phase>(): bool { return sizeof<Phase>() == 8 && isInteger<Phase>() && isSigned<Phase>(); }
@inline function isInspect<Phase>(): bool { return sizeof<Phase>() == 8 && isInteger<Phase>() && !isSigned<Phase>(); }

/**
 * Table indices of the visitors given to tp_traverse; that of `Subtract` is CPython's own visit_decref, and `Bridge` uses
 * its index, under which `visitBridge` stands meanwhile.
 */
let markVisitor: u32 = 0, firstVisitor: u32 = 0, subtractVisitor: u32 = 0, rescueVisitor: u32 = 0, gatherVisitor: u32 = 0, gateVisitor: u32 = 0, inspectVisitor: u32 = 0;
export function setVisitors(mark: u32, first: u32, subtract: u32, rescue: u32, gather: u32, gate: u32, inspect: u32): void {
  markVisitor = mark;
  firstVisitor = first;
  subtractVisitor = subtract;
  rescueVisitor = rescue;
  gatherVisitor = gather;
  gateVisitor = gate;
  inspectVisitor = inspect;
}

/** Head of the intrusive stack of rescued objects, linked through `_gc_prev`; 0 when empty. */
let rescued: u32 = 0;
/** Candidates that look dead so far. */
let suspects: u32 = 0;

@inline function visit<Phase>(object: u32): void {
  if (object == 0) return;
  if (isMark<Phase>()) markReferent(object);
  else if (isInspect<Phase>()) record(object);
  else if (isBridge<Phase>()) bridgeReferent(object);
  else if (isGather<Phase>()) {
    if (isSuspect(object)) gather(object);
  }
  else if (isGate<Phase>()) {
    if (!leadsOut && !isFrozen(object)) leadsOut = hasHead(entryOf(typeOf(object), object), object) && isTracked(object);
  }
  else if (isKnown(object) ? isCandidate(object) : hasHead(entryOf(typeOf(object), object), object)) {
    const head = headOf(object), word = prevWord(head);
    if (word & COLLECTING) visitCandidate<Phase>(head, word);
  }
}

@inline function visitCandidate<Phase>(head: u32, word: u32): void {
  if (isSubtract<Phase>()) setPrevWord(head, word - 4);
  else {
    suspects--;
    pushRescued(head);
  }
}

@inline function visitor<Phase>(): u32 {
  if (isMark<Phase>()) return markVisitor;
  if (isSubtract<Phase>() || isBridge<Phase>()) return subtractVisitor;
  if (isRescue<Phase>()) return rescueVisitor;
  if (isGather<Phase>()) return gatherVisitor;
  if (isGate<Phase>()) return gateVisitor;
  return inspectVisitor;
}

/** Visits all that `object` refers to. */
@inline export function trace<Phase>(object: u32): void {
  traceFound<Phase>(object, entryOf(typeOf(object), object));
}

/** The same, with the description of the type at hand. Instances are most of what there is: they need no call. */
@inline export function traceFound<Phase>(object: u32, entry: u32): void {
  if (kindOf(entry) == INSTANCE) traceInstance<Phase>(object, entry);
  else traceOther<Phase>(object, entry);
}

function traceOther<Phase>(object: u32, entry: u32): void {
  const kind = kindOf(entry);
  if (kind == DICT) traceDict<Phase>(object, 0, ALL);
  else if (kind == LIST) traceRun<Phase>(listItems(object), varSize(object));
  else if (kind == TUPLE) traceRun<Phase>(tupleItems(object), varSize(object));
  else if (kind == FIXED) traceOffsets<Phase>(object, isMark<Phase>() || isGate<Phase>() ? hintsOf(entry) : offsetsOf(entry));
  else if (kind == SET) traceSet<Phase>(object, 0, ALL);
  else if (kind == GENERIC) call_indirect<i32>(traverseFunction(entry), object, visitor<Phase>(), object);
  // What an opaque object refers to stays unexplained, and so alive; its own count is made to look so too.
  else if (kind == OPAQUE && isSubtract<Phase>()) keepOpaque(object);
}

function keepOpaque(object: u32): void {
  const head = headOf(object);
  if (prevWord(head) & COLLECTING) setPrevWord(head, prevWord(head) + (1 << 24));
}

/** `count` references in a row. A run of the same one, as in `[x] * n`, is cheap when marking. */
function traceRun<Phase>(items: u32, count: u32): void {
  const end = items + (count << 2);
  let last: u32 = 0;
  for (; items < end; items += 4) {
    const item = load<u32>(items);
    if (isMark<Phase>()) {
      if (item == last) continue;
      last = item;
    }
    visit<Phase>(item);
  }
}

/** Up to `slots` entries from the one numbered `from` on. */
function traceDict<Phase>(dict: u32, from: u32, slots: u32): void {
  if (SKIPS_VISIT && isRescue<Phase>()) return;
  const keys = dictKeys(dict), values = dictValues(dict);
  const count = min(entryCount(keys) - from, slots);
  let entry = entriesOf(keys);
  if (isGeneral(keys)) {
    entry += from * GENERAL_ENTRY;
    for (const end = entry + count * GENERAL_ENTRY; entry < end; entry += GENERAL_ENTRY) {
      const value = load<u32>(entry, 8);
      if (value != 0) {
        visit<Phase>(value);
        visit<Phase>(load<u32>(entry, 4));
      }
    }
  } else if (values != 0) {
    if (dictVisitsInlineValues() || !isEmbedded(values)) traceRun<Phase>(valueSlots(values) + (from << 2), count);
  } else {
    entry += from * STRING_ENTRY;
    for (const end = entry + count * STRING_ENTRY; entry < end; entry += STRING_ENTRY) visit<Phase>(load<u32>(entry, 4));
  }
}

function traceSet<Phase>(set: u32, from: u32, slots: u32): void {
  let entry = setTable(set) + from * SET_ENTRY;
  const count = min(setMask(set) + 1 - from, slots);
  for (const end = entry + count * SET_ENTRY; entry < end; entry += SET_ENTRY) visit<Phase>(load<u32>(entry));
}

// ── Large containers, a part of them at a time (mark/large.ts) ──────────────────────────────────────

/** How many slots a container of the kind has: items, entries, or places in its table. */
export function slotsOf(object: u32, content: u32): u32 {
  if (content == DICT) return entryCount(dictKeys(object));
  return content == SET ? setMask(object) + 1 : varSize(object);
}

/** Marks what up to `slots` of them refer to; there must be a slot `from`. */
export function markSlots(object: u32, content: u32, from: u32, slots: u32): void {
  if (content == DICT) traceDict<Mark>(object, from, slots);
  else if (content == SET) traceSet<Mark>(object, from, slots);
  else {
    const items = content == LIST ? listItems(object) : tupleItems(object);
    traceRun<Mark>(items + (from << 2), min(varSize(object) - from, slots));
  }
}

/** How many more `visitFirst` lets tp_traverse visit. */
let more: i32 = 0;
/** Marks the first few that tp_traverse visits. */
export function markFirst(object: u32, entry: u32): void {
  more = FIRST;
  call_indirect<i32>(traverseFunction(entry), object, firstVisitor, object);
}

@inline function traceInstance<Phase>(object: u32, entry: u32): void {
  const traits = traitsOf(entry);
  const values = object + instanceSize(entry);
  if (traits & HAS_INLINE && isValid(values) && !(dictVisitsInlineValues() && managedDict(object) != 0)) {
    const inUse = min(sharedCount(entry), capacity(values));
    let slot = valueSlots(values);
    for (const end = slot + (inUse << 2); slot < end; slot += 4) visit<Phase>(load<u32>(slot));
    // A dict there is made of these values. tp_traverse keeps silent about it, so trial deletion must too.
    if (isMark<Phase>() || isGate<Phase>()) visit<Phase>(managedDict(object));
  } else if (traits & HAS_MANAGED_DICT) visit<Phase>(managedDict(object));
  if (traits & HAS_SLOTS) traceOffsets<Phase>(object, offsetsOf(entry));
  traceType<Phase>(typeOf(object), entry);
}

/** An instance refers to its type too; what one of them finds out about it holds for all. */
@inline function traceType<Phase>(type: u32, entry: u32): void {
  const traits = traitsOf(entry);
  if (isMark<Phase>()) {
    if (traits & TYPE_MARKED) return;
    addTrait(entry, TYPE_MARKED);
  } else if (isSubtract<Phase>() || isRescue<Phase>()) {
    if (traits & TYPE_OUTSIDE) return;
    if (isKnown(type) && !isCandidate(type)) addTrait(entry, TYPE_OUTSIDE);
  }
  visit<Phase>(type);
}

function traceOffsets<Phase>(object: u32, offsets: u32): void {
  for (let i: u32 = load<u16>(offsets); i != 0; i--) {
    offsets += 2;
    visit<Phase>(load<u32>(object + load<u16>(offsets)));
  }
}

// ── Rescue ─────────────────────────────────────────────────────────────────────────────────────────

/** A candidate is known to be alive: it is one no more, and what it refers to is to be rescued too. */
@inline function pushRescued(head: u32): void {
  setPrevWord(head, (prevWord(head) & FINALIZED) | rescued);
  rescued = head;
}

/** Begins: nothing is rescued yet. */
export function beginRescue(): void {
  rescued = 0;
  suspects = 0;
}
/** A candidate that something outside the set refers to. */
@inline export function rescueRoot(head: u32): void { pushRescued(head); }
/** A candidate whose every reference is explained. */
@inline export function suspect(): void { suspects++; }

/** Rescues what the rescued refer to, near and far, or until nothing is left that could be. */
export function finishRescue(): void {
  while (rescued != 0 && suspects != 0) {
    const head = rescued;
    rescued = prevWord(head) & ~3;
    trace<Rescue>(objectOf(head));
  }
}

// ── Gates ──────────────────────────────────────────────────────────────────────────────────────────

/** Something was found that is tracked, and not frozen. */
let leadsOut: bool = false;

/** True when the object refers to a tracked one that is not frozen. */
export function lookThrough(object: u32): bool {
  leadsOut = false;
  trace<Gate>(object);
  return leadsOut;
}

// ── Visitors, in CPython's calling convention ──────────────────────────────────────────────────────

export function visitMark(object: u32, _argument: u32): i32 {
  visit<Mark>(object);
  return 0;
}

/** Not 0, which makes tp_traverse return, when it is enough. */
export function visitFirst(object: u32, _argument: u32): i32 {
  visit<Mark>(object);
  return i32(--more <= 0);
}

export function visitRescue(object: u32, _argument: u32): i32 {
  visit<Rescue>(object);
  return 0;
}

export function visitGather(object: u32, _argument: u32): i32 {
  visit<Gather>(object);
  return 0;
}

export function visitGate(object: u32, _argument: u32): i32 {
  visit<Gate>(object);
  return 0;
}

export function visitInspect(object: u32, _argument: u32): i32 {
  visit<Inspect>(object);
  return 0;
}
