/** Marking from roots. */
import { isTracked } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { Mark, traceAs } from "../trace/trace";
import { entryOf, hasHead } from "../trace/types";
import { clearMarks, isStackEmpty, markReferent, setMark, takeMarked } from "./bitmap";

/** Objects in the queue, a power of two; each takes 8 bytes: object, type. */
const QUEUE_LENGTH: u32 = 8;

let marked: u32 = 0;
let queue: u32 = 0;
/** Gives the kernel room for the queue: 64 bytes, all 0. */
export function setMarkQueue(address: u32): void { queue = address; }

/** Begins marking: nothing below `end`, the top of memory in use, is marked. */
export function beginMark(end: u32): void {
  clearMarks(end);
  marked = 0;
}

/** Proposes an object as a root; 0 is allowed. */
export function markRoot(object: u32): void {
  if (object != 0) markReferent(object);
}

/** Marks an object that is known to lead nowhere; 0 is allowed. */
export function markLeaf(object: u32): void {
  if (object != 0) setMark(object);
}

/**
 * Marks all that the roots reach; returns how many tracked objects that is since `beginMark`.
 *
 * Marking waits for memory more than for anything else. Objects taken from the stack first go through a short
 * queue: their type is loaded when they enter, and by the time they leave it has arrived (Cher, Hosking and
 * Vitek 2004: prefetch-on-grey through a FIFO in front of the mark stack).
 */
export function drain(): u32 {
  let next: u32 = 0, waiting: u32 = 0;
  for (;;) {
    const entering = takeMarked();
    if (entering == 0) {
      if (waiting == 0) break;
      const oldest = queue + (((next - waiting) & (QUEUE_LENGTH - 1)) << 3);
      waiting--;
      traceMarked(load<u32>(oldest), load<u32>(oldest, 4));
    } else if (waiting == 0 && isStackEmpty()) {
      traceMarked(entering, typeOf(entering)); // A chain: there is nothing to wait with.
    } else {
      const place = queue + (next << 3);
      const leaving = load<u32>(place), type = load<u32>(place, 4);
      store<u32>(place, entering);
      store<u32>(place, typeOf(entering), 4);
      next = (next + 1) & (QUEUE_LENGTH - 1);
      if (waiting == QUEUE_LENGTH) traceMarked(leaving, type);
      else waiting++;
    }
  }
  return marked;
}

@inline function traceMarked(object: u32, type: u32): void {
  const entry = entryOf(type, object);
  if (!hasHead(entry, object) || !isTracked(object)) return;
  marked++;
  traceAs<Mark>(object, entry);
}
