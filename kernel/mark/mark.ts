/** Marking from roots. */
import { isLinked, isTracked, nextOf, objectOf } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { Mark, traceFound } from "../trace/trace";
import { INSTANCE, entryOf, hasHead, kindOf } from "../trace/types";
import {
  blacken, clearMarks, endOfWords, greyOf, isStackEmpty, leaveOff, markReferent, moveCursor, objectAt, setMark, takeFromStack, wordOfPass,
} from "./grey";
import { forgetWaiting, isAnyWaiting, markPortion, putOff } from "./large";

/** Slots of a large container in a portion, and how many of them take as long as visiting an object. */
const SLOTS_AT_ONCE: u32 = 1024;
const SLOTS_FOR_ONE: u32 = 4;
/** Objects in the queue, a power of two; each takes 8 bytes: object, type. */
const QUEUE_LENGTH: u32 = 8;

let marked: u32 = 0;
/** How many more objects this slice may visit. */
let budget: i32 = 0;
/** Python has run since marking began: what is grey may have been freed, and its memory put to another use. */
let stale: bool = false;
let queue: u32 = 0;
/** Gives the kernel room for the queue: 64 bytes, all 0. */
export function setMarkQueue(address: u32): void { queue = address; }

/**
 * Begins marking, which `wipe` comes before; false when the bitmaps do not cover all memory. `sweeps` is for heaps larger
 * than the processor's caches.
 */
export function beginMark(sweeps: bool): bool {
  marked = 0;
  stale = false;
  forgetWaiting();
  return clearMarks(sweeps);
}

/** Goes on with marking after Python may have run: from now on what is grey is looked at with suspicion. */
export function resumeMark(): void { stale = true; }

/** Proposes an object as a root; 0 is allowed. */
export function markRoot(object: u32): void {
  if (object != 0) markReferent(object);
}

/** Proposes all of `list` as roots. */
export function markAll(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) markReferent(objectOf(head));
}

/** Marks an object without visiting what it refers to, after `drain`; 0 is allowed. */
export function markLeaf(object: u32): void {
  if (object != 0) setMark(object);
}

/** Marks all that the roots reach; returns how many tracked objects that is since `beginMark`. */
export function drain(): u32 {
  markSlice(i32.MAX_VALUE);
  return marked;
}

/**
 * Visits about `count` grey objects; true when none is left. Where Python has run before it, `resumeMark` must have been
 * called.
 */
export function markSlice(count: i32): bool {
  budget = count;
  while (budget > 0) {
    if (isAnyWaiting()) {
      markPortion(SLOTS_AT_ONCE);
      budget -= SLOTS_AT_ONCE / SLOTS_FOR_ONE;
      continue;
    }
    drainStack();
    if (isAnyWaiting() || budget <= 0) continue;
    const word = wordOfPass();
    if (word == 0) return true;
    leaveOff(sweep(word));
  }
  return false;
}

/** Sweeps from a word on; returns the word where the budget was used up, or 0. */
function sweep(word: u32): u32 {
  for (const end = endOfWords(); word < end; word += 8) {
    if (budget <= 0 || isAnyWaiting()) return word;
    let done: u64 = 0;
    for (let grey = greyOf(word); grey != 0; ) {
      const bit = ctz(grey);
      done |= <u64>1 << bit;
      const object = objectAt(word, bit);
      moveCursor(object);
      visitGrey(object, typeOf(object));
      if (!isStackEmpty()) drainStack();
      grey = greyOf(word) & (<u64>-2 << bit);
    }
    if (done != 0) blacken(word, done);
  }
  return 0;
}

/**
 * Empties the stack, as far as the budget goes. Its objects lie anywhere, and marking waits for memory more than for anything else: they
 * first go through a short queue; their type is loaded when they enter, and by the time they leave it has
 * arrived (Cher, Hosking and Vitek 2004: prefetch-on-grey through a FIFO in front of the mark stack).
 */
function drainStack(): void {
  let next: u32 = 0, waiting: u32 = 0;
  for (;;) {
    const entering = budget > 0 && !isAnyWaiting() ? takeFromStack() : 0;
    if (entering == 0) {
      if (waiting == 0) break;
      const oldest = queue + (((next - waiting) & (QUEUE_LENGTH - 1)) << 3);
      waiting--;
      visitGrey(load<u32>(oldest), load<u32>(oldest, 4));
    } else if (waiting == 0 && isStackEmpty()) {
      visitGrey(entering, typeOf(entering)); // A chain: there is nothing to wait with.
    } else {
      const place = queue + (next << 3);
      const leaving = load<u32>(place), type = load<u32>(place, 4);
      store<u32>(place, entering);
      store<u32>(place, typeOf(entering), 4);
      next = (next + 1) & (QUEUE_LENGTH - 1);
      if (waiting == QUEUE_LENGTH) visitGrey(leaving, type);
      else waiting++;
    }
  }
}

function visitGrey(object: u32, type: u32): void {
  budget--;
  if (stale && !isLinked(object)) return;
  const entry = entryOf(type, object);
  if (!hasHead(entry, object) || !isTracked(object)) return;
  marked++;
  if (kindOf(entry) == INSTANCE || !putOff(object, entry)) traceFound<Mark>(object, entry);
}
