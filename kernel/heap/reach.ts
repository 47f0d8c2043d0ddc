/**
 * Everything there is: what the roots and the collector's lists reach, objects without a collector's header too.
 *
 * A bitmap has a bit for every four bytes of memory, since static objects stand at any word. What is reached beyond the
 * place where the sweep is, the sweep comes to; what is behind it goes on a stack. Where that is full an object is
 * dropped, and another sweep begins at the lowest that was. So memory is bounded, whatever the heap looks like:
 * a thirty-second of memory for the bitmap, and the stack.
 */
import { refcount, typeOf } from "../layout/object";
import { TYPE_SUBCLASS, flagsOf } from "../layout/type";
import { Reach, edgesOf } from "./edges";

/** Bytes of memory that a byte of bitmap stands for, as a shift. */
const SHIFT: u32 = 5;
/** No object is below. */
const LOWEST: u32 = 1024;
/** What is read of a type ends there. */
const TYPE_SIZE: u32 = 208;

let bits: u32 = 0, bitsEnd: u32 = 0;
let stack: u32 = 0, stackEnd: u32 = 0, top: u32 = 0;
/** Objects below have been visited, or wait on the stack. */
let cursor: u32 = 0;
/** The lowest object that the stack had no room for. */
let dropped: u32 = 0;
let count: u32 = 0;

/** Bytes of bitmap for all memory that there is now. */
export function bitmapBytes(): u32 { return <u32>memory.size() << (16 - SHIFT); }

/** Begins with nothing; false when the bitmap, at a multiple of 8, does not cover all memory. */
export function beginReach(bitmap: u32, bytes: u32, stack_: u32, stackBytes: u32): bool {
  if (bytes < bitmapBytes()) return false;
  bits = bitmap;
  bitsEnd = bitmap + bytes;
  memory.fill(bitmap, 0, bytes);
  stack = top = stack_;
  stackEnd = stack_ + stackBytes;
  cursor = count = 0;
  return true;
}

@inline function wordOf(object: u32): u32 { return bits + (object >> SHIFT); }
@inline function bitOf(object: u32): u32 { return 1 << ((object >> 2) & 7); }

/** True when the object is one of those reached; the address may be anything. */
@inline export function isReached(object: u32): bool {
  const byte = wordOf(object);
  return (object & 3) == 0 && byte < bitsEnd && (load<u8>(byte) & bitOf(object)) != 0;
}

/** Something refers to it. What does not look like an object is left out: C code may leave anything in its fields. */
export function reach(object: u32): void {
  const byte = wordOf(object), bit = bitOf(object);
  if (byte >= bitsEnd || load<u8>(byte) & bit || !looksLikeObject(object)) return;
  store<u8>(byte, load<u8>(byte) | <u8>bit);
  count++;
  if (object > cursor) return;
  if (top == stackEnd) {
    if (object < dropped) dropped = object;
    return;
  }
  store<u32>(top, object);
  top += 4;
}

/** True when a live object of some type may be at the address, which may be anything. */
export function looksLikeObject(object: u32): bool {
  const end = <u32>(memory.size() << 16) - TYPE_SIZE;
  if (object & 3 || object < LOWEST || object > end || refcount(object) == 0) return false;
  const type = typeOf(object);
  if (type & 3 || type < LOWEST || type > end) return false;
  const metatype = typeOf(type);
  return (metatype & 3) == 0 && metatype >= LOWEST && metatype <= end && (flagsOf(metatype) & TYPE_SUBCLASS) != 0;
}

/** Reaches all that what was reached refers to, near and far; returns how many objects there are. */
export function finishReach(): u32 {
  dropped = 0;
  do {
    const from = dropped;
    dropped = ~0;
    sweep(from);
  } while (dropped != ~0);
  return count;
}

function sweep(from: u32): void {
  for (let object = nextReached(from); object != 0; object = nextReached(object + 4)) {
    cursor = object;
    edgesOf<Reach>(object);
    while (top != stack) {
      top -= 4;
      edgesOf<Reach>(load<u32>(top));
    }
  }
  cursor = ~0;
}

/** The first object that was reached at an address or beyond; 0 for none. In the order of addresses. */
export function nextReached(from: u32): u32 {
  let word = wordOf(from) & ~7;
  if (word >= bitsEnd) return 0;
  let found = load<u64>(word) & (<u64>-1 << <u64>((from >> 2) & 63));
  while (found == 0) {
    word += 8;
    if (word >= bitsEnd) return 0;
    found = load<u64>(word);
  }
  return ((word - bits) << SHIFT) | (<u32>ctz(found) << 2);
}
