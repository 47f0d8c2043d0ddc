/** Whether there is room, tried out; at safe points only. */

/** The host's allocator. */
export interface Allocator {
  /** Address of so many bytes; 0 when there are none. */
  tryAllocate(bytes: number): number;
  free(address: number): void;
}

/** Pieces in which room is looked for. */
const PIECES = 16;

/** Blocks of so many bytes each, as many as wanted if there are; give them back with `free`. */
export function take(allocator: Allocator, count: number, bytes: number): number[] {
  const blocks: number[] = [];
  while (blocks.length < count) {
    const block = allocator.tryAllocate(bytes);
    if (block === 0) break;
    blocks.push(block);
  }
  return blocks;
}

/** True when so many bytes can be had in a few pieces. False does not mean that less is free: it may be scattered. */
export function hasRoom(allocator: Allocator, bytes: number): boolean {
  const blocks = take(allocator, PIECES, Math.ceil(bytes / PIECES));
  for (const block of blocks) allocator.free(block);
  return blocks.length === PIECES;
}
