/**
 * Bytes in use, and an alarm when they exceed a number: CPython counts objects only, so a few large ones would never
 * make it collect. The alarm sets the count of the young generation to its threshold, and the next object that the
 * collector tracks goes beyond it.
 *
 *   ╒═ domain: a context that CPython passes ════════════════╕
 *   │ +0 bytes in blocks of pages │ +4 bytes in other blocks │
 *   └────────────────────────────────────────────────────────┘
 */
import { malloc_usable_size } from "../host";
import { TAGS_BLOCKS, tagBlock } from "../layout/allocator";

const DOMAIN: u32 = 8;
/** Bytes of all domains: MEM and OBJ. */
export const DOMAINS: u32 = 2 * DOMAIN;
const NEVER: u32 = ~0;

let domains: u32 = 0;
let alarm: u32 = NEVER;
/** Addresses of words of CPython's gc state. */
let enabled: u32 = 0, collecting: u32 = 0, threshold: u32 = 0, count: u32 = 0;

export function setDomains(address: u32): void { domains = address; }

/** Tells where CPython's gc state has them; the latter two are the young generation's. */
export function setTrigger(enabledWord: u32, collectingWord: u32, thresholdWord: u32, countWord: u32): void {
  enabled = enabledWord;
  collecting = collectingWord;
  threshold = thresholdWord;
  count = countWord;
}

/** Bytes of all blocks of CPython's that are in use. */
export function bytesInUse(): u32 {
  return load<u32>(domains) + load<u32>(domains, 4) + load<u32>(domains, DOMAIN) + load<u32>(domains, DOMAIN + 4);
}

/** Once, when more bytes than that are in use. */
export function setAlarm(bytes: u32): void { alarm = bytes; }

@inline export function countSmall(domain: u32, bytes: u32): void { store<u32>(domain, load<u32>(domain) + bytes); }
@inline export function countOther(domain: u32, bytes: u32): void { store<u32>(domain, load<u32>(domain, 4) + bytes, 4); }

/** A block of malloc's comes into use, if it is one. */
export function countAllocated(domain: u32, block: u32): u32 {
  if (block != 0) {
    countOther(domain, malloc_usable_size(block));
    if (TAGS_BLOCKS) tagBlock(block);
  }
  checkAlarm();
  return block;
}

export function checkAlarm(): void {
  if (bytesInUse() <= alarm) return;
  const limit = load<i32>(threshold);
  if (!load<u32>(enabled) || limit == 0 || load<u32>(collecting)) return;
  if (load<i32>(count) < limit) store<i32>(count, limit);
  alarm = NEVER;
}
