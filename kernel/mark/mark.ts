/** Marking from roots. */
import { isTracked } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { Mark, traceFound } from "../trace/trace";
import { entryOf, hasHead } from "../trace/types";
import { beginPass, blacken, clearMarks, endOfWords, greyOf, isStackEmpty, markReferent, moveCursor, setMark, takeFromStack } from "./grey";

/** Objects in the queue, a power of two; each takes 8 bytes: object, type. */
const QUEUE_LENGTH: u32 = 8;

let marked: u32 = 0;
let queue: u32 = 0;
/** Gives the kernel room for the queue: 64 bytes, all 0. */
export function setMarkQueue(address: u32): void { queue = address; }

/**
 * Begins marking; false when the bitmaps do not cover all memory. `sweeps` is for heaps larger than the
 * processor's caches.
 */
export function beginMark(sweeps: bool): bool {
  marked = 0;
  return clearMarks(sweeps);
}

/** Proposes an object as a root; 0 is allowed. */
export function markRoot(object: u32): void {
  if (object != 0) markReferent(object);
}

/** Marks an object without visiting what it refers to, after `drain`; 0 is allowed. */
export function markLeaf(object: u32): void {
  if (object != 0) setMark(object);
}

/** Marks all that the roots reach; returns how many tracked objects that is since `beginMark`. */
export function drain(): u32 {
  drainStack();
  for (let word = beginPass(); word != 0; word = beginPass()) sweep(word);
  return marked;
}

function sweep(word: u32): void {
  for (const end = endOfWords(); word < end; word += 8) {
    let done: u64 = 0;
    for (let grey = greyOf(word); grey != 0; ) {
      const bit = ctz(grey);
      done |= <u64>1 << bit;
      const object = moveCursor(word, bit);
      visitGrey(object, typeOf(object));
      if (!isStackEmpty()) drainStack();
      grey = greyOf(word) & (<u64>-2 << bit);
    }
    if (done != 0) blacken(word, done);
  }
}

/**
 * Empties the stack. Its objects lie anywhere, and marking waits for memory more than for anything else: they
 * first go through a short queue; their type is loaded when they enter, and by the time they leave it has
 * arrived (Cher, Hosking and Vitek 2004: prefetch-on-grey through a FIFO in front of the mark stack).
 */
function drainStack(): void {
  let next: u32 = 0, waiting: u32 = 0;
  for (;;) {
    const entering = takeFromStack();
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
  const entry = entryOf(type, object);
  if (!hasHead(entry, object) || !isTracked(object)) return;
  marked++;
  traceFound<Mark>(object, entry);
}
