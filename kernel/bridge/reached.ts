/**
 * Marking for a bridge pass: what Python's own roots reach has nothing to do with PyProxies and is left out of the
 * graph. It only proposes: what it misses becomes a node, and counts of references decide.
 *
 * Bitmap and stack are the bridge's own, since a cycle over the old generation may be under way in the others. What does
 * not fit onto the stack is left grey (a bit in the first bitmap and none in the second), and found by a sweep.
 *
 * Marking may be done in slices, with Python running between them: what is grey is then visited only where it is in a list
 * of the collector's, as a tracked object that is whole. Memory that came to be since then counts as reached.
 */
import { addBit, bytesForMemory, hasBit, isCovered } from "../bitmap";
import { isLinked } from "../layout/gc-head";

let marks: u32 = 0, visited: u32 = 0, size: u32 = 0;
let stack: u32 = 0, top: u32 = 0, limit: u32 = 0;
let spilled: bool = false;
/** Python has run since marking began. */
let stale: bool = false;

/** Begins with nothing marked, in `bytes` for the two bitmaps; false when those do not cover all memory. */
export function beginBridgeMarks(bitmaps: u32, bytes: u32, stackAt: u32, stackBytes: u32): bool {
  size = bytesForMemory();
  if (size << 1 > bytes) return false;
  marks = bitmaps;
  visited = bitmaps + size;
  memory.fill(bitmaps, 0, size << 1);
  stack = stackAt;
  top = stackAt;
  limit = stackAt + stackBytes;
  spilled = false;
  stale = false;
  return true;
}

/** Goes on after Python may have run. */
export function resumeBridgeMark(): void { stale = true; }

/** True for what marking reached, for what has no bit because memory was smaller, and for static objects, which never die. */
@inline export function isReached(object: u32): bool {
  return (object & 7) != 0 || !isCovered(size, object) || hasBit(marks, object);
}

@inline export function reach(object: u32): void {
  if (isReached(object)) return;
  addBit(marks, object);
  if (top < limit) {
    store<u32>(top, object);
    top += 4;
  } else spilled = true;
}

/** The next object to visit; 0 when there is none. */
export function takeReached(): u32 {
  let object: u32 = 0;
  do {
    if (top == stack && spilled) refill();
    if (top == stack) return 0;
    top -= 4;
    object = load<u32>(top);
    addBit(visited, object);
  } while (stale && !isLinked(object));
  return object;
}

/** Puts grey objects back onto the empty stack, as many as there is room for. */
function refill(): void {
  spilled = false;
  for (let word: u32 = 0; word < size; word += 8) {
    let grey = load<u64>(marks + word) & ~load<u64>(visited + word);
    for (; grey != 0; grey &= grey - 1) {
      if (top == limit) {
        spilled = true;
        return;
      }
      store<u32>(top, (word << 6) + (<u32>ctz(grey) << 3));
      top += 4;
    }
  }
}
