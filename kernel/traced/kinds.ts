/**
 * What is in a block: an object of which type, or something else. Where a type is known exactly, so is what its objects refer to;
 * of all others every word is taken for a reference.
 *
 *   block ▶│ weak list │ dict │ next │ prev │ count │ type │ …     managed fields and header, as the type has them
 *                                           ▲ object
 */
import { DICT_SUBCLASS, HAVE_GC, INLINE_VALUES, MANAGED_DICT, baseOf, basicSize, delOf, finalizeOf, flagsOf, weaklistOffset } from "../layout/type";
import { endOfHeap, isInHeap, mayHold } from "./spaces";

export const OTHER: u32 = 0;
export const LEAF: u32 = 1;
export const TEXT: u32 = 2;
export const LIST: u32 = 3;
export const TUPLE: u32 = 4;
export const DICT: u32 = 5;
export const SET: u32 = 6;
export const WEAKREF: u32 = 7;
export const CODE: u32 = 8;
/** Of bytes that are in a block of their own. */
export const BYTES: u32 = 9;
/** Of numbers, but for what derived types add. */
export const NUMBERS: u32 = 10;
/** A type, of whatever metatype. */
export const TYPE: u32 = 11;
/** An instance with its attributes' values in it, and no more that is known. */
export const INSTANCE: u32 = 12;
/** A dict of a derived type. */
export const DERIVED_DICT: u32 = 13;
export const FUNCTION: u32 = 14;
export const GENERATOR: u32 = 15;

/** Where an entry of a symbol table has the table, and a managed buffer has the memory. */
const SYMBOL_TABLE: i32 = 56;
const BUFFER: i32 = 16;
const READY: u32 = 1 << 12;
const MANAGED_WEAKREF: u32 = 1 << 3;
/** Bytes of a type's fields up to the last that is read here. */
const TYPE_BYTES: u32 = 208;
const ENTRIES: u32 = 1024;
const ENTRY: u32 = 16;
const SHIFT: u32 = 4;
/** Chains of bases are followed so far. */
const BASES: u32 = 64;

/** Set in the kind of a type of which an object was marked: so the type is as well. */
const SEEN: u32 = 1 << 31;
/** Set in the kind of a type whose objects have a finalizer. */
const FINALIZES: u32 = 1 << 30;

/** Types by their address: type, kind, bytes before an object, offset of its weak list, or of what else it does not own. */
let types: u32 = 0;
/** Types with a kind of their own. */
let typeType: u32 = 0, listType: u32 = 0, tupleType: u32 = 0, dictType: u32 = 0, setType: u32 = 0, frozensetType: u32 = 0, textType: u32 = 0;
let intType: u32 = 0, floatType: u32 = 0, boolType: u32 = 0, complexType: u32 = 0, bytesType: u32 = 0;
let bytearrayType: u32 = 0, arrayType: u32 = 0, readerType: u32 = 0, writerType: u32 = 0, updaterType: u32 = 0;
let randomType: u32 = 0, entryType: u32 = 0, bufferType: u32 = 0;
let codeType: u32 = 0, functionType: u32 = 0, generatorType: u32 = 0, referenceType: u32 = 0, proxyType: u32 = 0, callableProxyType: u32 = 0;

/** Bytes that `setKinds` needs. */
export function kindsScratch(): u32 { return ENTRIES * ENTRY; }
export function setKinds(scratch: u32): void { types = scratch; }

export function setContainerKinds(type: u32, list: u32, tuple: u32, dict: u32, set: u32, frozenset: u32, code: u32, fn: u32, generator: u32): void {
  typeType = type;
  listType = list;
  tupleType = tuple;
  dictType = dict;
  setType = set;
  frozensetType = frozenset;
  codeType = code;
  functionType = fn;
  generatorType = generator;
}

export function setLeafKinds(text: u32, integer: u32, float: u32, boolean: u32, complex: u32, bytes: u32): void {
  textType = text;
  intType = integer;
  floatType = float;
  boolType = boolean;
  complexType = complex;
  bytesType = bytes;
}

export function setBytesKinds(bytearray: u32, array: u32, reader: u32, writer: u32, updater: u32): void {
  bytearrayType = bytearray;
  arrayType = array;
  readerType = reader;
  writerType = writer;
  updaterType = updater;
}

/**
 * Types whose objects name something that they don't own: entries of the compiler's symbol table name the table, which may be gone, and
 * managed buffers name memory of another object, which they own as well.
 */
export function setBorrowingKinds(entry: u32, buffer: u32): void {
  entryType = entry;
  bufferType = buffer;
}

export function setNumbersKind(random: u32): void { randomType = random; }
/** Bytes of an object of numbers in which they are. */
export function bytesOfNumbers(): u32 { return basicSize(randomType); }

export function setWeakrefKinds(reference: u32, proxy: u32, callableProxy: u32): void {
  referenceType = reference;
  proxyType = proxy;
  callableProxyType = callableProxy;
}

/** Forgets all types: they may have been freed, or have changed. */
export function forgetKinds(): void { memory.fill(types, 0, ENTRIES * ENTRY); }

/**
 * The object in a block, of which `entry` describes the type; 0 where there is none. What begins with a link, or with nothing, has a
 * header, and what goes on with one has managed fields before that: there the object is looked for first, as everything else that
 * stands where a type might would be looked up for nothing.
 */
export function objectIn(block: u32, size: u32): u32 {
  if (size < 8) return 0;
  const first = load<u32>(block);
  if (size >= 24 && (first == 0 || isInHeap(first))) {
    const second = load<u32>(block, 8);
    const object = second == 0 || isInHeap(second) ? behind(block, 16) : behind(block, 8);
    if (object != 0) return object;
  }
  let object = behind(block, 0);
  if (object == 0 && size >= 16) object = behind(block, 8);
  if (object == 0 && size >= 24) object = behind(block, 16);
  return object;
}

/** The object behind so many bytes of a block; 0 when there is none. */
@inline function behind(block: u32, presize: u32): u32 {
  const description = entryFor(load<u32>(block + presize, 4));
  if (description == 0 || presizeOf(description) != presize) return 0;
  entry = description;
  return block + presize;
}

/** True for the address of a dict; also for another one in the heap with the same word behind it. */
@inline export function isDict(object: u32): bool { return object + 8 <= endOfHeap() && load<u32>(object, 4) == dictType; }

let entry: u32 = 0;
/** Finds out of which type an object is: for addresses that are known to be an object's. */
@inline export function findObject(object: u32): void { entry = entryFor(load<u32>(object, 4)); }
/** Of the object that was found last. */
@inline export function foundKind(): u32 { return load<u32>(entry, 4) & ~(SEEN | FINALIZES); }
/** True for the first object of its type in a collection, mostly. */
@inline export function isFirstOfType(): bool {
  const kind = load<u32>(entry, 4);
  store<u32>(entry, kind | SEEN, 4);
  return (kind & SEEN) == 0;
}
/** True when Python code may run because the object that was found last dies: its finalizer, or a weak reference's callback. */
export function isDeathNoticed(object: u32): bool {
  if (load<u32>(entry, 4) & FINALIZES) return true;
  const offset = foundWeaklist();
  return offset != 0 && load<u32>(object + offset) != 0;
}
@inline export function foundPresize(): u32 { return presizeOf(entry); }
@inline export function foundWeaklist(): i32 { return load<i32>(entry, 12); }
@inline function presizeOf(description: u32): u32 { return load<u32>(description, 8); }

/** The description of a type; 0 for what is no type. */
function entryFor(type: u32): u32 {
  if (type < 1024 || type & 3) return 0;
  const at = types + (((type >> 3) & (ENTRIES - 1)) << SHIFT);
  return load<u32>(at) == type ? at : describe(type, at);
}

function describe(type: u32, at: u32): u32 {
  if (!isType(type)) return 0;
  const flags = flagsOf(type);
  let presize: u32 = 0;
  if (flags & HAVE_GC) presize = flags & (MANAGED_DICT | MANAGED_WEAKREF) ? 16 : 8;
  store<u32>(at, type);
  store<u32>(at, finalizeOf(type) | delOf(type) ? kindFor(type) | FINALIZES : kindFor(type), 4);
  store<u32>(at, presize, 8);
  store<i32>(at, borrowedIn(type), 12);
  return at;
}

/** Where objects of a type have a word that keeps nothing; not above 0 when they have none. */
function borrowedIn(type: u32): i32 {
  if (type == entryType) return SYMBOL_TABLE;
  return type == bufferType ? BUFFER : weaklistOffset(type);
}

/**
 * A type is an object whose own type is `type` or derived from that, and which is ready. Links between tracked objects are looked
 * up here as well: that they are in pages of smaller blocks is found out without reading there.
 */
function isType(type: u32): bool {
  if (!isReadable(type) || !mayHold(type, TYPE_BYTES) || !(flagsOf(type) & READY)) return false;
  let meta = load<u32>(type, 4);
  for (let i: u32 = 0; i < BASES && meta != typeType; i++) {
    if (!isReadable(meta)) return false;
    meta = baseOf(meta);
  }
  return meta == typeType;
}

@inline function isReadable(type: u32): bool { return type >= 1024 && !(type & 3) && type <= endOfHeap() - TYPE_BYTES; }

function kindFor(type: u32): u32 {
  if (type == textType) return TEXT;
  if (type == intType || type == floatType || type == boolType || type == complexType || type == bytesType) return LEAF;
  if (type == listType) return LIST;
  if (type == tupleType) return TUPLE;
  if (type == dictType) return DICT;
  if (type == setType || type == frozensetType) return SET;
  if (type == codeType) return CODE;
  if (type == functionType) return FUNCTION;
  if (type == generatorType) return GENERATOR;
  let base = type;
  for (let i: u32 = 0; i < BASES && isType(base); i++, base = baseOf(base)) {
    if (base == referenceType || base == proxyType || base == callableProxyType) return WEAKREF;
    if (base == bytearrayType || base == arrayType || base == readerType || base == writerType || base == updaterType) return BYTES;
    if (base == randomType) return NUMBERS;
    if (base == typeType) return TYPE;
  }
  if (flagsOf(type) & DICT_SUBCLASS) return DERIVED_DICT;
  return flagsOf(type) & INLINE_VALUES ? INSTANCE : OTHER;
}

/**
 * True when what a leaf says of its size fits its block: it is one then, and nothing in it refers to anything. Of a block that was
 * made smaller up to a quarter is left over.
 */
export function isWholeLeaf(object: u32, size: u32): bool {
  const type = load<u32>(object, 4);
  let needed: u32 = 24;
  if (type == bytesType) needed = 17 + load<u32>(object, 8);
  else if (type == intType || type == boolType) needed = 12 + ((load<u32>(object, 8) >> 3) << 2);
  else if (type == floatType) needed = 16;
  return needed <= size && size - needed < max<u32>(32, (size >> 2) + 8);
}
