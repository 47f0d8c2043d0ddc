/**
 * Sets of objects as bitmaps: one bit for every eight bytes of memory, at `base + address / 64`.
 *
 * Testing a bit is cheaper than looking at an object: the bits of a megabyte of heap fill 16 KiB.
 */

/** Bytes of memory that one byte of bitmap stands for, as a shift. */
const SHIFT: u32 = 6;

/** True where a bitmap of `bytes` has a bit for the object. */
@inline export function isCovered(bytes: u32, object: u32): bool { return object >> SHIFT < bytes; }
@inline export function byteOf(base: u32, object: u32): u32 { return base + (object >> SHIFT); }
@inline export function bitOf(object: u32): u32 { return 1 << ((object >> 3) & 7); }

@inline export function hasBit(base: u32, object: u32): bool {
  return (load<u8>(byteOf(base, object)) & bitOf(object)) != 0;
}
@inline export function addBit(base: u32, object: u32): void {
  const byte = byteOf(base, object);
  store<u8>(byte, load<u8>(byte) | <u8>bitOf(object));
}
@inline export function dropBit(base: u32, object: u32): void {
  const byte = byteOf(base, object);
  store<u8>(byte, load<u8>(byte) & ~<u8>bitOf(object));
}

/** Bytes of bitmap for all memory that there is now. A page of memory, 64 KiB, takes 1 KiB of it. */
@inline export function bytesForMemory(): u32 { return <u32>memory.size() << 10; }
