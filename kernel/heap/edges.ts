/**
 * Whom an object refers to, and by what name. As in trace/trace.ts one function is compiled for each phase:
 *
 *   Reach   everything that there is (reach.ts)
 *   Emit    tell of it (emit.ts)
 *   Find    is one of them the object whose referrers are looked for? (referrers.ts)
 *
 * Beside what tp_traverse visits there is what leads nowhere and so is none of a collector's business: strings that are
 * keys, code and names of functions, what static types hold; and weak references. tp_traverse is the truth about all objects whose
 * layout is not known; that a field, a local variable or an item holds what it visits only gives the reference its name.
 */
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, capacity, dictKeys, dictValues, dictVisitsInlineValues, entriesOf, entryCount, isEmbedded, isGeneral,
  isSplit, isValid, listItems, setMask, setTable, tupleItems, valueSlots,
} from "../layout/containers";
import { codeOfFrame, localNames, localsOfFrame } from "../layout/frame";
import { managedDict, refcount, typeOf, varSize } from "../layout/object";
import { HEAPTYPE, INLINE_VALUES, MANAGED_DICT, STATIC_SIZE, basicSize, flagsOf } from "../layout/type";
import { referentOf } from "../layout/weakref";
import { CAPTURE_SKIPS_VALUES } from "../sabotage";
import { DICT, INSTANCE, IS_WEAKREF, LEAF, LIST, OPAQUE, SET, TUPLE, entryOf, hasHead, kindOf, sharedKeysOf, traitsOf, traverseFunction } from "../trace/types";
import { BY_ATTRIBUTE, BY_KEY, BY_LOCAL, BY_NAME, BY_NUMBER, BY_OBJECT, IS_KEY, NAMELESS, emitEdge } from "./emit";
import {
  CONTENT_DICT, CONTENT_LIST, CONTENT_NONE, CONTENT_SET, CONTENT_TUPLE, IS_TYPE, POINTS_TO_FRAME, contentRule, factFlags, factsOf, frameAt,
  memberCount, memberName, memberOffset,
} from "./facts";
import { find } from "./referrers";
import { reach } from "./reach";

/** Phases, told apart at compile time. */
export type Reach = u8;
export type Emit = u16;
export type Find = u32;
@inline function isReach<Phase>(): bool { return sizeof<Phase>() == 1; }
@inline function isEmit<Phase>(): bool { return sizeof<Phase>() == 2; }
@inline function isFind<Phase>(): bool { return sizeof<Phase>() == 4; }

/** Names that this file gives; the TypeScript side knows them by the same numbers. */
const CLASS: u32 = 0;
const INSTANCE_DICT: u32 = 1;
const REFERENT: u32 = 2;

/** Members of which it is known whether they were visited. */
const REMEMBERED: u32 = 64;

let reachVisitor: u32 = 0, emitVisitor: u32 = 0, findVisitor: u32 = 0;
/** Indices of this file's visitors in CPython's function table. */
export function setHeapVisitors(reach_: u32, emit: u32, find_: u32): void {
  reachVisitor = reach_;
  emitVisitor = emit;
  findVisitor = find_;
}

@inline function edge<Phase>(object: u32, kind: u32, name: u32): void {
  if (object == 0) return;
  if (isReach<Phase>()) reach(object);
  else if (isEmit<Phase>()) emitEdge(object, kind, name);
  else find(object);
}

/** All that an object refers to. */
export function edgesOf<Phase>(object: u32): void {
  const type = typeOf(object), entry = entryOf(type, object), kind = kindOf(entry);
  if (kind == DICT) dictEdges<Phase>(object);
  else if (kind == LIST) run<Phase>(listItems(object), varSize(object));
  else if (kind == TUPLE) run<Phase>(tupleItems(object), varSize(object));
  else if (kind == SET) setEdges<Phase>(object);
  else if (kind == INSTANCE) instanceEdges<Phase>(object, type, entry);
  else otherEdges<Phase>(object, type, entry);
}

// ── Known layouts ──────────────────────────────────────────────────────────────────────────────────

function run<Phase>(items: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) edge<Phase>(load<u32>(items + (i << 2)), BY_NUMBER, i);
}

function setEdges<Phase>(set: u32): void {
  let entry = setTable(set), i: u32 = 0;
  for (const end = entry + (setMask(set) + 1) * SET_ENTRY; entry < end; entry += SET_ENTRY) {
    const item = load<u32>(entry);
    if (item != 0) edge<Phase>(item, BY_NUMBER, NAMELESS | i++);
  }
}

function dictEdges<Phase>(dict: u32): void {
  const keys = dictKeys(dict), values = dictValues(dict), count = entryCount(keys);
  if (values != 0) {
    if (!isEmbedded(values)) namedValues<Phase>(valueSlots(values), keys, count, BY_KEY);
    return;
  }
  const stride = isGeneral(keys) ? GENERAL_ENTRY : STRING_ENTRY;
  let at = entriesOf(keys) + (stride - STRING_ENTRY);
  for (const end = at + count * stride; at < end; at += stride) {
    const key = load<u32>(at), value = load<u32>(at, 4);
    if (value == 0) continue;
    edge<Phase>(key, BY_OBJECT, key | IS_KEY);
    if (!CAPTURE_SKIPS_VALUES) edge<Phase>(value, BY_OBJECT, key | BY_KEY);
  }
}

/** Values whose names are in keys that several share. */
function namedValues<Phase>(slots: u32, keys: u32, count: u32, how: u32): void {
  const names = entriesOf(keys);
  for (let i: u32 = 0; i < count; i++) {
    const value = load<u32>(slots + (i << 2));
    if (value != 0) edge<Phase>(value, BY_OBJECT, load<u32>(names + i * STRING_ENTRY) | how);
  }
}

function instanceEdges<Phase>(object: u32, type: u32, entry: u32): void {
  attributes<Phase>(object, type);
  members<Phase>(object, factsOf(entry, type, object), 0);
  edge<Phase>(type, BY_NAME, CLASS);
}

/** Inline values, and a dict of its own. */
function attributes<Phase>(object: u32, type: u32): void {
  if (!(flagsOf(type) & MANAGED_DICT)) return;
  inlineValues<Phase>(object, type);
  edge<Phase>(managedDict(object), BY_NAME, INSTANCE_DICT);
}

/** Told of as the instance's even where tp_traverse leaves them to a dict that is made of them. */
function inlineValues<Phase>(object: u32, type: u32): void {
  const values = object + basicSize(type), keys = sharedKeysOf(type);
  if (!(flagsOf(type) & INLINE_VALUES) || !isValid(values)) return;
  if (keys != 0) namedValues<Phase>(valueSlots(values), keys, min(entryCount(keys), capacity(values)), BY_ATTRIBUTE);
  else run<Phase>(valueSlots(values), capacity(values));
}

/** Fields with names that hold an object, but for those in the set `visited`. */
function members<Phase>(object: u32, facts: u32, visited: u64): void {
  const isStatic = factFlags(facts) & IS_TYPE && !(flagsOf(object) & HEAPTYPE);
  for (let i: u32 = 0, count = memberCount(facts); i < count; i++) {
    const offset = memberOffset(facts, i);
    if (isStatic && offset >= STATIC_SIZE) continue;
    if (i < REMEMBERED && visited & (<u64>1 << i)) continue;
    edge<Phase>(load<u32>(object + offset), BY_NAME, memberName(facts, i));
  }
}

// ── Other objects: what tp_traverse visits, then the fields that it does not ───────────────────────

/** Of the object under visit: what `nameOf` compares with. */
let visitedObject: u32 = 0, visitedType: u32 = 0, visitedFacts: u32 = 0;
let visitedMembers: u64 = 0;
let nameless: u32 = 0;
let frame: u32 = 0, local: u32 = 0;
let nextValue: u32 = 0;

function otherEdges<Phase>(object: u32, type: u32, entry: u32): void {
  const facts = factsOf(entry, type, object);
  visitedMembers = 0;
  if (hasHead(entry, object) && kindOf(entry) != OPAQUE) {
    const content = contentRule(facts);
    if (content != CONTENT_NONE && !isFind<Phase>()) contents<Phase>(object, content);
    if (isEmit<Phase>()) beginVisit(object, type, facts);
    const visitor = isReach<Phase>() ? reachVisitor : isEmit<Phase>() ? emitVisitor : findVisitor;
    call_indirect<i32>(traverseFunction(entry), object, visitor, object);
    if (dictVisitsInlineValues() && flagsOf(type) & MANAGED_DICT && managedDict(object) != 0) inlineValues<Phase>(object, type);
    if (isFind<Phase>()) return; // All that counts has been visited.
    if (traitsOf(entry) & IS_WEAKREF) weakEdge<Phase>(object);
  }
  members<Phase>(object, facts, visitedMembers);
  if (factFlags(facts) & IS_TYPE && flagsOf(object) & HEAPTYPE) sharedNames<Phase>(object);
}

function contents<Phase>(object: u32, content: u32): void {
  if (content == CONTENT_DICT) dictEdges<Phase>(object);
  else if (content == CONTENT_LIST) run<Phase>(listItems(object), varSize(object));
  else if (content == CONTENT_TUPLE) run<Phase>(tupleItems(object), varSize(object));
  else setEdges<Phase>(object);
}

/** A weak reference: what it refers to is alive as long as something else holds it. */
function weakEdge<Phase>(reference: u32): void {
  const object = referentOf(reference);
  if (object != 0 && refcount(object) != 0) edge<Phase>(object, BY_NAME, REFERENT);
}

/** Names of the attributes that the instances of a class have: their keys belong to the class. */
function sharedNames<Phase>(type: u32): void {
  const keys = sharedKeysOf(type);
  if (keys == 0 || !isSplit(keys)) return;
  const names = entriesOf(keys);
  for (let i: u32 = 0, count = entryCount(keys); i < count; i++) {
    edge<Phase>(load<u32>(names + i * STRING_ENTRY), BY_NUMBER, NAMELESS | nameless++);
  }
}

function beginVisit(object: u32, type: u32, facts: u32): void {
  visitedObject = object;
  visitedType = type;
  visitedFacts = facts;
  nameless = local = nextValue = 0;
  const at = frameAt(facts);
  frame = at == 0 ? 0 : factFlags(facts) & POINTS_TO_FRAME ? load<u32>(object + at) : object + at;
  beginSkipping(object, contentRule(facts));
}

function emitVisited(object: u32): void {
  if (isSkipped(object)) return;
  for (let i: u32 = 0, count = min(memberCount(visitedFacts), REMEMBERED); i < count; i++) {
    if (visitedMembers & (<u64>1 << i) || load<u32>(visitedObject + memberOffset(visitedFacts, i)) != object) continue;
    visitedMembers |= <u64>1 << i;
    emitEdge(object, BY_NAME, memberName(visitedFacts, i));
    return;
  }
  if (flagsOf(visitedType) & MANAGED_DICT && emitAttribute(object)) return;
  if (frame != 0 && emitLocal(object)) return;
  if (object == visitedType) emitEdge(object, BY_NAME, CLASS);
  else emitEdge(object, BY_NUMBER, NAMELESS | nameless++);
}

/** An attribute that is inline, or the dict; they are visited in their order. */
function emitAttribute(object: u32): bool {
  const values = visitedObject + basicSize(visitedType), keys = sharedKeysOf(visitedType);
  if (flagsOf(visitedType) & INLINE_VALUES && isValid(values) && keys != 0) {
    for (let i = nextValue, end = min(entryCount(keys), capacity(values)); i < end; i++) {
      if (load<u32>(valueSlots(values) + (i << 2)) != object) continue;
      nextValue = i + 1;
      emitEdge(object, BY_OBJECT, load<u32>(entriesOf(keys) + i * STRING_ENTRY) | BY_ATTRIBUTE);
      return true;
    }
  }
  if (managedDict(visitedObject) != object) return false;
  emitEdge(object, BY_NAME, INSTANCE_DICT);
  return true;
}

function emitLocal(object: u32): bool {
  const names = localNames(codeOfFrame(frame));
  if (names == 0) return false;
  for (let i = local, end = varSize(names); i < end; i++) {
    if ((load<u32>(localsOfFrame(frame) + (i << 2)) & ~3) != object) continue;
    local = i + 1;
    emitEdge(object, BY_OBJECT, load<u32>(tupleItems(names) + (i << 2)) | BY_LOCAL);
    return true;
  }
  return false;
}

// ── Content has been told of with its names: tp_traverse visits it once more, in an order that is known ─────────

/** Where the next word is, how far on the one after it, and the end; of dicts with keys that are visited: twice for an entry. */
let expected: u32 = 0, stride: i32 = 0, expectedEnd: u32 = 0;
/** A key is visited after its value: where it is, from the value. */
let keyAfter: bool = false, atKey: bool = false;

function beginSkipping(object: u32, content: u32): void {
  expected = expectedEnd = 0;
  keyAfter = atKey = false;
  if (content == CONTENT_LIST || content == CONTENT_TUPLE) {
    const items = content == CONTENT_LIST ? listItems(object) : tupleItems(object);
    stride = -4;
    expectedEnd = items - 4;
    expected = items + (varSize(object) << 2) - 4;
  } else if (content == CONTENT_SET) {
    stride = SET_ENTRY;
    expected = setTable(object);
    expectedEnd = expected + (setMask(object) + 1) * SET_ENTRY;
  } else if (content == CONTENT_DICT && dictValues(object) == 0) {
    const keys = dictKeys(object);
    keyAfter = isGeneral(keys);
    stride = keyAfter ? GENERAL_ENTRY : STRING_ENTRY;
    expected = entriesOf(keys) + stride - 4;
    expectedEnd = expected + entryCount(keys) * stride;
  }
}

function isSkipped(object: u32): bool {
  if (atKey) {
    atKey = false;
    if (load<u32>(expected - stride - 4) == object) return true;
  }
  while (expected != expectedEnd) {
    const item = load<u32>(expected);
    if (item == object) {
      expected += stride;
      atKey = keyAfter;
      return true;
    }
    if (item != 0) return false;
    expected += stride;
  }
  return false;
}

// ── Visitors, in CPython's calling convention ──────────────────────────────────────────────────────

export function visitReach(object: u32, _argument: u32): i32 {
  reach(object);
  return 0;
}

export function visitEmit(object: u32, _argument: u32): i32 {
  emitVisited(object);
  return 0;
}

export function visitFind(object: u32, _argument: u32): i32 {
  find(object);
  return 0;
}
