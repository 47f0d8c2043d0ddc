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
