/**
 * A page: 16 KiB of blocks of one size. What is known of it lies beside it, in the record of its arena.
 *
 *   ╒═ descriptor, 32 bytes ══════╕        ╒═ page ══════════════════════════════════════╕
 *   │ +0  free ───────────────────┼──────▶ │ freed block: next free one, 0 │ block │ block │
 *   │ +4  fresh ──────────────────┼──────▶ │ never used yet …                              │
 *   │ +8  end ────────────────────┼──────▶ │                                               │
 *   │ +12 used                    │        │                                             │
 *   │ +16 size of a block         │        └─────────────────────────────────────────────┘
 *   │ +20 next │ +24 prev         │
 *   │ +28 arena                   │
 *   └─────────────────────────────┘
 *
 * Pages with room for blocks of one size are in a ring, whose head is a descriptor too: one that never has a free block,
 * so that taking one needs no test for "no page". A page that has no room is in no ring, and its `used` has the top bit.
 */
import { TAGS_BLOCKS } from "../layout/allocator";
import { MISSES_CHANGES } from "../sabotage";

export const PAGE_SHIFT: u32 = 14;
export const PAGE_SIZE: u32 = 1 << PAGE_SHIFT;
export const DESCRIPTOR: u32 = 32;

/** In `used`, set with every block that is taken or given back: the traced kernel knows the free blocks of all other pages. */
const CHANGED: i32 = TAGS_BLOCKS ? 1 << 30 : 0;

@inline export function freeOf(page: u32): u32 { return load<u32>(page); }
@inline export function setFree(page: u32, block: u32): void { store<u32>(page, block); }
@inline export function freshOf(page: u32): u32 { return load<u32>(page, 4); }
@inline export function setFresh(page: u32, block: u32): void { store<u32>(page, block, 4); }
@inline export function endOf(page: u32): u32 { return load<u32>(page, 8); }
@inline export function usedOf(page: u32): i32 { return load<i32>(page, 12) & ~CHANGED; }
@inline export function setUsed(page: u32, blocks: i32): void {
  store<i32>(page, blocks | (MISSES_CHANGES ? load<i32>(page, 12) & CHANGED : CHANGED), 12);
}
@inline export function isChanged(page: u32): bool { return (load<i32>(page, 12) & CHANGED) != 0; }
@inline export function setUnchanged(page: u32): void { store<i32>(page, usedOf(page), 12); }
@inline export function blockSizeOf(page: u32): u32 { return load<u32>(page, 16); }
/** Marks a page as being in no ring; its `used` is negative then. */
@inline export function setAside(page: u32): void { setUsed(page, usedOf(page) | i32.MIN_VALUE); }
@inline export function blocksInUse(page: u32): u32 { return usedOf(page) & i32.MAX_VALUE; }
/** An empty page of an arena has no blocks, and so no size of them. */
@inline export function isCut(page: u32): bool { return blockSizeOf(page) != 0; }
@inline export function nextPage(page: u32): u32 { return load<u32>(page, 20); }
@inline export function arenaOf(page: u32): u32 { return load<u32>(page, 28); }

/** Makes a list head of it, or of a ring's. */
export function initRing(head: u32): void {
  store<u32>(head, head, 20);
  store<u32>(head, head, 24);
}

/** Puts a page behind another one in its ring. */
export function linkPage(page: u32, behind: u32): void {
  const next = nextPage(behind);
  store<u32>(page, next, 20);
  store<u32>(page, behind, 24);
  store<u32>(behind, page, 20);
  store<u32>(next, page, 24);
}

/** True for the only page of a ring. */
export function isAlone(page: u32): bool { return nextPage(page) == load<u32>(page, 24); }

export function unlinkPage(page: u32): void {
  const next = nextPage(page), prev = load<u32>(page, 24);
  store<u32>(prev, next, 20);
  store<u32>(next, prev, 24);
}

/** Describes the page at `address` as empty, with blocks of `size`. */
export function cutPage(page: u32, address: u32, size: u32): void {
  setFree(page, 0);
  setFresh(page, address);
  store<u32>(page, address + PAGE_SIZE / size * size, 8);
  store<i32>(page, CHANGED, 12);
  store<u32>(page, size, 16);
}

/** Describes a page as having no blocks. */
export function clearPage(page: u32): void { store<u32>(page, 0, 16); }
