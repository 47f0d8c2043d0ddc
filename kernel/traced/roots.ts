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
import { objectIn } from "./kinds";
import { claim, isMarked, push } from "./marks";
import { isLink } from "./scan";
import { blockAt, endOfHeap, foreignAfter, foundSize, isInHeap } from "./spaces";
import { chunkBytes } from "../layout/allocator";

/** Marks what a region refers to. */
export function markRegion(from: u32, to: u32): void {
  for (let at = (from + 3) & ~3; at + 4 <= to; at += 4) {
    const word = load<u32>(at);
    if (!isInHeap(word) || isMarked(word)) continue;
    const block = blockAt(word);
    if (block == 0 || isMarked(block)) continue;
    if (isLink(at) && isHeader(block, word & ~3)) continue;
    push(block);
  }
}

function isHeader(block: u32, address: u32): bool {
  const object = objectIn(block, foundSize());
  return object != 0 && headOf(object) == address;
}

/** Marks what foreign blocks refer to, but for `own`. */
export function markForeign(own: u32): void {
  const end = endOfHeap();
  for (let block = foreignAfter(0, end, own); block != 0; block = foreignAfter(block, end, own))
    markRegion(block, block + chunkBytes(block) - 4);
}

/** Marks an object. */
export function markObject(object: u32): void {
  const block = blockAt(object);
  if (block != 0 && !isMarked(block)) push(block);
}

/** Has nobody look into the block that begins at an address: what it refers to is not kept by it. */
export function hideBlock(address: u32): void {
  const block = blockAt(address);
  if (block != 0) claim(block);
}
