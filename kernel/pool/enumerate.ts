/** What is in the pool: for statistics, and for those who look at the heap. */
import { PAGE_SIZE, blockSizeOf, blocksInUse, freeOf, freshOf } from "./page";
import { addressOf, pageAfter } from "./arenas";

export { pageAfter } from "./arenas";

/** Bytes of each block of a page. */
export function pageBlockSize(page: u32): u32 { return blockSizeOf(page); }
/** Blocks of a page that are in use. */
export function pageBlocks(page: u32): u32 { return blocksInUse(page); }
/** Blocks that a page has. */
export function pageCapacity(page: u32): u32 { return PAGE_SIZE / blockSizeOf(page); }

/**
 * Writes the addresses of the blocks of a page that are in use to `into`, in order; there must be room for all blocks of a
 * page. Returns how many.
 */
export function pageContents(page: u32, into: u32): u32 {
  const base = addressOf(page), size = blockSizeOf(page), all = (freshOf(page) - base) / size;
  for (let i: u32 = 0; i < all; i++) store<u32>(into + (i << 2), base + i * size);
  for (let block = freeOf(page); block != 0; block = load<u32>(block)) store<u32>(into + ((block - base) / size << 2), 0);
  let found = into;
  for (let entry = into, end = into + (all << 2); entry < end; entry += 4) {
    const block = load<u32>(entry);
    store<u32>(found, block);
    if (block != 0) found += 4;
  }
  return (found - into) >> 2;
}

/** The first page whose free blocks are not blocks of it, or with those in use are not all: its address. 0 for none. */
export function poolFault(): u32 {
  for (let page = pageAfter(0); page != 0; page = pageAfter(page)) {
    const base = addressOf(page), size = blockSizeOf(page), all = (freshOf(page) - base) / size;
    let free: u32 = 0;
    for (let block = freeOf(page); block != 0 && free <= all; block = load<u32>(block), free++) {
      if (block < base || block >= freshOf(page) || (block - base) % size != 0) return base;
    }
    if (free + blocksInUse(page) != all) return base;
  }
  return 0;
}
