/**
 * Which blocks have an object that refers to nothing: a number, bytes, or a string of ASCII. That does not change while it lives, so
 * from one collection to the next nobody has to look there, and most of such objects are in none of the processor's caches. A bit for
 * eight bytes of memory; forgotten with all of a page when a block was taken or given back there.
 */
import { PAGE_SIZE } from "../pool/page";
import { TRUSTS_LEAVES } from "../sabotage";
import { hasBit, setBit } from "./bits";

/** The sticky count of a leaf that nobody looks at is not set right: so all are looked at again after so many collections. */
const COLLECTIONS: u32 = 64;

let bits: u32 = 0, collections: u32 = 0;

/** A collection begins. Gives it so many bytes of bits, which are its own from the first time on. */
export function setLeafBits(bitmap: u32, bytes: u32): void {
  bits = bitmap;
  if (++collections % COLLECTIONS == 0) memory.fill(bitmap, 0, bytes);
}

/** True for blocks in pages only: what is known of others may be of what was there before. */
@inline export function isKnownLeaf(block: u32): bool { return hasBit(bits, block); }
@inline export function rememberLeaf(block: u32): void { setBit(bits, block); }

/** Forgets the leaves of a page. */
export function forgetLeaves(page: u32): void {
  if (!TRUSTS_LEAVES) memory.fill(bits + (page >> 6), 0, PAGE_SIZE >> 6);
}
