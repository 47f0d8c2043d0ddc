/**
 * The set under trial deletion as a bitmap, so that a reference to anything else costs no look at the object.
 *
 * It only saves time: without memory for it every question is answered by the object's own header, where
 * COLLECTING says the same. Between collections the bitmap is all zero.
 */
import { addBit, bytesForMemory, dropBit, hasBit } from "../bitmap";

let bits: u32 = 0, size: u32 = 0;
let known: bool = false;

/** Gives the kernel a bitmap of `bytes`; 0 and 0 for none. */
export function setCandidateSet(address: u32, bytes: u32): void {
  bits = address;
  size = bytes;
  memory.fill(address, 0, bytes);
}

/** Candidates are added from now on, up to `forgetCandidates`; not where memory has outgrown the bitmap. */
@inline export function beginCandidates(): void { known = size >= bytesForMemory(); }
@inline export function forgetCandidates(): void { known = false; }

@inline export function addCandidate(object: u32): void { if (known) addBit(bits, object); }
@inline export function dropCandidate(object: u32): void { if (known) dropBit(bits, object); }

/** True when every candidate is in the bitmap. */
@inline export function candidatesKnown(): bool { return known; }
/** True for candidates, and for those that have been rescued since. */
@inline export function isCandidate(object: u32): bool { return hasBit(bits, object); }
