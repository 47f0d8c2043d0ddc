/**
 * Where CPython's blocks are, and which one an address is in, found without asking anybody:
 *
 *   OBJ    pages of this kernel's pool        small objects
 *   MEM    pages of another instance's        small parts of objects: what a list or a dict refers to from
 *   large  blocks of malloc's with a tag      either of both, of more than 512 bytes
 *
 * All else that malloc has given away is foreign: C code may keep references there.
 */
import { chunkBytes, isChunkInUse, isTagged } from "../layout/allocator";
import { FIRST_DESCRIPTOR, RECORD_BASE, mapAddress, mapEntries } from "../pool/arenas";
import { PAGE_SHIFT, PAGE_SIZE, blockSizeOf, blocksInUse, freshOf } from "../pool/page";

export const MEM: u32 = 0;
export const OBJ: u32 = 1;
export const LARGE: u32 = 2;

/** Bytes of an entry of the table of large blocks: start, end. */
const ENTRY: u32 = 8;

let objectMap: u32 = 0, objectPages: u32 = 0, partMap: u32 = 0, partPages: u32 = 0;
/** The first block of malloc's, and the first address behind the last. */
let firstChunk: u32 = 0, heapEnd: u32 = 0;
let table: u32 = 0, tableEnd: u32 = 0;
/** What `blockAt` found beside the block. */
let size: u32 = 0, space: u32 = 0;

@inline export function foundSize(): u32 { return size; }
@inline export function foundSpace(): u32 { return space; }
@inline export function endOfHeap(): u32 { return heapEnd; }
/** True where blocks may be: most words are told from addresses by that. */
@inline export function isInHeap(word: u32): bool { return word - firstChunk < heapEnd - firstChunk; }
/** The same of four words at once. */
@inline export function areInHeap(words: v128): v128 {
  return i32x4.lt_u(i32x4.sub(words, i32x4.splat(firstChunk)), i32x4.splat(heapEnd - firstChunk));
}

/** Tells where malloc's first block is. */
export function setFirstChunk(block: u32): void { firstChunk = block; }

/** Looks where everything is now; `map` and `entries` are the other instance's. */
export function lookAround(map: u32, entries: u32, end: u32): void {
  objectMap = mapAddress();
  objectPages = mapEntries();
  partMap = map;
  partPages = entries;
  heapEnd = end;
}

/** Where malloc's last block ends, as far as one leads to the next; near the end of the heap if all is as it should be. */
export function endOfChunks(end: u32): u32 {
  let block = firstChunk;
  while (block < end) {
    const bytes = chunkBytes(block);
    if (bytes < 16 || bytes > end - block) break;
    block += bytes;
  }
  return block;
}

/** How many large blocks there are. */
export function countLarge(end: u32): u32 {
  let count: u32 = 0;
  for (let block = firstChunk; block < end; block += chunkBytes(block)) {
    if (chunkBytes(block) < 16) break;
    if (isChunkInUse(block) && isTagged(block)) count++;
  }
  return count;
}

/** Writes the table of large blocks; returns where it ends. */
export function tabulateLarge(into: u32, end: u32): u32 {
  table = into;
  tableEnd = into;
  for (let block = firstChunk; block < end; block += chunkBytes(block)) {
    if (chunkBytes(block) < 16) break;
    if (!isChunkInUse(block) || !isTagged(block)) continue;
    store<u32>(tableEnd, block);
    store<u32>(tableEnd, block + chunkBytes(block) - 4, 4);
    tableEnd += ENTRY;
  }
  return tableEnd;
}

/** The next foreign block behind one, or the first for 0; 0 at the end. `own` is Moult's. */
export function foreignAfter(block: u32, end: u32, own: u32): u32 {
  let next = block == 0 ? firstChunk : block + chunkBytes(block);
  for (; next < end; next += chunkBytes(next)) {
    if (chunkBytes(next) < 16) return 0;
    if (!isChunkInUse(next) || isTagged(next) || next == own) continue;
    if (isOfPool(objectMap, objectPages, next) || isOfPool(partMap, partPages, next)) continue;
    return next;
  }
  return 0;
}

/** True for an arena, and for the record of one: it has addresses in its pages, and keeps no block there. */
function isOfPool(map: u32, pages: u32, block: u32): bool {
  if (descriptorAt(map, pages, block) != 0) return true;
  const arena = load<u32>(block, RECORD_BASE);
  return (arena & (PAGE_SIZE - 1)) == 0 && descriptorAt(map, pages, arena) == block + FIRST_DESCRIPTOR;
}

@inline function descriptorAt(map: u32, pages: u32, address: u32): u32 {
  const index = address >> PAGE_SHIFT;
  return index < pages ? load<u32>(map + (index << 2)) : 0;
}

/** Finds out size and space of a block: for addresses that are known to be a block's. */
export function findBlock(block: u32): void {
  let page = descriptorAt(objectMap, objectPages, block);
  space = OBJ;
  if (page == 0) {
    page = descriptorAt(partMap, partPages, block);
    space = MEM;
  }
  if (page != 0) size = blockSizeOf(page);
  else largeAt(block);
}

/** False where no object of so many bytes is: in pages of smaller blocks, and in those of parts. */
export function mayHold(address: u32, bytes: u32): bool {
  const page = descriptorAt(objectMap, objectPages, address);
  return page != 0 ? blockSizeOf(page) >= bytes : descriptorAt(partMap, partPages, address) == 0;
}

/** The block in use that an address is in, be it its first or any other; 0 where it is in none of CPython's. */
export function blockAt(address: u32): u32 {
  if (!isInHeap(address)) return 0;
  let page = descriptorAt(objectMap, objectPages, address);
  space = OBJ;
  if (page == 0) {
    page = descriptorAt(partMap, partPages, address);
    space = MEM;
    if (page == 0) return largeAt(address);
  }
  size = blockSizeOf(page);
  if (size == 0) return 0;
  const base = address & ~(PAGE_SIZE - 1);
  const block = base + (address - base) / size * size;
  return block < freshOf(page) ? block : 0;
}

function largeAt(address: u32): u32 {
  let low: u32 = 0, high = (tableEnd - table) / ENTRY;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(table + middle * ENTRY) <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return 0;
  const entry = table + (low - 1) * ENTRY, block = load<u32>(entry);
  if (address >= load<u32>(entry, 4)) return 0;
  size = load<u32>(entry, 4) - block;
  space = LARGE;
  return block;
}

// ── All blocks, one after the other ────────────────────────────────────────────────────────────────

/** What is being gone through: the objects' pages, those of parts, and after them the table of large blocks. */
let walk: u32 = 0, index: u32 = 0;
/** A run of blocks of one size: all of a page that were handed out once, also those that are free, or one large block. */
let runStart: u32 = 0, runEnd: u32 = 0, runPage: u32 = 0;

@inline export function startOfRun(): u32 { return runStart; }
@inline export function endOfRun(): u32 { return runEnd; }
/** The page of a run that is not a large block. */
@inline export function pageOfRun(): u32 { return runPage; }

/** Begins to go through all blocks. */
export function beginRuns(): void {
  walk = OBJ;
  index = 0;
}

/** Finds the next run, the size of its blocks and their space; false at the end. */
export function nextRun(): bool {
  while (walk != LARGE) {
    const pages = walk == OBJ ? objectPages : partPages;
    while (index < pages) {
      const page = load<u32>((walk == OBJ ? objectMap : partMap) + (index << 2)), start = index++ << PAGE_SHIFT;
      if (page == 0 || blockSizeOf(page) == 0 || freshOf(page) == start) continue;
      runPage = page;
      runStart = start;
      runEnd = freshOf(page);
      size = blockSizeOf(page);
      space = walk;
      return true;
    }
    index = 0;
    walk = walk == OBJ ? MEM : LARGE;
  }
  const entry = table + index++ * ENTRY;
  if (entry >= tableEnd) return false;
  runStart = load<u32>(entry);
  runEnd = load<u32>(entry, 4);
  size = runEnd - runStart;
  space = LARGE;
  return true;
}

/** Blocks of pages that are in use, of both spaces. */
export function countSmall(): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < objectPages; i++) count += usedIn(load<u32>(objectMap + (i << 2)));
  for (let i: u32 = 0; i < partPages; i++) count += usedIn(load<u32>(partMap + (i << 2)));
  return count;
}

@inline function usedIn(page: u32): u32 { return page != 0 && blockSizeOf(page) != 0 ? blocksInUse(page) : 0; }
