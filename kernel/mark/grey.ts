/**
 * What marking has reached, and what of that it has visited. In Dijkstra's colours: white is not reached,
 * grey reached but not visited, black visited.
 *
 *   ╒═ marks, a bit for 8 bytes of memory ═╕   ╒═ visited, the same again ═╕
 *   │ grey and black                       │   │ black                     │
 *   └──────────────────────────────────────┘   └───────────────────────────┘
 *
 * Everything reached gets a bit, objects without a collector's header too: most referents are met more than
 * once. Objects are visited in one of two ways:
 *
 *   by the sweep   the marks beyond the cursor, in the order of their addresses: memory is fast at that
 *   by the stack   what is reached before the cursor is pushed, and the sweep waits until the stack is empty
 *
 * Long chains that lead backwards go by the stack. Where it would grow large, because many objects behind the
 * cursor are met at once, they are left to another pass of the sweep: a heap linked in random order takes a
 * third of the time that a stack alone would need. So nothing is ever lost for want of space.
 *
 * Memory that comes to be while marking goes on in slices has no bits. What lies there counts as marked: it cannot be
 * garbage that was old when marking began.
 *
 * An address that is not a multiple of eight has no bit of its own. Only static objects have such, and those
 * lead nowhere: they are never marked.
 */
import { addBit, bitOf, byteOf, bytesForMemory, dropBit, hasBit, isCovered } from "../bitmap";
import { frozenBits, gatesIn } from "./frozen";

/** Entries of the stack in use while there are passes of the sweep to come. */
const SHALLOW: u32 = 64;
/** Passes of the sweep with a shallow stack: after that, all of it is used. */
const SHALLOW_PASSES: u32 = 4;
const NOWHERE: u32 = ~0;

let marks: u32 = 0, visited: u32 = 0, capacity: u32 = 0, size: u32 = 0;
let cursor: u32 = 0;
let stack: u32 = 0, stackSize: u32 = 0, top: u32 = 0, limit: u32 = 0;
/** Where the next pass of the sweep begins: at the lowest object that was left to it. */
let lowest: u32 = NOWHERE;
let passes: u32 = 0;
/** Where the pass under way goes on, counted from `marks`; NOWHERE when none is. */
let position: u32 = NOWHERE;

/** Gives the kernel room for its two bitmaps, each of half of `bytes`, with what they hold; 0 and 0 for none. */
export function setMarks(address: u32, bytes: u32): void {
  marks = address;
  capacity = bytes >> 1;
  visited = address + capacity;
}

export function setMarkStack(address: u32, bytes: u32): void {
  stack = address;
  stackSize = bytes;
}

/**
 * Begins: once wiped, everything will be white, but what is frozen black, or grey. False when the bitmaps do not cover all
 * memory. Without `sweeps` the stack comes first: better where the whole heap fits into the processor's caches.
 */
export function clearMarks(sweeps: bool): bool {
  size = bytesForMemory();
  if (size > capacity) return false;
  beginToWipe(MARKS | VISITED);
  top = stack;
  passes = 0;
  position = NOWHERE;
  cursor = sweeps ? 0 : NOWHERE;
  lowest = sweeps ? 0 : NOWHERE;
  limit = stack + (sweeps ? SHALLOW << 2 : stackSize);
  return true;
}

// ── Wiping, for memory that is touched for the first time is slow ──────────────────────────────────

const MARKS: u32 = 1;
const VISITED: u32 = 2;
/** What is being wiped, and how far that is. */
let wiping: u32 = 0, wiped: u32 = 0;

function beginToWipe(bitmaps: u32): void {
  wiping = bitmaps;
  wiped = 0;
}

/** Wipes up to `bytes` more of each bitmap that the next phase wants wiped; true when nothing is left to do. */
export function wipe(bytes: u32): bool {
  const from = wiped;
  wiped = from + min(bytes, size - from);
  const frozen = wiping == (MARKS | VISITED) ? frozenBits() : 0;
  if (frozen != 0) {
    memory.copy(marks + from, frozen + from, wiped - from);
    memory.copy(visited + from, frozen + from, wiped - from);
    greyGates(from, wiped);
  } else {
    if (wiping & MARKS) memory.fill(marks + from, 0, wiped - from);
    if (wiping & VISITED) memory.fill(visited + from, 0, wiped - from);
  }
  return wiped == size;
}

/** What is frozen is black, but for those that lead to something which is not. */
function greyGates(from: u32, to: u32): void {
  for (let word = from; word < to; word += 8) {
    const gates = gatesIn(word);
    if (gates == 0) continue;
    store<u64>(visited + word, load<u64>(visited + word) & ~gates);
    for (let rest = gates; rest != 0; rest &= rest - 1) leaveGrey((word << 6) + (<u32>ctz(rest) << 3));
  }
}

/** An object that has become grey behind the cursor waits on the stack, or for another pass of the sweep. */
@inline function leaveGrey(object: u32): void {
  if (object >= cursor) return;
  if (top < limit) {
    store<u32>(top, object);
    top += 4;
  } else if (object < lowest) lowest = object;
}

@inline export function isMarked(object: u32): bool { return !isCovered(size, object) || hasBit(marks, object); }
@inline export function setMark(object: u32): void { if (isCovered(size, object)) addBit(marks, object); }

@inline export function markReferent(object: u32): void {
  if (!isCovered(size, object)) return;
  const address = byteOf(marks, object), bit = bitOf(object);
  const byte: u32 = load<u8>(address);
  if ((byte & bit) | (object & 7)) return;
  store<u8>(address, <u8>(byte | bit));
  leaveGrey(object);
}

// ── The stack ──────────────────────────────────────────────────────────────────────────────────────

@inline export function isStackEmpty(): bool { return top == stack; }

/** The next object of the stack, which is black now; 0 when there is none. */
@inline export function takeFromStack(): u32 {
  if (top == stack) return 0;
  top -= 4;
  const object = load<u32>(top);
  addBit(visited, object);
  return object;
}

// ── The sweep, word by word: each stands for 512 bytes of memory ───────────────────────────────────

@inline export function endOfWords(): u32 { return marks + size; }
@inline export function greyOf(word: u32): u64 { return load<u64>(word) & ~load<u64>(word + capacity); }
@inline export function blacken(word: u32, objects: u64): void {
  store<u64>(word + capacity, load<u64>(word + capacity) | objects);
}
/** The object of a bit in a word of the marks. */
@inline export function objectAt(word: u32, bit: u64): u32 { return ((word - marks) << 6) + (<u32>bit << 3); }
/** Moves the cursor to it. */
@inline export function moveCursor(object: u32): void { cursor = object; }

/** The pass under way was left off at a word, or, with 0, is at its end: then everything is behind the cursor. */
export function leaveOff(word: u32): void {
  position = word == 0 ? NOWHERE : word - marks;
  if (word == 0) cursor = NOWHERE;
}

/** The word where the pass under way goes on, or where a new one begins; 0 when there is nothing left for one. */
export function wordOfPass(): u32 {
  if (position != NOWHERE) return marks + position;
  if (lowest == NOWHERE) return 0;
  const word = marks + ((lowest >> 9) << 3);
  cursor = lowest;
  lowest = NOWHERE;
  if (passes++ == SHALLOW_PASSES) limit = stack + stackSize;
  return word;
}

// ── Suspects: what is left white when marking is over ──────────────────────────────────────────────
//
//   The bitmaps have done their work by then and serve again: that of the visited for suspects, and, once all are known,
//   that of the marks for those that get a second hearing.

let suspects: u32 = 0, hearing: u32 = 0;
let lowestSuspect: u32 = NOWHERE, highestSuspect: u32 = 0;

/** Begins: there are no suspects, once wiped. */
export function clearSuspects(): void {
  suspects = visited;
  beginToWipe(VISITED);
  lowestSuspect = NOWHERE;
  highestSuspect = 0;
}

@inline export function isSuspect(object: u32): bool {
  return (object & 7) == 0 && isCovered(size, object) && hasBit(suspects, object);
}
@inline export function dropSuspect(object: u32): void { dropBit(suspects, object); }
export function addSuspect(object: u32): void {
  addBit(suspects, object);
  lowestSuspect = min(lowestSuspect, object);
  highestSuspect = max(highestSuspect, object);
}

/** The lowest suspect, which is none any more; 0 when there is none. */
export function takeSuspect(): u32 {
  if (lowestSuspect == NOWHERE) return 0;
  let word = suspects + ((lowestSuspect >> 9) << 3);
  for (const end = suspects + ((highestSuspect >> 9) << 3); word <= end; word += 8) {
    const left = load<u64>(word);
    if (left == 0) continue;
    store<u64>(word, left & (left - 1));
    lowestSuspect = ((word - suspects) << 6) + (<u32>ctz(left) << 3);
    return lowestSuspect;
  }
  lowestSuspect = NOWHERE;
  return 0;
}

/** Begins: nobody has a second hearing yet, once wiped. */
export function clearHearing(): void {
  hearing = marks;
  beginToWipe(MARKS);
}
@inline export function hearAgain(object: u32): void { addBit(hearing, object); }
/** Those that get a second hearing become the suspects; none is higher than the first were. */
export function beginHearing(): void {
  suspects = hearing;
  lowestSuspect = 0;
}
