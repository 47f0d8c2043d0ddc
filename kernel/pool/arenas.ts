/**
 * Arenas: where pages come from, 256 KiB at a time, and the map that tells whether an address is in one.
 *
 *   ╒═ record, 544 bytes ═══════════════════════════════════╕      ╒═ arena: 16 pages ═══╕
 *   │ +0 next │ +4 prev │ +8 empty pages │ +12 their number │      │                     │
 *   │ +16 base ─────────────────────────────────────────────┼────▶ │ page │ page │ …     │
 *   │ +32 descriptors, one for each page                    │      └─────────────────────┘
 *   └───────────────────────────────────────────────────────┘
 *   map: for every 16 KiB of memory the descriptor of the page there, or 0
 *
 * Arenas with empty pages are in a ring, filled one after the other, so that others may become empty. Of those that are
 * entirely empty one is kept, and the rest go back to where they came from: that is malloc, as with all that is here.
 */
import { memalign } from "../host";
import { systemFree, systemMalloc } from "../layout/allocator";
import { DESCRIPTOR, PAGE_SHIFT, PAGE_SIZE, arenaOf, clearPage, isCut, nextPage } from "./page";

const PAGES: u32 = 16;
/** Bytes of an arena. */
export const ARENA: u32 = PAGES * PAGE_SIZE;
/** Bytes of a record before its descriptors. */
export const FIRST_DESCRIPTOR: u32 = 32;
/** Where a record has the address of its arena. */
export const RECORD_BASE: u32 = 16;
const RECORD: u32 = FIRST_DESCRIPTOR + PAGES * DESCRIPTOR;

/** The map and the number of its entries; grows with the highest arena. */
let map: u32 = 0, mapped: u32 = 0;
/** Head of the ring of arenas with empty pages. */
let ring: u32 = 0;
/** An arena that is entirely empty; 0 when there is none. */
let spare: u32 = 0;
let arenas: u32 = 0;
/**
 * There was no memory for an arena. That is not tried again before malloc has got a large block back: near a memory limit it
 * would be at every block, and each refusal there is followed by a full collection.
 */
let isDry: bool = false;

/** Bytes of the head of the ring of arenas. */
export const ARENA_RING: u32 = 8;

/** Gives it a ring head. */
export function setArenaRing(head: u32): void {
  ring = head;
  store<u32>(head, head);
  store<u32>(head, head, 4);
}

/** Where the map is, and how many entries it has, until the next arena: for who looks up many addresses. */
export function mapAddress(): u32 { return map; }
export function mapEntries(): u32 { return mapped; }

/** Bytes in arenas. */
export function arenaBytes(): u32 { return arenas * ARENA; }

/** The descriptor of the page that an address is in; 0 where it is in none. */
@inline export function pageAt(address: u32): u32 {
  const index = address >> PAGE_SHIFT;
  return index < mapped ? load<u32>(map + (index << 2)) : 0;
}

/** Where the page of a descriptor is. */
export function addressOf(page: u32): u32 {
  const arena = arenaOf(page);
  return load<u32>(arena, 16) + (page - arena - FIRST_DESCRIPTOR) / DESCRIPTOR * PAGE_SIZE;
}

/** The descriptor of an empty page; 0 without memory. */
export function takePage(): u32 {
  let arena = load<u32>(ring);
  if (arena == ring) {
    arena = addArena();
    if (arena == 0) return 0;
  }
  if (arena == spare) spare = 0;
  const page = load<u32>(arena, 8), left = load<u32>(arena, 12) - 1;
  store<u32>(arena, nextPage(page), 8);
  store<u32>(arena, left, 12);
  if (left == 0) unlink(arena);
  return page;
}

/** The page is empty again. */
export function returnPage(page: u32): void {
  const arena = arenaOf(page), left = load<u32>(arena, 12) + 1;
  clearPage(page);
  store<u32>(page, load<u32>(arena, 8), 20);
  store<u32>(arena, page, 8);
  store<u32>(arena, left, 12);
  if (left == 1) link(arena);
  if (left < PAGES) return;
  if (spare == 0) spare = arena;
  else dropArena(arena);
}

/** Gives back the arena that is kept though it is empty. */
export function dropSpare(): void {
  if (spare != 0) dropArena(spare);
  spare = 0;
}

/** The next page with blocks after a descriptor, or the first after 0, in the order of addresses; 0 at the end. */
export function pageAfter(page: u32): u32 {
  for (let index: u32 = page == 0 ? 0 : (addressOf(page) >> PAGE_SHIFT) + 1; index < mapped; index++) {
    const found = load<u32>(map + (index << 2));
    if (found != 0 && isCut(found)) return found;
  }
  return 0;
}

/** There may be memory for an arena again. */
export function tryArenasAgain(): void { isDry = false; }

function addArena(): u32 {
  const base = isDry ? 0 : memalign(PAGE_SIZE, ARENA);
  if (base == 0) {
    isDry = true;
    return 0;
  }
  const arena = coverMap((base >> PAGE_SHIFT) + PAGES) ? systemMalloc(RECORD) : 0;
  if (arena == 0) {
    systemFree(base);
    return 0;
  }
  store<u32>(arena, 0, 8);
  store<u32>(arena, PAGES, 12);
  store<u32>(arena, base, 16);
  for (let i = PAGES; i-- > 0; ) {
    const page = arena + FIRST_DESCRIPTOR + i * DESCRIPTOR;
    clearPage(page);
    store<u32>(page, load<u32>(arena, 8), 20);
    store<u32>(page, arena, 28);
    store<u32>(arena, page, 8);
    store<u32>(map + (((base >> PAGE_SHIFT) + i) << 2), page);
  }
  link(arena);
  arenas++;
  return arena;
}

function dropArena(arena: u32): void {
  const base = load<u32>(arena, 16);
  unlink(arena);
  memory.fill(map + (base >> PAGE_SHIFT << 2), 0, PAGES << 2);
  systemFree(base);
  systemFree(arena);
  arenas--;
}

/** Makes the map reach so many entries, with as many again to spare; false without memory. */
function coverMap(entries: u32): bool {
  if (entries <= mapped) return true;
  const wanted = entries * 2, larger = systemMalloc(wanted << 2);
  if (larger == 0) return false;
  memory.copy(larger, map, mapped << 2);
  memory.fill(larger + (mapped << 2), 0, (wanted - mapped) << 2);
  systemFree(map);
  map = larger;
  mapped = wanted;
  return true;
}

/** Behind all others, so that those before it are filled first. */
function link(arena: u32): void {
  const last = load<u32>(ring, 4);
  store<u32>(arena, ring);
  store<u32>(arena, last, 4);
  store<u32>(last, arena);
  store<u32>(ring, arena, 4);
}

function unlink(arena: u32): void {
  const next = load<u32>(arena), prev = load<u32>(arena, 4);
  store<u32>(prev, next);
  store<u32>(next, prev, 4);
}
