/**
 * Marking: one bit for every eight bytes of memory, and a stack of objects whose referents are still to
 * be visited.
 *
 * Everything reached gets a bit, objects without a collector's header too: testing a bit is cheaper than
 * looking at the object, and most referents are met more than once. Marking only proposes: a full stack
 * drops what does not fit, and what it would have reached merely becomes a candidate for trial deletion.
 */
let bits: u32 = 0, bitsSize: u32 = 0;
let hold: bool = false;
let bottom: u32 = 0, top: u32 = 0, limit: u32 = 0;

/** Gives the kernel its bitmap of `size` bytes; memory above `size * 64` is never marked. */
export function setBitmap(address: u32, size: u32): void {
  bits = address;
  bitsSize = size;
}

export function setMarkStack(address: u32, size: u32): void {
  bottom = address;
  top = address;
  limit = address + size;
}

/** Clears the bits of memory below `end`. */
export function clearMarks(end: u32): void {
  const used = (end >> 6) + 1;
  memory.fill(bits, 0, used < bitsSize ? used : bitsSize);
  top = bottom;
}

/** True while the marks are those of the collection under way, and no Python code has run since. */
@inline export function marksHold(): bool { return hold; }
export function setMarksHold(value: bool): void { hold = value; }

@inline export function isMarked(object: u32): bool {
  return (load<u8>(bits + (object >> 6)) & (<u8>1 << <u8>((object >> 3) & 7))) != 0;
}

export function setMark(object: u32): void {
  const address = bits + (object >> 6);
  store<u8>(address, load<u8>(address) | (<u8>1 << <u8>((object >> 3) & 7)));
}

@inline export function markReferent(object: u32): void {
  const address = bits + (object >> 6);
  const bit: u32 = 1 << ((object >> 3) & 7);
  const byte: u32 = load<u8>(address);
  if (byte & bit) return;
  store<u8>(address, <u8>(byte | bit));
  if (top < limit) {
    store<u32>(top, object);
    top += 4;
  }
}

@inline export function isStackEmpty(): bool { return top == bottom; }

/** The next object whose referents are to be visited; 0 when there is none. */
@inline export function takeMarked(): u32 {
  while (top != bottom) {
    top -= 4;
    const entry = load<u32>(top);
    if (!(entry & RUN)) return entry;
    visitPiece(entry & ~RUN);
  }
  return 0;
}

// ── Long runs of references, visited in pieces so that the stack stays small ───────────────────────
//
//   ╒═ on the stack, top last ══════════════════════════════════════╕
//   │ step in bytes │ end │ address of the next reference, with RUN │
//   └───────────────────────────────────────────────────────────────┘

/** Set in the stack's entry for a run; objects are aligned to eight bytes. */
const RUN: u32 = 1;
/** References visited at a time; shorter runs need not be pushed. */
export const RUN_PIECE: u32 = 256;

/** Puts off a run of references that are `step` bytes apart. */
export function pushRun(references: u32, end: u32, step: u32): void {
  if (top + 12 > limit) return;
  store<u32>(top, step);
  store<u32>(top, end, 4);
  store<u32>(top, references | RUN, 8);
  top += 12;
}

/** Visits a piece of the run whose first word was just taken off the stack. */
function visitPiece(reference: u32): void {
  const end = load<u32>(top - 4), step = load<u32>(top - 8);
  top -= 8;
  let pieceEnd = reference + RUN_PIECE * step;
  if (pieceEnd < end) pushRun(pieceEnd, end, step);
  else pieceEnd = end;
  let last: u32 = 0;
  for (; reference < pieceEnd; reference += step) {
    const object = load<u32>(reference);
    if (object != last && object != 0) markReferent(object);
    last = object;
  }
}
