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
