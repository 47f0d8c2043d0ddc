/**
 * The collector's header, and the doubly linked lists it makes.
 *
 *   ╒═ PyGC_Head, 8 bytes before the object ══════════════════════╕
 *   │ -8  _gc_next   address of the next header        │ b1 │ b0  │
 *   │ -4  _gc_prev   address of the previous header    │ C  │ F   │
 *   ╞═════════════════════════════════════════════════════════════╡
 *   │  0  PyObject                                                │
 *   └─────────────────────────────────────────────────────────────┘
 *
 *   F   FINALIZED: tp_finalize has run.
 *   C   COLLECTING: the object is in the set under trial deletion.
 *   b0, b1  3.14's space bits, not ours: kept as they are, and never set where a layout has none.
 *   _gc_next == 0 means that the object is not tracked.
 *
 * During trial deletion `_gc_prev` holds the count of references not yet explained, shifted by two, and
 * during the rescue of survivors the link of an intrusive stack. Both are overwritten by `relink`.
 */

import { TRUSTS_STALE } from "../sabotage";

/** Bytes between a header and its object. */
export const HEAD: u32 = 8;
export const FINALIZED: u32 = 1;
export const COLLECTING: u32 = 2;
const FLAGS: u32 = 3;

@inline export function headOf(object: u32): u32 { return object - HEAD; }
@inline export function objectOf(head: u32): u32 { return head + HEAD; }

@inline export function nextOf(head: u32): u32 { return load<u32>(head) & ~FLAGS; }
@inline export function prevOf(head: u32): u32 { return load<u32>(head, 4) & ~FLAGS; }
@inline export function setNext(head: u32, next: u32): void { store<u32>(head, (load<u32>(head) & FLAGS) | next); }
@inline export function setPrev(head: u32, prev: u32): void { store<u32>(head, (load<u32>(head, 4) & FLAGS) | prev, 4); }

@inline export function isTracked(object: u32): bool { return load<u32>(object - HEAD) != 0; }
/**
 * True when the words before `object` are a header that both of its neighbours in a list point back to. Then it is a
 * tracked object, and whole, however stale the address is: no other memory can be mistaken for that.
 */
export function isLinked(object: u32): bool {
  if (TRUSTS_STALE) return true;
  const end = <u32>(memory.size() << 16) - HEAD;
  const head = headOf(object), next = nextOf(head), prev = prevOf(head);
  if (next == 0 || prev == 0 || next > end || prev > end) return false;
  return prevOf(next) == head && nextOf(prev) == head;
}
/** `_gc_prev` with its flags: count, link or address, as the phase has it. */
@inline export function prevWord(head: u32): u32 { return load<u32>(head, 4); }
@inline export function setPrevWord(head: u32, word: u32): void { store<u32>(head, word, 4); }
@inline export function isCollecting(head: u32): bool { return (load<u32>(head, 4) & COLLECTING) != 0; }
@inline export function clearCollecting(head: u32): void { store<u32>(head, load<u32>(head, 4) & ~COLLECTING, 4); }

// ── Lists: a head is a PyGC_Head without an object; empty when it points to itself ─────────────────

@inline export function initList(list: u32): void { store<u32>(list, list); store<u32>(list, list, 4); }
@inline export function isEmpty(list: u32): bool { return nextOf(list) == list; }

/** Takes a header out of its list; its own links are left as they were. */
@inline export function unlink(head: u32): void {
  const prev = prevOf(head), next = nextOf(head);
  setNext(prev, next);
  setPrev(next, prev);
}

/** Links the headers from `first` to `end`, which are linked to each other and in no list, at the end of `list`. */
@inline function appendRun(first: u32, end: u32, list: u32): void {
  const last = prevOf(list);
  setPrev(first, last);
  setNext(last, first);
  setPrev(list, end);
  setNext(end, list);
}

/** Links a header that is in no list at the end of `list`. */
@inline export function append(head: u32, list: u32): void { appendRun(head, head, list); }

export function moveTo(head: u32, list: u32): void {
  unlink(head);
  append(head, list);
}

/** Takes an object out of the collector's sight, as CPython's untracking does. */
export function untrack(head: u32): void {
  unlink(head);
  store<u32>(head, 0);
  store<u32>(head, load<u32>(head, 4) & FINALIZED, 4);
}

/** Moves all of `from` to the end of `to`; `from` is empty afterwards. */
export function merge(from: u32, to: u32): void {
  if (!isEmpty(from)) appendRun(nextOf(from), prevOf(from), to);
  initList(from);
}

/** Moves up to `count` of the first of `from` to the end of `to`. */
export function moveFirst(from: u32, to: u32, count: u32): void {
  let end = from;
  for (let i: u32 = 0; i < count && nextOf(end) != from; i++) end = nextOf(end);
  if (end == from) return;
  const first = nextOf(from), rest = nextOf(end);
  appendRun(first, end, to);
  setNext(from, rest);
  setPrev(rest, from);
}

export function size(list: u32): u32 {
  let count: u32 = 0;
  for (let head = nextOf(list); head != list; head = nextOf(head)) count++;
  return count;
}
