/**
 * What the kernel knows of a type: a small cache from type address to description. A type has its place by
 * address, or one of the next few where that is taken.
 *
 * A heap type can be freed and its address reused, and a class can gain a `__del__` at any time; so the
 * cache lives for one collection (`forgetTypes`), and is forgotten again after Python code has run. During
 * disposal, where types die among the rest, it holds a reference to every heap type it describes
 * (`holdTypes`), so that no entry can go stale.
 *
 *   ╒═ entry, 32 bytes ════════════════════════════════════════════════════════════════════════════╕
 *   │ +0 type │ +4 traits, kind in the low byte │ +8 offsets │ +12 tp_traverse │ +16 keys or hints    │
 *   │ +20 basicsize │ +24 keys in use at the time of description │ +28 facts (kernel/heap), or 0          │
 *   └──────────────────────────────────────────────────────────────────────────────────────────────┘
 *   offsets ─▶ { count u16, offset u16 … }: where the object's references are (FIXED, INSTANCE)
 *   keys    ─▶ the keys that all instances of a class share: no inline value lies beyond them (INSTANCE)
 *   hints   ─▶ like offsets, for marking: without what never leads anywhere, with what leads on (FIXED)
 */
import { PyType_IsSubtype, _Py_Dealloc, probeTraverse } from "../host";
import { capacity, entryCount } from "../layout/containers";
import { dropsLast, incref } from "../layout/object";
import {
  DICT_SUBCLASS, HAVE_GC, HEAPTYPE, INLINE_VALUES, LIST_SUBCLASS, MANAGED_DICT, MEMBER_SIZE, baseOf, basicSize, delOf, dictOffset, finalizeOf, flagsOf, freeOf,
  isGcOf, isObjectSlot, membersOf, slotCount, slotOffset, traverseOf, weaklistOffset,
} from "../layout/type";

// ── Kinds: how to find the referents ───────────────────────────────────────────────────────────────
/** Not a collector's object: refers to nothing that matters. */
export const LEAF: u32 = 0;
/** Ask tp_traverse. */
export const GENERIC: u32 = 1;
export const LIST: u32 = 2;
export const TUPLE: u32 = 3;
export const DICT: u32 = 4;
export const SET: u32 = 5;
/** An instance of a Python class: inline values, managed dict, slots, and its type. */
export const INSTANCE: u32 = 6;
/** A built-in object with references at fixed offsets, learned at attach from its own tp_traverse. */
export const FIXED: u32 = 7;
/** Its tp_traverse traps: what it refers to is unknown, and it is kept. */
export const OPAQUE: u32 = 8;
const KIND: u32 = 0xff;

// ── Traits ─────────────────────────────────────────────────────────────────────────────────────────
/** Some objects of this type have no collector's header (static types): ask tp_is_gc. */
export const ASK_IS_GC: u32 = 1 << 8;
/** tp_is_gc is that of `type`: the HEAPTYPE flag decides. */
export const IS_METATYPE: u32 = 1 << 9;
export const HAS_FINALIZER: u32 = 1 << 10;
/** tp_del, from before PEP 442. */
export const HAS_LEGACY_DEL: u32 = 1 << 11;
export const IS_WEAKREF: u32 = 1 << 12;
export const HAS_WEAKLIST: u32 = 1 << 13;
export const HAS_INLINE: u32 = 1 << 14;
export const HAS_MANAGED_DICT: u32 = 1 << 15;
export const HAS_SLOTS: u32 = 1 << 16;
/** An instance of a Python class straight from `object`: once empty, its memory is all there is to free. */
export const FREES_PLAINLY: u32 = 1 << 18;
/** Marking has visited the type itself: its other instances need not. */
export const TYPE_MARKED: u32 = 1 << 17;
/** The type itself is no candidate of the trial deletion under way. */
export const TYPE_OUTSIDE: u32 = 1 << 19;

/** Not list, dict or set itself, but a subclass: that is where its content is. */
export const LIKE_LIST: u32 = 1 << 20;
export const LIKE_DICT: u32 = 1 << 21;
export const LIKE_SET: u32 = 1 << 22;

/** Entries in the cache, a power of two; and bytes for offsets of slots. */
const ENTRIES: u32 = 1024;
const ENTRY_SHIFT: u32 = 5;
const ENTRY_SIZE: u32 = 1 << ENTRY_SHIFT;
/** How many places a type may have. */
const PLACES: u32 = 8;
/** Inline values have their capacity in a byte. */
const MAX_CAPACITY: u32 = 255;
const ARENA_SIZE: u32 = 16 * 1024;
const HELD_MAX: u32 = 1024;

const TYPES_SCRATCH: u32 = ENTRIES * ENTRY_SIZE + ARENA_SIZE + HELD_MAX * 4;

let table: u32 = 0, arena: u32 = 0, arenaTop: u32 = 0, held: u32 = 0, heldCount: u32 = 0;
let holding: bool = false;
let listType: u32 = 0, tupleType: u32 = 0, dictType: u32 = 0, setType: u32 = 0, frozensetType: u32 = 0;
let referenceType: u32 = 0, proxyType: u32 = 0, callableProxyType: u32 = 0;
let subtypeTraverse: u32 = 0, typeIsGc: u32 = 0;
/** Learned types: { type, offsets, hints } triples, ended by a zero type. */
let learned: u32 = 0;

export function setTypesScratch(address: u32): void {
  table = address;
  arena = table + ENTRIES * ENTRY_SIZE;
  held = arena + ARENA_SIZE;
}

export function setContainerTypes(list: u32, tuple: u32, dict: u32, set: u32, frozenset: u32): void {
  listType = list;
  tupleType = tuple;
  dictType = dict;
  setType = set;
  frozensetType = frozenset;
}

export function setWeakrefTypes(reference: u32, proxy: u32, callableProxy: u32): void {
  referenceType = reference;
  proxyType = proxy;
  callableProxyType = callableProxy;
}

export function setTypeFunctions(subtypeTraverse_: u32, typeIsGc_: u32): void {
  subtypeTraverse = subtypeTraverse_;
  typeIsGc = typeIsGc_;
}

let objectType: u32 = 0, plainFree: u32 = 0;
/** `object`, and the table index of PyObject_GC_Del; 0 where that is not what instances have in tp_free. */
export function setPlainFree(object: u32, free: u32): void {
  objectType = object;
  plainFree = free;
}

/** Where a heap type has the keys that its instances share; 0 when that is not known. */
let sharedKeysAt: u32 = 0;
export function setSharedKeys(offset: u32): void { sharedKeysAt = offset; }

/** The table of learned types; 0 for none. */
export function setLearned(triples: u32): void { learned = triples; }

/** Empties the cache. */
export function forgetTypes(): void {
  memory.fill(table, 0, ENTRIES * ENTRY_SIZE);
  arenaTop = arena;
}

/** From now to `releaseTypes`, types in the cache are kept alive. */
export function holdTypes(): void {
  forgetTypes();
  holding = true;
  heldCount = 0;
}

/** Lets go of the types held; some may be deallocated here. */
export function releaseTypes(): void {
  holding = false;
  forgetTypes();
  for (let i: u32 = 0; i < heldCount; i++) {
    const type = load<u32>(held + (i << 2));
    if (dropsLast(type)) _Py_Dealloc(type);
  }
  heldCount = 0;
}

@inline export function addTrait(entry: u32, trait: u32): void { store<u32>(entry, load<u32>(entry, 4) | trait, 4); }
@inline export function kindOf(entry: u32): u32 { return load<u8>(entry, 4); }
@inline export function traitsOf(entry: u32): u32 { return load<u32>(entry, 4); }
@inline export function offsetsOf(entry: u32): u32 { return load<u32>(entry, 8); }
@inline export function hintsOf(entry: u32): u32 { return load<u32>(entry, 16); }
@inline export function traverseFunction(entry: u32): u32 { return load<u32>(entry, 12); }
/** tp_basicsize of an instance's type: where its inline values are. */
@inline export function instanceSize(entry: u32): u32 { return load<u32>(entry, 20); }
/** How many inline values an instance of the type can use, as long as no Python code has run since. */
@inline export function sharedCount(entry: u32): u32 { return load<u32>(entry, 24); }
/** A word of the heap kernel's; 0 in a new entry. */
@inline export function factsWord(entry: u32): u32 { return load<u32>(entry, 28); }
@inline export function setFactsWord(entry: u32, facts: u32): void { store<u32>(entry, facts, 28); }
/** The keys that the instances of a heap type share; 0: it has none, or where they are is not known. */
@inline export function sharedKeysOf(type: u32): u32 { return sharedKeysAt != 0 ? load<u32>(type + sharedKeysAt) : 0; }
/** How many of an instance's inline values can be in use now; what lies beyond is 0. */
@inline export function valuesInUse(entry: u32, values: u32): u32 {
  const all = capacity(values), keys = load<u32>(entry, 16);
  if (keys == 0) return all;
  const shared = entryCount(keys);
  return shared < all ? shared : all;
}
/** The kind of container that the objects of a type are or, where they are marked by tp_traverse, contain; LEAF for others. */
export function contentOf(entry: u32): u32 {
  const kind = kindOf(entry);
  if (kind == LIST || kind == TUPLE || kind == DICT || kind == SET) return kind;
  if (kind != GENERIC) return LEAF;
  const traits = traitsOf(entry);
  return traits & LIKE_DICT ? DICT : traits & LIKE_LIST ? LIST : traits & LIKE_SET ? SET : LEAF;
}
@inline export function isTuple(type: u32): bool { return type == tupleType; }
@inline export function isDict(type: u32): bool { return type == dictType; }

/** The description of a type; `object` is one of its instances. */
@inline export function entryOf(type: u32, object: u32): u32 {
  const entry = table + (((type >> 3) & (ENTRIES - 1)) << ENTRY_SHIFT);
  return load<u32>(entry) == type ? entry : findEntry(type, object, entry);
}

/** The same, where the type is not in its own place. */
function findEntry(type: u32, object: u32, place: u32): u32 {
  const end = table + ENTRIES * ENTRY_SIZE;
  let entry = place;
  for (let i: u32 = 0; i < PLACES; i++) {
    const found = load<u32>(entry);
    if (found == type) return entry;
    if (found == 0) return describe(type, object, entry);
    entry += ENTRY_SIZE;
    if (entry == end) entry = table;
  }
  return describe(type, object, place);
}

/** True when the object has a collector's header. */
@inline export function hasHead(entry: u32, object: u32): bool {
  const traits = traitsOf(entry);
  if ((traits & KIND) == LEAF) return false;
  return (traits & ASK_IS_GC) == 0 || askIsGc(traits, object);
}

function askIsGc(traits: u32, object: u32): bool {
  if (traits & IS_METATYPE) return (flagsOf(object) & HEAPTYPE) != 0;
  return call_indirect<i32>(isGcOf(load<u32>(object, 4)), object) != 0;
}

function describe(type: u32, object: u32, entry: u32): u32 {
  store<u32>(entry, type);
  store<u32>(entry, 0, 8);
  store<u32>(entry, 0, 16);
  store<u32>(entry, 0, 28);
  store<u32>(entry, traverseOf(type), 12);
  const flags = flagsOf(type);
  if (!(flags & HAVE_GC)) {
    store<u32>(entry, LEAF, 4);
    return entry;
  }
  let traits: u32 = 0;
  const isGc = isGcOf(type);
  if (isGc != 0) traits |= ASK_IS_GC | (isGc == typeIsGc ? IS_METATYPE : 0);
  if (finalizeOf(type) != 0) traits |= HAS_FINALIZER;
  if (delOf(type) != 0) traits |= HAS_LEGACY_DEL;
  if (weaklistOffset(type) != 0) traits |= HAS_WEAKLIST;
  if (isWeakrefType(type)) traits |= IS_WEAKREF;
  store<u32>(entry, traits | describeKind(type, object, entry), 4);
  if (holding && flags & HEAPTYPE) {
    if (heldCount < HELD_MAX) {
      incref(type);
      store<u32>(held + (heldCount++ << 2), type);
    } else store<u32>(entry, 0); // Not cached: the next question describes it again.
  }
  return entry;
}

function isWeakrefType(type: u32): bool {
  if (type == referenceType || type == proxyType || type == callableProxyType) return true;
  return PyType_IsSubtype(type, referenceType) != 0;
}

function describeKind(type: u32, object: u32, entry: u32): u32 {
  if (type == listType) return LIST;
  if (type == tupleType) return TUPLE;
  if (type == dictType) return DICT;
  if (type == setType || type == frozensetType) return SET;
  const traverse = traverseOf(type);
  if (traverse == subtypeTraverse) {
    const traits = describeInstance(type, entry);
    if (traits != 0) return traits;
  }
  for (let triple = learned; triple != 0 && load<u32>(triple) != 0; triple += 12) {
    if (load<u32>(triple) == type) {
      store<u32>(entry, load<u32>(triple, 4), 8);
      store<u32>(entry, load<u32>(triple, 8), 16);
      return FIXED;
    }
  }
  return traverse != 0 && probeTraverse(type, object) != 0 ? GENERIC | likeness(type) : OPAQUE;
}

function likeness(type: u32): u32 {
  const flags = flagsOf(type);
  if (flags & LIST_SUBCLASS) return LIKE_LIST;
  if (flags & DICT_SUBCLASS) return LIKE_DICT;
  return PyType_IsSubtype(type, setType) || PyType_IsSubtype(type, frozensetType) ? LIKE_SET : 0;
}

/**
 * A class whose bases are Python classes down to `object`: its references are known without asking.
 * Returns the kind with its traits, or 0 where tp_traverse must be asked.
 */
function describeInstance(type: u32, entry: u32): u32 {
  const offsets = arenaTop;
  let count: u32 = 0;
  let base = type;
  for (; traverseOf(base) == subtypeTraverse; base = baseOf(base)) {
    let member = membersOf(base);
    for (let i: u32 = slotCount(base); i != 0; i--) {
      if (isObjectSlot(member)) {
        count++;
        if (offsets + 2 + count * 2 > arena + ARENA_SIZE || slotOffset(member) > 0xffff) return 0;
        store<u16>(offsets + count * 2, <u16>slotOffset(member));
      }
      member += MEMBER_SIZE;
    }
  }
  if (traverseOf(base) != 0) return 0;
  const flags = flagsOf(type);
  let traits = INSTANCE;
  if (flags & MANAGED_DICT) {
    traits |= HAS_MANAGED_DICT | (flags & INLINE_VALUES ? HAS_INLINE : 0);
    store<u32>(entry, basicSize(type), 20);
    const keys = sharedKeysOf(type);
    store<u32>(entry, keys, 16);
    store<u32>(entry, keys != 0 ? entryCount(keys) : MAX_CAPACITY, 24);
  } else if (dictOffset(type) != dictOffset(base)) return 0;
  if (base == objectType && freeOf(type) == plainFree && finalizeOf(type) == 0) traits |= FREES_PLAINLY;
  if (count != 0) {
    store<u16>(offsets, <u16>count);
    store<u32>(entry, offsets, 8);
    arenaTop = offsets + 2 + count * 2;
    traits |= HAS_SLOTS;
  }
  return traits;
}

/** Bytes of scratch memory that `setTypesScratch` wants. */
export function typesScratch(): u32 { return TYPES_SCRATCH; }
