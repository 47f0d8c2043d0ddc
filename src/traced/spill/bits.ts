/** Sets of small numbers, as bits. */

/** A set of numbers below a limit; all sets that are put together have the same limit. */
export type Bits = Uint32Array;

export function noBits(limit: number): Bits {
  return new Uint32Array((limit + 31) >>> 5);
}

export function allBits(limit: number): Bits {
  return noBits(limit).fill(-1);
}

export function addBit(set: Bits, bit: number): void {
  set[bit >>> 5]! |= 1 << (bit & 31);
}

export function removeBit(set: Bits, bit: number): void {
  set[bit >>> 5]! &= ~(1 << (bit & 31));
}

/** Adds all of another set; true when that was anything new. */
export function unite(set: Bits, other: Bits): boolean {
  let isNew = false;
  other.forEach((word, i) => {
    const united = (set[i]! | word) >>> 0;
    isNew ||= united !== set[i];
    set[i] = united;
  });
  return isNew;
}

/** Leaves only what is in another set as well; true when that was not all. */
export function intersect(set: Bits, other: Bits): boolean {
  let isLess = false;
  other.forEach((word, i) => {
    const common = (set[i]! & word) >>> 0;
    isLess ||= common !== set[i];
    set[i] = common;
  });
  return isLess;
}

/** Its numbers that are not in another set, in order. */
export function without(set: Bits, other: Bits): number[] {
  const numbers: number[] = [];
  set.forEach((word, i) => {
    for (let left = word & ~other[i]!; left !== 0; left &= left - 1)
      numbers.push((i << 5) + 31 - Math.clz32(left & -left));
  });
  return numbers;
}
