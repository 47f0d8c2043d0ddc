/**
 * The soft part of the memory limit: when to collect everything because memory is nearly full. It knows no heap and no
 * clock: what is in use is asked of a function, and time comes in as an argument, in milliseconds.
 *
 * Near means that less than an eighth of the limit is left. To know it, the allocator must walk its blocks, which takes
 * a tenth of time at most; and full collections, with asking, take half of it at most: a program that lives near its limit
 * is slower, and does not stand still.
 */

/** The part of the limit that is near it. */
const NEAR = 1 / 8;
/** How many times as long as it took to ask, nobody asks again. */
const REST_AFTER_ASKING = 9;
/** The same for a collection. */
const REST_AFTER_COLLECTING = 1;

/** What there is to know of memory. */
export interface Filling {
  /** Bytes of memory, and of pressure: no more can be in use. Cheap. */
  readonly most: number;
  /** Bytes in use, with pressure. Dear. */
  used(): number;
}

/** Decides for one heap. */
export class NearLimit {
  readonly #now: () => number;
  #restUntil = Number.NEGATIVE_INFINITY;

  /** @param now the clock: milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** True when everything should be collected now. */
  due(limit: number, filling: Filling): boolean {
    const near = limit * (1 - NEAR);
    if (filling.most < near || this.resting) return false;
    const started = this.#now();
    const used = filling.used();
    const ended = this.#now();
    this.#restUntil = ended + REST_AFTER_ASKING * (ended - started);
    return used >= near;
  }

  /** True while a collection would take more than its share of time. */
  get resting(): boolean {
    return this.#now() < this.#restUntil;
  }

  /** A full collection took so long, and has just ended. */
  collected(ms: number): void {
    this.#restUntil = this.#now() + REST_AFTER_COLLECTING * ms;
  }
}
