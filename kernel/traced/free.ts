/**
 * Which blocks of the pools are free: a bit for eight bytes of memory, kept from one collection to the next. Only in pages where a
 * block was taken or given back since are the free ones looked for again: they lead from one to the next, and most are in none of
 * the processor's caches.
 */
import { PAGE_SIZE, freeOf, freshOf, isChanged, setUnchanged } from "../pool/page";
import { setBit } from "./bits";
import { forgetMade } from "./dead";
import { forgetLeaves } from "./leaves";
import { claimAll } from "./marks";
import { LARGE, beginRuns, foundSpace, nextRun, pageOfRun, startOfRun } from "./spaces";

/** Bytes of the bits of a page. */
const PAGE_BITS: u32 = PAGE_SIZE >> 6;
/** Bytes that a processor reads at once. */
const CACHE_LINE: u32 = 64;

let free: u32 = 0;

/** Gives it bits, which are its own from then on. They say nothing of pages that have changed. */
export function setFreeBits(bits: u32): void { free = bits; }

/** Free blocks count as reached: nobody is to look into them. What was remembered of the objects in them is forgotten. */
export function claimFree(): void {
  beginRuns();
  while (nextRun() && foundSpace() != LARGE) {
    const page = pageOfRun(), start = startOfRun(), bits = free + (start >> 6);
    if (isChanged(page)) {
      findFree(page, start);
      forgetMade(start, PAGE_SIZE, bits);
      forgetLeaves(start);
      setUnchanged(page);
    }
    if (freeOf(page) != 0) claimAll(start, bits, PAGE_BITS);
  }
}

function findFree(page: u32, start: u32): void {
  memory.fill(free + (start >> 6), 0, PAGE_BITS);
  if (freeOf(page) == 0) return;
  touch(start, freshOf(page));
  for (let block = freeOf(page); block != 0; block = load<u32>(block)) setBit(free, block);
}

/** Has memory in the processor's caches: in order that is quick, and the free blocks that lead from one to the next are in none. */
function touch(from: u32, to: u32): void {
  for (let at = from; at < to; at += CACHE_LINE) load<u8>(at);
}
