/**
 * The pool: CPython's allocator of objects and their parts (the domains OBJ and MEM), for blocks of up to 512 bytes.
 *
 *   size    1‥8   9‥16   …   505‥512        blocks of one size share pages (page.ts)
 *   class     1      2   …        64        a larger one is malloc's, and counted here
 *
 * What was allocated before it was installed, or where it had no memory, is malloc's too: the map of pages tells them
 * apart. Switched off, it allocates nothing any more and goes on freeing what is its own.
 *
 * A freed block holds the next free one in its first word, and 0 in its second: so the header of a freed object is linked to
 * no list, which a marker that comes across a stale reference relies on.
 *
 * `domain` is the context that CPython passes: where bytes in use are counted (alarm.ts).
 */
import { malloc_usable_size, poolDrained } from "../host";
import { systemCalloc, systemFree, systemMalloc, systemRealloc } from "../layout/allocator";
import { DOMAINS, checkAlarm, countAllocated, countOther, countSmall, setDomains } from "./alarm";
import { ARENA, ARENA_RING, addressOf, arenaBytes, dropSpare, pageAfter, pageAt, returnPage, setArenaRing, takePage, tryArenasAgain } from "./arenas";
import {
  DESCRIPTOR, blockSizeOf, blocksInUse, cutPage, endOf, freeOf, freshOf, initRing, isAlone, linkPage, nextPage, setAside, setFree,
  setFresh, setUsed, unlinkPage, usedOf,
} from "./page";
import { GIVES_TWICE } from "../sabotage";

/** The largest block that is in a page. */
const LARGEST: u32 = 512;
const CLASSES: u32 = LARGEST / 8 + 1;
/** Never used blocks are made free ones in portions of so many bytes. */
const PORTION: u32 = 512;

/** Heads of the rings of pages with room, by class: those of class 0 are for no bytes at all, and have 8. */
let heads: u32 = 0;
let isOn: bool = false;

/** Bytes that `setPool` needs. */
export function poolScratch(): u32 { return ARENA_RING + CLASSES * DESCRIPTOR + DOMAINS; }

/** Gives it zeroed memory; once. Returns where the counters of the two domains are, of 8 bytes each. */
export function setPool(scratch: u32): u32 {
  setArenaRing(scratch);
  heads = scratch + ARENA_RING;
  for (let i: u32 = 0; i < CLASSES; i++) initRing(headOf(i));
  setDomains(headOf(CLASSES));
  return headOf(CLASSES);
}

@inline function headOf(sizeClass: u32): u32 { return heads + sizeClass * DESCRIPTOR; }
@inline function classOf(size: u32): u32 { return (size + 7) >> 3; }

// ── For CPython's table of allocators ──────────────────────────────────────────────────────────────

export function poolMalloc(domain: u32, size: u32): u32 {
  if (size <= LARGEST) {
    const page = nextPage(headOf(classOf(size))), block = freeOf(page);
    if (block != 0) return take(domain, page, block);
  }
  return mallocSlowly(domain, size);
}

export function poolCalloc(domain: u32, count: u32, size: u32): u32 {
  const bytes = <u64>count * <u64>size;
  if (bytes > <u64>LARGEST || !isOn) return countAllocated(domain, systemCalloc(count, size));
  const block = poolMalloc(domain, <u32>bytes);
  if (block != 0) memory.fill(block, 0, <u32>bytes);
  return block;
}

export function poolFree(domain: u32, block: u32): void {
  const page = pageAt(block);
  if (page == 0) {
    if (block == 0) return;
    const bytes = malloc_usable_size(block);
    countOther(domain, -bytes);
    systemFree(block);
    if (bytes >= ARENA) tryArenasAgain();
    return;
  }
  store<u32>(block, freeOf(page));
  store<u32>(block, 0, 4);
  setFree(page, block);
  countSmall(domain, -blockSizeOf(page));
  const used = usedOf(page) - 1;
  setUsed(page, used);
  if (used <= 0) settle(page);
}

export function poolRealloc(domain: u32, block: u32, size: u32): u32 {
  if (block == 0) return poolMalloc(domain, size);
  const page = pageAt(block);
  if (page == 0) {
    const before = malloc_usable_size(block), moved = systemRealloc(block, size);
    if (moved == 0) return 0;
    countOther(domain, -before);
    return countAllocated(domain, moved);
  }
  const now = blockSizeOf(page);
  // One that shrinks by less than a quarter stays where it is.
  if (size <= now && size > now - (now >> 2)) return block;
  const moved = poolMalloc(domain, size);
  // CPython relies on shrinking never to fail.
  if (moved == 0) return size <= now ? block : 0;
  memory.copy(moved, block, min(size, now));
  poolFree(domain, block);
  return moved;
}

@inline function take(domain: u32, page: u32, block: u32): u32 {
  if (!GIVES_TWICE || block & 0x1ff8) setFree(page, load<u32>(block));
  setUsed(page, usedOf(page) + 1);
  countSmall(domain, blockSizeOf(page));
  return block;
}

/** Where no free block is at hand: from a page's fresh ones, from another page, from malloc. */
function mallocSlowly(domain: u32, size: u32): u32 {
  if (size <= LARGEST && isOn) {
    const page = pageWithRoom(classOf(size));
    if (page != 0) {
      checkAlarm();
      return take(domain, page, freeOf(page));
    }
  }
  return countAllocated(domain, systemMalloc(size));
}

/** The first page of a ring, with a free block; 0 without memory. */
function pageWithRoom(sizeClass: u32): u32 {
  const head = headOf(sizeClass);
  for (let page = nextPage(head); page != head; page = nextPage(head)) {
    if (freeOf(page) != 0 || freshen(page)) return page;
    unlinkPage(page);
    setAside(page);
  }
  const page = takePage();
  if (page == 0) return 0;
  cutPage(page, addressOf(page), max(sizeClass, 1) << 3);
  linkPage(page, head);
  freshen(page);
  return page;
}

/** Makes free blocks of some that were never used; false when there are none. */
function freshen(page: u32): bool {
  const size = blockSizeOf(page), first = freshOf(page);
  if (first == endOf(page)) return false;
  const end = min(first + max(PORTION / size, 1) * size, endOf(page));
  for (let block = first; block < end; block += size) {
    store<u32>(block, block + size < end ? block + size : 0);
    store<u32>(block, 0, 4);
  }
  setFree(page, first);
  setFresh(page, end);
  return true;
}

/** A page has just become empty, or has room again. Of a ring's pages one stays, however empty. */
function settle(page: u32): void {
  const isAside = usedOf(page) < 0;
  if (isAside) {
    setUsed(page, blocksInUse(page));
    if (isOn) linkPage(page, headOf(classOf(blockSizeOf(page))));
  }
  if (usedOf(page) == 0) {
    if (isOn) {
      if (isAlone(page)) return;
      unlinkPage(page);
    }
    returnPage(page);
    if (isOn) return;
    dropSpare();
    if (arenaBytes() == 0) poolDrained();
  } else if (!isOn) setAside(page);
}

// ── On and off ─────────────────────────────────────────────────────────────────────────────────────

/** From now on small blocks come from pages. */
export function startPool(): void {
  if (isOn) return;
  isOn = true;
  tryArenasAgain();
  for (let page = pageAfter(0); page != 0; page = pageAfter(page)) settle(page);
}

/** From now on nothing does; what is in pages is still freed to them. Returns the number of blocks that are. */
export function stopPool(): u32 {
  let blocks: u32 = 0;
  isOn = false;
  for (let page = pageAfter(0), next: u32 = 0; page != 0; page = next) {
    next = pageAfter(page);
    blocks += blocksInUse(page);
    if (usedOf(page) < 0) continue;
    unlinkPage(page);
    settle(page);
  }
  dropSpare();
  return blocks;
}
