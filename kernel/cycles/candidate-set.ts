/**
 * The set under trial deletion as a bitmap, so that a reference to anything else costs no look at the object.
 *
 * It only saves time: for objects that it does not cover every question is answered by their own headers, where
 * COLLECTING says the same. Between collections the bitmap is all zero, as far as it has been wiped: memory that is touched
 * for the first time is slow, so that is done piece by piece.
 */
import { addBit, dropBit, hasBit, isCovered } from "../bitmap";

let bits: u32 = 0, size: u32 = 0, wiped: u32 = 0;
/** What of the bitmap the set under trial deletion makes use of: 0 when there is none. */
let covered: u32 = 0;

/** Gives the kernel a bitmap of `bytes`; 0 and 0 for none. */
export function setCandidateSet(address: u32, bytes: u32): void {
  bits = address;
  size = bytes;
  wiped = 0;
}

/** Makes up to `bytes` more of the bitmap usable. */
export function wipeCandidates(bytes: u32): void {
  const count = min(bytes, size - wiped);
  memory.fill(bits + wiped, 0, count);
  wiped += count;
}

/** Candidates are added from now on, up to `forgetCandidates`. */
@inline export function beginCandidates(): void { covered = wiped; }
@inline export function forgetCandidates(): void { covered = 0; }

@inline export function addCandidate(object: u32): void { if (isCovered(covered, object)) addBit(bits, object); }
@inline export function dropCandidate(object: u32): void { if (isCovered(covered, object)) dropBit(bits, object); }

/** True when the bitmap says whether an object is a candidate. */
@inline export function isKnown(object: u32): bool { return isCovered(covered, object); }
/** True for candidates, and for those that have been rescued since; of objects that the bitmap covers. */
@inline export function isCandidate(object: u32): bool { return hasBit(bits, object); }
