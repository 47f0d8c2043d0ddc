/** Bitmaps with a bit for eight bytes of memory. */
@inline export function hasBit(bits: u32, address: u32): bool { return (load<u8>(bits + (address >> 6)) & (1 << ((address >> 3) & 7))) != 0; }
@inline export function setBit(bits: u32, address: u32): void {
  const at = bits + (address >> 6);
  store<u8>(at, load<u8>(at) | (<u8>1 << <u8>((address >> 3) & 7)));
}
@inline export function clearBit(bits: u32, address: u32): void {
  const at = bits + (address >> 6);
  store<u8>(at, load<u8>(at) & ~(<u8>1 << <u8>((address >> 3) & 7)));
}
