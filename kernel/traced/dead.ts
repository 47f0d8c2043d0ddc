/**
 * What is done with the blocks that marking did not reach.
 *
 * Every reference to a dead object is in a dead block, for who refers to it from a living one has marked it. So its references can
 * be counted again, and then counts are as exact as they were before anything was shared:
 *
 *   1 list     what was not reached; where counts are not exact they begin anew
 *   2 keep     what is immortal lives, reached or not, with all it refers to
 *   3 recount  each reference in a dead block counts: too many do no harm, for then an object stays until the next time
 *   4 release  those that none refers to are deallocated, as counting would have done when the last reference went
 *   5 gather   the others are part of cycles, or hang on one: candidates for the same trial deletion as always. In the order of CPython's
 *              lists where Python code may see in which one they die; else before step 4, without going through lists of all that lives
 *
 * A count that was made here may be too high. Such objects are remembered, and counted again whenever they are found dead.
 */
import { _Py_Dealloc } from "../host";
import { headOf, isEmpty, isLinked, moveTo, nextOf, objectOf } from "../layout/gc-head";
import { hasBit, setBit } from "./bits";
import { addDead, isDead, removeDead } from "./dead-set";
import { findObject, isDeathNoticed, objectIn } from "./kinds";
import { isMarked, push } from "./marks";
import { Count, FIRST_STICKY, IMMORTAL, STICKY, drain, scanFound, scanWords } from "./scan";
import {
  MEM, beginRuns, endOfHeap, endOfRun, findBlock, foundSize, foundSpace, nextRun, startOfRun,
} from "./spaces";

/** Bytes of memory that eight bytes of bits are for. */
const WORD_OF_BITS: u32 = 512;

/** Objects whose counts were made here: a bit for eight bytes of memory up to `counted`. */
let made: u32 = 0, counted: u32 = 0;
/** Objects that were not reached, with the size of what is before them in their low bits; in the end, those to be released. */
let list: u32 = 0, listEnd: u32 = 0;
/** How many of them somebody refers to, who is dead as well. */
let referred: u32 = 0;
/** Somebody may notice in which order they die. */
let isOrdered: bool = false;
/** Blocks that were not reached and have no object: parts of objects. They are listed from the other end. */
let parts: u32 = 0, partsEnd: u32 = 0;

/** Gives it bits that are kept from one collection to the next, for memory up to `end`. */
export function setMade(bits: u32, end: u32): void {
  made = bits;
  counted = end;
}

/** Forgets the objects in a page's free blocks, which have a bit each. */
export function forgetMade(page: u32, bytes: u32, free: u32): void {
  // An object is at most 16 bytes behind the beginning of its block.
  let before: u64 = 0;
  for (let at: u32 = 0; at < bytes && page + at < counted; at += WORD_OF_BITS) {
    const bits = load<u64>(free + (at >> 6)), word = made + ((page + at) >> 6);
    if (bits | before) store<u64>(word, load<u64>(word) & ~(bits | (bits << 1) | (bits << 2) | (before >> 63) | (before >> 62)));
    before = bits;
  }
}

@inline function isMade(object: u32): bool {
  return object < counted && hasBit(made, object);
}
@inline function remember(object: u32): void {
  if (object < counted) setBit(made, object);
}

/**
 * Steps 1 to 3. Returns how many objects' counts were made.
 *
 * @param into has room for the addresses of all blocks, and ends at `end`
 * @param candidates the list that step 5 moves tracked objects to; 0 when it may only move those of a certain list
 */
export function recount(into: u32, end: u32, candidates: u32): u32 {
  list = listEnd = into;
  parts = partsEnd = end;
  isOrdered = candidates == 0;
  listUnreached();
  dropKept();
  countAll();
  return settle(candidates);
}

/** Immortal ones live, and so does what they refer to. Of the others the counts that are not exact begin anew. */
function listUnreached(): void {
  beginRuns();
  while (nextRun()) {
    const end = endOfRun(), size = foundSize(), space = foundSpace();
    for (let block = startOfRun(); block < end; block += size) {
      if (!isMarked(block)) listBlock(block, space == MEM ? 0 : objectIn(block, size));
    }
  }
  drain();
}

function listBlock(block: u32, object: u32): void {
  if (object == 0) {
    parts -= 4;
    store<u32>(parts, block);
    return;
  }
  const count = load<u32>(object);
  if (count >= IMMORTAL) return push(block);
  if (count >= FIRST_STICKY || (count != 0 && isMade(object))) store<u32>(object, FIRST_STICKY);
  addDead(object);
  store<u32>(listEnd, object | ((object - block) >> 3));
  listEnd += 4;
}

@inline function listedObject(at: u32): u32 { return load<u32>(at) & ~7; }
@inline function listedBlock(at: u32): u32 { return listedObject(at) - ((load<u32>(at) & 7) << 3); }

/** What immortal objects keep is not dead. */
function dropKept(): void {
  const end = listEnd;
  listEnd = list;
  for (let at = list; at < end; at += 4) {
    if (isMarked(listedBlock(at))) {
      removeDead(listedObject(at));
      continue;
    }
    store<u32>(listEnd, load<u32>(at));
    listEnd += 4;
  }
}

/** Objects first: they claim the parts of which they know how much is in use. */
function countAll(): void {
  for (let at = list; at < listEnd; at += 4) {
    const object = listedObject(at), block = listedBlock(at);
    findBlock(block);
    findObject(object);
    // One that was found dead before, and that something unknown keeps, comes late in any case.
    if (!isOrdered && !isMade(object)) isOrdered = isDeathNoticed(object);
    scanFound<Count>(object, block, foundSize(), foundSpace());
  }
  for (let at = parts; at < partsEnd; at += 4) {
    const part = load<u32>(at);
    if (isMarked(part)) continue;
    findBlock(part);
    scanWords<Count>(part, part + foundSize());
  }
}

/**
 * From here on the counts are true. Those that nobody refers to get one reference, which is the list's: they are what is left
 * in it.
 */
function settle(candidates: u32): u32 {
  let dead: u32 = 0;
  referred = 0;
  const end = listEnd;
  listEnd = list;
  for (let at = list; at < end; at += 4) {
    const object = listedObject(at), count = load<u32>(object);
    if (count != FIRST_STICKY) {
      referred++;
      if (!isOrdered && object != listedBlock(at) && isLinked(object)) moveTo(headOf(object), candidates);
    }
    if (count < FIRST_STICKY || count >= STICKY) continue;
    dead++;
    if (count != FIRST_STICKY) {
      remember(object);
      store<u32>(object, count - FIRST_STICKY);
      continue;
    }
    store<u32>(object, 1);
    store<u32>(listEnd, object);
    listEnd += 4;
  }
  return dead;
}

/**
 * Step 4: lets go of the objects in the list. Their finalizers run, and what they refer to may go with them. One that somebody
 * has found by another way meanwhile, as by a weak reference, has another count, and lives. Returns how many were let go.
 */
export function release(): u32 {
  let released: u32 = 0;
  for (let at = list; at < listEnd; at += 4) {
    const object = load<u32>(at);
    if (load<u32>(object) != 1) continue;
    store<u32>(object, 0);
    _Py_Dealloc(object);
    released++;
  }
  return released;
}

/** Step 5, where order matters: moves those objects of a list of tracked ones that are dead to another list. A long way. */
export function gatherDead(from: u32, to: u32): void {
  if (!isOrdered || referred == 0 || isEmpty(from)) return;
  const end = endOfHeap();
  for (let head = nextOf(from); head != from; ) {
    const next = nextOf(head), object = objectOf(head);
    if (object < end && isDead(object)) moveTo(head, to);
    head = next;
  }
}
