/**
 * Frozen objects (gc.freeze): alive for good as far as the collector goes, so marking need not visit them.
 *
 *   ╒═ frozen, a bit for 8 bytes of memory ═╕   ╒═ gates, the same again ═════════════════════╕
 *   │ what is in the permanent list         │   │ what of it referred to something not frozen │
 *   └───────────────────────────────────────┘   └─────────────────────────────────────────────┘
 *
 * Marking begins with all that is frozen black, and the gates grey. What is only reached through a frozen object that is no
 * gate yet becomes a candidate, and trial deletion keeps it, since frozen objects are outside of any set; when there are
 * many of those, the gates are looked for again.
 *
 * Frozen objects die by reference count like others, and another object may get their memory. Two rules keep it from
 * being taken for frozen:
 *
 *   thaw    objects lose the bit in generation 0, where every object begins, before any collection
 *   linked  a gate is visited only if it is a tracked object; one that is in no younger list is in the permanent one
 */
import { addBit, bytesForMemory, dropBit, hasBit } from "../bitmap";
import { isLinked, nextOf, objectOf, prevOf } from "../layout/gc-head";
import { NEVER_THAWS } from "../sabotage";

let frozen: u32 = 0, gates: u32 = 0, capacity: u32 = 0;

/** Gives the kernel room for both bitmaps, each of half of `bytes`, with what they hold; 0 and 0 for none. */
export function setFrozen(address: u32, bytes: u32): void {
  frozen = address;
  capacity = bytes >> 1;
  gates = address + capacity;
}

/** The bitmap of frozen objects, where it covers all memory; else 0: then frozen objects are marked like others. */
export function frozenBits(): u32 { return capacity != 0 && capacity >= bytesForMemory() ? frozen : 0; }

@inline export function isFrozen(object: u32): bool { return hasBit(frozen, object); }

/** What is in `list`, and nothing else, is frozen; returns how much. All memory must be covered. */
export function freezeAll(list: u32): u32 {
  memory.fill(frozen, 0, capacity << 1);
  let count: u32 = 0;
  for (let head = nextOf(list); head != list; head = nextOf(head), count++) addBit(frozen, objectOf(head));
  return count;
}

/** True when the objects at both ends of `list` are known to be frozen. */
export function knowsFrozen(list: u32): bool {
  return isFrozen(objectOf(nextOf(list))) && isFrozen(objectOf(prevOf(list)));
}

/** What is in `list` is not frozen. */
export function thaw(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) {
    if (NEVER_THAWS || !isFrozen(objectOf(head))) continue;
    dropBit(frozen, objectOf(head));
    dropBit(gates, objectOf(head));
  }
}

// ── Both bitmaps, word by word: each stands for 512 bytes of memory ────────────────────────────────

@inline export function frozenIn(word: u32): u64 { return load<u64>(frozen + word); }
@inline export function setGatesIn(word: u32, objects: u64): void { store<u64>(gates + word, objects); }

/** The gates among a word's objects. What is no tracked object any more is none. */
export function gatesIn(word: u32): u64 {
  const all = load<u64>(gates + word);
  let linked: u64 = 0;
  for (let rest = all; rest != 0; rest &= rest - 1) {
    const bit = ctz(rest);
    if (isLinked((word << 6) + (<u32>bit << 3))) linked |= <u64>1 << bit;
  }
  if (linked != all) setGatesIn(word, linked);
  return linked;
}
