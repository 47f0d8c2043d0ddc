/**
 * Where marking begins. Any word there that leads into a block keeps it:
 *
 *   static data, C's stack       regions that TypeScript names
 *   foreign blocks of malloc's   C code, Emscripten and CPython's own raw memory
 *   objects                      those that JavaScript holds
 *
 * Heads of CPython's lists of tracked objects are among them, but a list keeps none of its objects.
 */
import { headOf } from "../layout/gc-head";
import { isDict, objectIn } from "./kinds";
import { claim, isMarked, push } from "./marks";
import { isLink } from "./scan";
import { areInHeap, blockAt, endOfHeap, foreignAfter, foundSize, isInHeap } from "./spaces";
import { chunkBytes } from "../layout/allocator";

/** Constants of static data that look like addresses: where each is, and what it is, with the highest bit turned over. */
let constants: u32 = 0, constantsEnd: u32 = 0;
const TURNED: u32 = 1 << 31;
const CONSTANT: u32 = 8;

/** Names a table of constants, in the order of their addresses. */
export function setConstants(table: u32, count: u32): void {
  constants = table;
  constantsEnd = table + count * CONSTANT;
}

/** Marks what a region of static data refers to, but for constants that are as they were. */
export function markStatic(from: u32, to: u32): void {
  let constant = constants;
  for (let at = nextInHeap((from + 3) & ~3, to); at < to; at = nextInHeap(at + 4, to)) {
    const word = load<u32>(at);
    while (constant < constantsEnd && load<u32>(constant) < at) constant += CONSTANT;
    if (constant < constantsEnd && load<u32>(constant) == at && (load<u32>(constant, 4) ^ TURNED) == word) continue;
    markWord(at, word);
  }
}

/** Marks what a foreign block refers to. */
function markBlock(from: u32, to: u32): void {
  for (let at = nextInHeap(from, to); at < to; at = nextInHeap(at + 4, to)) markWord(at, load<u32>(at));
}

/** Where the next word is that is an address in the heap; `to` when there is none. Most words are none: four are asked at once. */
function nextInHeap(from: u32, to: u32): u32 {
  let at = from;
  for (; at + 16 <= to; at += 16) {
    if (v128.any_true(areInHeap(v128.load(at)))) break;
  }
  while (at + 4 <= to && !isInHeap(load<u32>(at))) at += 4;
  return at + 4 <= to ? at : to;
}

/** Marks what a word refers to, unless it is a link of a list. */
function markWord(at: u32, word: u32): void {
  if (isMarked(word)) return;
  const block = blockAt(word);
  if (block == 0 || isMarked(block)) return;
  if (isLink(at) && isHeader(block, word & ~3)) return;
  push(block);
}

function isHeader(block: u32, address: u32): bool {
  const object = objectIn(block, foundSize());
  return object != 0 && headOf(object) == address;
}

/** Marks what foreign blocks refer to, but for `own`. */
export function markForeign(own: u32): void {
  const end = endOfHeap();
  for (let block = foreignAfter(0, end, own); block != 0; block = foreignAfter(block, end, own))
    markBlock(block, block + chunkBytes(block) - 4);
}

/** Marks an object. */
export function markObject(object: u32): void {
  const block = blockAt(object);
  if (block != 0 && !isMarked(block)) push(block);
}

/**
 * Marks the dicts that a region names. First, so that they are looked at as dicts: of the subclasses of `object` the keys are addresses
 * and so are the hashes, and a stale word that leads to the table of such a dict would keep every class there ever was.
 */
export function markDicts(from: u32, to: u32): void {
  for (let at = nextInHeap(from, to); at < to; at = nextInHeap(at + 4, to)) {
    const object = load<u32>(at);
    if ((object & 3) == 0 && isDict(object)) markObject(object);
  }
}

/** Has nobody look into the block that begins at an address: what it refers to is not kept by it. */
export function hideBlock(address: u32): void {
  const block = blockAt(address);
  if (block != 0) claim(block);
}
