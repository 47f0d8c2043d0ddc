/**
 * Which blocks were reached: a bit for eight bytes of memory, and a stack of those whose content was not looked at yet. Each is
 * pushed once, so a stack for all blocks there are never overflows.
 */
import { hasBit, setBit } from "./bits";

let bits: u32 = 0, stack: u32 = 0, top: u32 = 0;

/** Bytes of the bits for memory up to `end`. */
@inline export function bitsFor(end: u32): u32 { return (end >> 6) + 8; }

/** Gives them memory, and clears the bits. */
export function beginMarks(bitmap: u32, end: u32, entries: u32): void {
  bits = bitmap;
  memory.fill(bitmap, 0, bitsFor(end));
  stack = entries;
  top = entries;
}

@inline export function isMarked(block: u32): bool { return hasBit(bits, block); }

/** Marks a block without having its content looked at. */
@inline export function claim(block: u32): void { setBit(bits, block); }

/** Marks all blocks of a part of memory that have a bit in others like these, of so many bytes. */
export function claimAll(start: u32, others: u32, bytes: u32): void { memory.copy(bits + (start >> 6), others, bytes); }

/** Marks a block whose content is to be looked at. */
@inline export function push(block: u32): void {
  claim(block);
  store<u32>(top, block);
  top += 4;
}

/** The next whose content is to be looked at; 0 when there is none. */
@inline export function pop(): u32 {
  if (top == stack) return 0;
  top -= 4;
  return load<u32>(top);
}
