/** What the rewriter's steps write: instructions as bytes, and where they go. */
import { Op } from "./instructions.js";
import { unsignedBytes } from "./leb.js";
import type { Edit } from "./module.js";

/** That an address is a multiple of 4, or of 8, as the exponent of 2: loads and stores say so. */
export const ALIGNED_4 = 2;
export const ALIGNED_8 = 3;

/** An instruction with an index: of a local, a global, a label. */
export function withIndex(op: number, index: number): number[] {
  return [op, ...unsignedBytes(index)];
}

/** Instructions that come before the one at an address. */
export function insert(at: number, bytes: readonly number[]): Edit {
  return { start: at, end: at, bytes };
}

/**
 * Stores zeros.
 *
 * @param local has the address of a frame of C's stack
 * @param offset from where on in the frame, a multiple of 8
 * @param bytes how many, a multiple of 4
 */
export function zeros(local: number, offset: number, bytes: number): number[] {
  const longs = Array.from({ length: bytes >> 3 }, (_, i) => [
    ...withIndex(Op.get, local),
    ...[Op.constantLong, 0, Op.storeLong, ALIGNED_8, ...unsignedBytes(offset + 8 * i)],
  ]);
  if (bytes % 8 === 0) return longs.flat();
  const last = [Op.constant, 0, Op.store, ALIGNED_4, ...unsignedBytes(offset + bytes - 4)];
  return [...longs.flat(), ...withIndex(Op.get, local), ...last];
}
