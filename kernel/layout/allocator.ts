/**
 * The allocator that was there before: C's malloc, as CPython calls it.
 *
 *   ╒═ PyMemAllocatorEx ══════════════════════════════════════╕
 *   │ +0 ctx │ +4 malloc │ +8 calloc │ +12 realloc │ +16 free │
 *   └──────────────────────────────────────────────────────────┘
 */
let system: u32 = 0;

/** Tells which it is. */
export function setSystemAllocator(allocator: u32): void { system = allocator; }

@inline export function systemMalloc(size: u32): u32 {
  return call_indirect<u32>(load<u32>(system, 4), load<u32>(system), size);
}
@inline export function systemCalloc(count: u32, size: u32): u32 {
  return call_indirect<u32>(load<u32>(system, 8), load<u32>(system), count, size);
}
@inline export function systemRealloc(block: u32, size: u32): u32 {
  return call_indirect<u32>(load<u32>(system, 12), load<u32>(system), block, size);
}
@inline export function systemFree(block: u32): void {
  call_indirect<void>(load<u32>(system, 16), load<u32>(system), block);
}

/**
 * A block of C's malloc (dlmalloc) has its size before it:
 *
 *   ╒═ chunk ═════════════════════════════════════════════════════════╕
 *   │ -4 bytes of the chunk │ bit 1: in use │ bit 0: so is the one before │ block … │
 *   └─────────────────────────────────────────────────────────────────────────────────┘
 */
const IN_USE: u32 = 2;
/** Set by nobody, kept while the chunk is in use, and gone when it is freed: dlmalloc leaves it to its users. */
const TAG: u32 = 4;
const CHUNK_HEAD: u32 = 4;
const LEAST_CHUNK: u32 = 16;

/**
 * Bytes that the allocator took for a block for which so many were asked. Malloc's chunks are at most a little larger than
 * necessary; where no such size stands before the block it is one of the pool's, which come in steps of 8.
 */
export function blockBytes(block: u32, asked: u32): u32 {
  const head = load<u32>(block - CHUNK_HEAD), chunk = head & ~7;
  const least = max(LEAST_CHUNK, (asked + CHUNK_HEAD + 7) & ~7);
  if (head & IN_USE && !(head & 4) && chunk >= least && chunk <= least + LEAST_CHUNK) return chunk - CHUNK_HEAD;
  return max((asked + 7) & ~7, 8);
}

// ── For the traced runtime, which must know CPython's blocks from those of other C code ─────────────

/** True in the kernel of the traced runtime only. */
export const TAGS_BLOCKS: bool = isDefined(MOULT_TAGS_BLOCKS);

/** Says that a block of malloc's is CPython's. */
@inline export function tagBlock(block: u32): void { store<u32>(block - CHUNK_HEAD, load<u32>(block - CHUNK_HEAD) | TAG); }

/** Bytes of the chunk of a block, from one block to the next; 0 behind the last. */
@inline export function chunkBytes(block: u32): u32 { return load<u32>(block - CHUNK_HEAD) & ~7; }
@inline export function isChunkInUse(block: u32): bool { return (load<u32>(block - CHUNK_HEAD) & IN_USE) != 0; }
@inline export function isTagged(block: u32): bool { return (load<u32>(block - CHUNK_HEAD) & TAG) != 0; }
