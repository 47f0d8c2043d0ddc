/**
 * Whom the content of a block refers to, for two purposes, each compiled apart:
 *
 *   Mark   what may be referred to at all: any word that leads into a block keeps it
 *   Count  which references the dead own: each must be counted, one too many does no harm
 *
 * A part of an object of which the object says how much is in use (the items of a list, the entries of a dict) is looked at
 * through the object, as far as it is in use, and claimed: its own turn then never comes.
 */
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, capacity, dictKeys, dictValues, entriesOf, entryCount, isEmbedded, isGeneral, isSplit,
  listItems, setMask, setTable, valueSlots,
} from "../layout/containers";
import { HEAPTYPE, basicSize, cachedKeys, flagsOf } from "../layout/type";
import { CLAIMS_PARTS, FOLLOWS_LISTS, FORGETS_CLASS, FORGETS_CODE, FORGETS_REFERENCE, FORGETS_VALUES } from "../sabotage";
import { isDead } from "./dead-set";
import {
  BYTES, CODE, DERIVED_DICT, DICT, FUNCTION, GENERATOR, INSTANCE, LEAF, LIST, NUMBERS, SET, TEXT, TUPLE, TYPE, WEAKREF, bytesOfNumbers, foundKind,
  foundPresize, foundWeaklist, isFirstOfType, isWholeLeaf, objectIn,
} from "./kinds";
import { isKnownLeaf, rememberLeaf } from "./leaves";
import { claim, isMarked, pop, push } from "./marks";
import { LARGE, MEM, OBJ, blockAt, findBlock, foundSize, foundSpace, isInHeap } from "./spaces";

/** Counts from there on are sticky, and the count that makes them so. */
export const FIRST_STICKY: u32 = 0x20000000;
export const STICKY: u32 = 0x30000000;
export const IMMORTAL: u32 = 0x40000000;

const TUPLE_ITEMS: u32 = 16;
/** In a string: bits that say of what form it is, its text in UTF-8 where that is another one, and its text where it is elsewhere. */
const TEXT_STATE: u32 = 16;
const TEXT_COMPACT: u8 = 1 << 5;
const TEXT_ASCII: u8 = 1 << 6;
const TEXT_UTF8: u32 = 24;
const TEXT_DATA: u32 = 28;
const WEAKREF_CALLBACK: u32 = 12;
const WEAKREF_END: u32 = 32;

/** Numbers in a code object, and a word of it that only CPythons without a global lock ever write. */
const CODE_NUMBERS: u32 = 24;
const CODE_NAMES: u32 = 72;
const CODE_UNWRITTEN: u32 = 116;
const CODE_TRACEABLE: u32 = 120;

/** Behind a function's references: how it is called, and its version. */
const FUNCTION_NUMBERS: u32 = 68;

/** In a generator: a word that only coroutines ever write, the state of its frame, and the frame, which names its code first. */
const GENERATOR_NAMES: u32 = 12;
const GENERATOR_UNWRITTEN: u32 = 28;
const GENERATOR_STATE: u32 = 35;
const GENERATOR_FRAME: u32 = 36;
const FRAME_CLEARED: i8 = 4;

/** Purposes, told apart at compile time. */
export type Mark = u8;
export type Count = u16;
@inline function isMark<Phase>(): bool { return sizeof<Phase>() == 1; }

/** A word that may refer to something. */
@inline export function visit<Phase>(word: u32): void {
  if (!isInHeap(word)) return;
  if (isMark<Phase>()) reach(word);
  else countReference(word);
}

/** Whatever the word leads into is kept. Blocks that were reached have a mark where they begin, and where their object does. */
@inline function reach(word: u32): void {
  if (!isMarked(word)) reachBlock(word);
}

function reachBlock(word: u32): void {
  const block = blockAt(word);
  if (block == 0 || isMarked(block)) return;
  if (foundSpace() == OBJ && isKnownLeaf(block)) claim(block);
  else push(block);
}

/** One reference to a dead object is explained, if the word is one: `recount` has given it a count that goes on from there. */
@inline function countReference(word: u32): void {
  if (word & 7 || !isDead(word)) return;
  const count = load<u32>(word);
  if (count >= FIRST_STICKY && count < STICKY) store<u32>(word, count + 1);
}

/** Looks at all that was pushed, and at what that leads to. */
export function drain(): void {
  for (let block = pop(); block != 0; block = pop()) {
    findBlock(block);
    const size = foundSize(), space = foundSpace(), object = space == MEM ? 0 : objectIn(block, size);
    if (object == 0) scanWords<Mark>(block, block + size);
    else {
      claim(object);
      scanFound<Mark>(object, block, size, space);
    }
  }
}

/** Visits what a block refers to that has the object that was found last. */
export function scanFound<Phase>(object: u32, block: u32, size: u32, space: u32): void {
  if (space == LARGE && !isPlausible(object)) scanWords<Phase>(block, block + size);
  else scanObject<Phase>(object, block, size);
}

/** A large block may be part of an object, and begin with what looks like a type: an object has a count. */
function isPlausible(object: u32): bool {
  const count = load<u32>(object);
  return count >= FIRST_STICKY || count < 1024;
}

/** Lists that were made by repeating an item have runs of the same word: marking looks at the first of each. */
export function scanWords<Phase>(from: u32, to: u32): void {
  let before: u32 = 0;
  for (let at = from; at + 4 <= to; at += 4) {
    const word = load<u32>(at);
    if (isMark<Phase>() ? word == before : word == 0) continue;
    before = word;
    visit<Phase>(word);
  }
}

function scanObject<Phase>(object: u32, block: u32, size: u32): void {
  const kind = foundKind(), presize = foundPresize(), weaklist = foundWeaklist();
  let left = size - (object - block);
  if (isMark<Phase>()) lookAtCount(object);
  if (presize != 0) scanHeader<Phase>(object, presize);
  if (!isMark<Phase>() || (isFirstOfType() && !FORGETS_CLASS)) visit<Phase>(load<u32>(object, 4));
  if (kind == LEAF && isWholeLeaf(object, left)) {
    if (isMark<Phase>()) rememberLeaf(block);
    return;
  }
  if (kind == TEXT) return scanText<Phase>(object, left);
  if (kind == CODE && scanCode<Phase>(object, left)) return;
  if (kind == GENERATOR && left > GENERATOR_FRAME + 4) return scanGenerator<Phase>(object, left);
  if (kind == LIST && scanList<Phase>(object)) return;
  if (kind == TUPLE && scanTuple<Phase>(object, left)) return;
  if (kind == DICT && scanDict<Phase>(object)) return;
  if (kind == SET && scanSet<Phase>(object, block)) return;
  if (kind == WEAKREF) {
    visit<Phase>(load<u32>(object, WEAKREF_CALLBACK));
    return scanWords<Phase>(object + WEAKREF_END, object + left);
  }
  if (kind == NUMBERS) return scanWords<Phase>(object + bytesOfNumbers(), object + left);
  if (kind == BYTES || CLAIMS_PARTS) claimBytes(object, left);
  if (isMark<Phase>() && kind == TYPE && flagsOf(object) & HEAPTYPE) scanSharedKeys<Phase>(cachedKeys(object));
  if (kind == FUNCTION) left = min(left, FUNCTION_NUMBERS);
  if (kind == DERIVED_DICT) scanDict<Phase>(object);
  if (kind == INSTANCE) left = endOfValues(object, left);
  if (weaklist > 0 && <u32>weaklist < left) {
    scanWords<Phase>(object + 8, object + weaklist);
    scanWords<Phase>(object + weaklist + 4, object + left);
  } else scanWords<Phase>(object + 8, object + left);
}

/**
 * The count of a free object that CPython has put aside links it to the next such. A sticky one is set right again: places where
 * counting was not found, and C extensions, add to it and take from it.
 */
function lookAtCount(object: u32): void {
  const count = load<u32>(object);
  if (count < FIRST_STICKY) visit<Mark>(count);
  else if (count < IMMORTAL && count != STICKY) store<u32>(object, STICKY);
}

/** A header links objects to a list, which keeps none of them; with a count of 0 one may wait for its deallocation, and links the next such. */
function scanHeader<Phase>(object: u32, presize: u32): void {
  if (presize == 16) visit<Phase>(load<u32>(object - 12));
  if (isMark<Phase>() && (FOLLOWS_LISTS || load<u32>(object) == 0)) {
    const next = load<u32>(object - 8);
    if (isInHeap(next) && !isMarked(next) && !isLink(object - 8)) reachBlock(next);
  }
}

/** True when the word at an address is one of the two links of a list that lead on from a header there. */
export function isLink(at: u32): bool {
  if (FOLLOWS_LISTS) return false;
  const end = <u32>(memory.size() << 16) - 8;
  const target = load<u32>(at) & ~3;
  if (target < 1024 || target & 3 || target > end) return false;
  return (load<u32>(target, 4) & ~3) == at || (load<u32>(target) & ~3) == at - 4;
}

/** Claims the block that begins at an address, if one with so many bytes does: true then, and also when it is no block. */
function claimPart(part: u32, bytes: u32): bool {
  const block = blockAt(part);
  if (block != part || foundSpace() == OBJ || foundSize() < bytes) return false;
  claim(block);
  return true;
}

/** Bytes from files are any numbers, and many look like addresses: of blocks that are no objects the object knows what is in them. */
function claimBytes(object: u32, left: u32): void {
  for (let at = object + 8; at + 4 <= object + left; at += 4) {
    const block = load<u32>(at);
    if (blockAt(block) == block && block != 0 && foundSpace() != OBJ && objectIn(block, foundSize()) == 0) claim(block);
  }
}

/** A string's characters may look like anything: they are behind its fields, unless it says that they are elsewhere. */
function scanText<Phase>(text: u32, left: u32): void {
  const state = load<u8>(text + TEXT_STATE), isCompact = (state & TEXT_COMPACT) != 0;
  if (isCompact && state & TEXT_ASCII) {
    if (isMark<Phase>()) rememberLeaf(text);
    return;
  }
  if (left > TEXT_UTF8) visit<Phase>(load<u32>(text + TEXT_UTF8));
  if (!isCompact && left > TEXT_DATA) visit<Phase>(load<u32>(text + TEXT_DATA));
}

/** Behind a code object's fields is bytecode. Its caches name objects that they don't own, and compare versions before they use them. */
function scanCode<Phase>(code: u32, left: u32): bool {
  const fields = basicSize(load<u32>(code, 4));
  if (fields > left) return false;
  if (FORGETS_CODE) return true;
  scanWords<Phase>(code + 8, code + CODE_NUMBERS);
  scanWords<Phase>(code + CODE_NAMES, code + CODE_UNWRITTEN);
  scanWords<Phase>(code + CODE_TRACEABLE, code + fields);
  return true;
}

function scanGenerator<Phase>(generator: u32, left: u32): void {
  const isCleared = load<i8>(generator + GENERATOR_STATE) == FRAME_CLEARED;
  scanWords<Phase>(generator + GENERATOR_NAMES, generator + GENERATOR_UNWRITTEN);
  scanWords<Phase>(generator + GENERATOR_FRAME, generator + (isCleared ? GENERATOR_FRAME + 4 : left));
}

function scanList<Phase>(list: u32): bool {
  const items = listItems(list), count = load<u32>(list, 8);
  if (items == 0) return true;
  if (count > 0x10000000 || !claimPart(items, count << 2)) return false;
  scanWords<Phase>(FORGETS_REFERENCE && !isMark<Phase>() ? items + 4 : items, items + (count << 2));
  return true;
}

function scanTuple<Phase>(tuple: u32, left: u32): bool {
  const count = load<u32>(tuple, 8);
  if (count > 0x10000000 || TUPLE_ITEMS + (count << 2) > left) return false;
  scanWords<Phase>(tuple + TUPLE_ITEMS, tuple + TUPLE_ITEMS + (count << 2));
  return true;
}

function scanDict<Phase>(dict: u32): bool {
  const keys = dictKeys(dict), values = dictValues(dict);
  const block = blockAt(keys), bytes = foundSize();
  if (block == 0) return values == 0; // The keys of all empty dicts.
  if (block != keys || foundSpace() == OBJ) return false;
  if (values != 0 || isSplit(keys)) {
    if (isMark<Phase>()) scanSharedKeys<Phase>(keys);
    return values == 0 || scanValues<Phase>(values);
  }
  return scanEntries<Phase>(keys, bytes);
}

/** Keys that many dicts and instances share: whoever comes first looks at them. In their index are any numbers. */
function scanSharedKeys<Phase>(keys: u32): void {
  const block = blockAt(keys), bytes = foundSize();
  if (block == 0 || isMarked(block)) return;
  if (block != keys || foundSpace() == OBJ || !isSplit(keys) || !scanEntries<Phase>(keys, bytes)) visit<Phase>(keys);
}

function scanEntries<Phase>(keys: u32, bytes: u32): bool {
  const size = isGeneral(keys) ? GENERAL_ENTRY : STRING_ENTRY, count = entryCount(keys), first = entriesOf(keys);
  if (first > keys + bytes || count > (keys + bytes - first) / size) return false;
  claim(keys);
  for (let entry = first, end = first + count * size; entry < end; entry += size) {
    visit<Phase>(load<u32>(entry + size - 4));
    visit<Phase>(load<u32>(entry + size - 8));
  }
  return true;
}

/** How much of an instance its values end at: behind them stands in which order they were set. */
function endOfValues(instance: u32, left: u32): u32 {
  const values = instance + basicSize(load<u32>(instance, 4));
  const end = valueSlots(values) + (FORGETS_VALUES ? 0 : capacity(values) << 2) - instance;
  return end <= left ? end : left;
}

/** An instance's own values are its own: a dict that stands for them lets go of none. */
function scanValues<Phase>(values: u32): bool {
  const slots = valueSlots(values), bytes = capacity(values) << 2;
  if (isEmbedded(values)) {
    if (isMark<Phase>()) scanWords<Phase>(slots, slots + bytes);
    return true;
  }
  const block = blockAt(values);
  if (block == 0 || slots + bytes > block + foundSize()) return false;
  claim(block);
  scanWords<Phase>(slots, slots + bytes);
  return true;
}

function scanSet<Phase>(set: u32, block: u32): bool {
  const table = setTable(set), places = setMask(set) + 1;
  if (places == 0 || places > 0x8000000) return false;
  const home = blockAt(table), bytes = foundSize();
  if (home == 0 || table + places * SET_ENTRY > home + bytes) return false;
  if (home != block) claim(home);
  for (let entry = table, end = table + places * SET_ENTRY; entry < end; entry += SET_ENTRY) visit<Phase>(load<u32>(entry));
  return true;
}
