/**
 * A histogram of durations in constant memory, in the manner of HDR histograms.
 *
 * Promises: `count`, `total`, `min` and `max` are exact; a quantile is off by at most 1/128 (0.8 %) of its
 * value when it lies between 1 µs and 35 min. Outside of that it is only bounded by the exact min and max.
 *
 * Buckets are the top bits of the number itself: an IEEE double begins with sign, exponent and mantissa, so
 * its leading bits read as an integer are a scale that is logarithmic in octaves and linear inside of each.
 */

/** Mantissa bits that count: 64 buckets an octave. */
const BITS = 6;
/** 2^-10 ms, about 1 µs. */
const LOWEST = 2 ** -10;
const OCTAVES = 31;
const SIZE = OCTAVES << BITS;

const scratch = new DataView(new ArrayBuffer(8));

/** The leading bits of a positive double. */
function scale(value: number): number {
  scratch.setFloat64(0, value);
  return scratch.getUint32(0) >>> (20 - BITS);
}

/** The smallest double with these leading bits. */
function unscale(bits: number): number {
  scratch.setUint32(0, bits << (20 - BITS));
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

const FIRST = scale(LOWEST);

/** Durations in milliseconds. */
export class Histogram {
  readonly #buckets = new Uint32Array(SIZE);
  #count = 0;
  #total = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The sum of all durations. */
  get total(): number {
    return this.#total;
  }

  /** The shortest; 0 when there is none. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  /** The longest; 0 when there is none. */
  get max(): number {
    return this.#max;
  }

  /** Counts one duration. A clock that stepped back, or gave no number, counts as 0. */
  add(ms: number): void {
    const value = Number.isNaN(ms) ? 0 : Math.max(ms, 0);
    const bucket = value <= LOWEST ? 0 : Math.min(scale(value) - FIRST, SIZE - 1);
    this.#buckets[bucket]! += 1;
    this.#count += 1;
    this.#total += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Counts all that another histogram counted. */
  addAll(other: Histogram): void {
    for (let bucket = 0; bucket < SIZE; bucket++) this.#buckets[bucket]! += other.#buckets[bucket]!;
    this.#count += other.#count;
    this.#total += other.#total;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /**
   * The duration that a share `q` of all is not above, by nearest rank; 0 when there is none.
   * `quantile(1)` is exact.
   */
  quantile(q: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    if (rank >= this.#count) return this.#max;
    let seen = 0;
    let bucket = 0;
    for (; bucket < SIZE - 1; bucket++) {
      seen += this.#buckets[bucket]!;
      if (seen >= rank) break;
    }
    const middle = (unscale(FIRST + bucket) + unscale(FIRST + bucket + 1)) / 2;
    return Math.min(Math.max(middle, this.#min), this.#max);
  }
}
