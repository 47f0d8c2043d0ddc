/** Marking from roots. */
import { isTracked } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { Mark, traceAs } from "../trace/trace";
import { entryOf, hasHead } from "../trace/types";
import { clearMarks, markReferent, takeMarked } from "./bitmap";

let marked: u32 = 0;

/** Begins marking: nothing below `end`, the top of memory in use, is marked. */
export function beginMark(end: u32): void {
  clearMarks(end);
  marked = 0;
}

/** Proposes an object as a root; 0 is allowed. */
export function markRoot(object: u32): void {
  if (object != 0) markReferent(object);
}

/** Proposes `count` roots, whose addresses stand in a row at `roots`. */
export function markRoots(roots: u32, count: u32): void {
  for (const end = roots + (count << 2); roots < end; roots += 4) markRoot(load<u32>(roots));
}

/** Marks all that the roots reach; returns how many tracked objects that is since `beginMark`. */
export function drain(): u32 {
  for (let object = takeMarked(); object != 0; object = takeMarked()) {
    const entry = entryOf(typeOf(object), object);
    if (!hasHead(entry, object) || !isTracked(object)) continue;
    marked++;
    traceAs<Mark>(object, entry);
  }
  return marked;
}
