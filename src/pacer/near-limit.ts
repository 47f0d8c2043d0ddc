/**
 * The soft part of the memory limit: when to collect everything because memory is nearly full. It knows no heap: what
 * is in use is asked of functions, and time of a clock, in milliseconds.
 *
 * Near means that less than an eighth of the limit is left. Whether there is that much is cheap to try; where it can't
 * be had in a few pieces, only walking all blocks tells: a quarter of time at most goes into that. While less than a
 * quarter of the limit is left, collections of the young should come sooner (`tight`): what dies between two of them must
 * fit below it; and looking counts like collecting.
 *
 * The limiter: these collections take four fifths of the time at most, and a second more than that (a leaky bucket).
 * Beyond a hard limit is a MemoryError, so a program near it had better be slow, but it shall not stand still.
 *
 *     debt    + 1 for each millisecond that a collection took
 *             - 4 for each millisecond between them, never below 0
 *     resting while debt is above a second
 */

/** What is left of the limit when memory is near it, and when it is tight. */
const NEAR = 1 / 8;
const TIGHT = 1 / 4;
/** For so many times what it took to walk all blocks, that is not done again. */
const REST_AFTER_LOOKING = 3;
/** Milliseconds of collecting that a millisecond of running pays for. */
const PAID = 4;
/** Milliseconds of collecting that may be owed. */
const MOST_OWED = 1_000;

/** What there is to know of memory; pressure counts as used. */
export interface Filling {
  /** The limit in bytes. */
  readonly limit: number;
  /** Bytes of memory: no more can be in use. At hand. */
  readonly most: number;
  /** True when so many bytes can be had; false when not, or not in large pieces. Cheap. */
  hasRoom(bytes: number): boolean;
  /** Bytes in use. Dear. */
  used(): number;
}

/** Decides for one heap. */
export class NearLimit {
  readonly #now: () => number;
  #noLookUntil = Number.NEGATIVE_INFINITY;
  #owed = 0;
  /** Up to when running has paid. */
  #paidUntil: number;

  /** @param now the clock: milliseconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#paidUntil = now();
  }

  /** True while a collection would take more than its share of time. */
  get resting(): boolean {
    const now = this.#now();
    this.#owed = Math.max(0, this.#owed - PAID * (now - this.#paidUntil));
    this.#paidUntil = now;
    return this.#owed > MOST_OWED;
  }

  /** True when collections of the young should come sooner. */
  tight({ limit, most, hasRoom }: Filling): boolean {
    return most > limit * (1 - TIGHT) && !hasRoom(limit * TIGHT);
  }

  /** True when everything should be collected now. */
  due({ limit, most, hasRoom, used }: Filling): boolean {
    const near = limit * (1 - NEAR);
    if (most < near || hasRoom(limit * NEAR) || this.resting) return false;
    const started = this.#now();
    if (started < this.#noLookUntil) return false;
    const bytes = used();
    const ended = this.#now();
    if (bytes >= limit * (1 - TIGHT)) this.collected(ended - started);
    else this.#noLookUntil = ended + REST_AFTER_LOOKING * (ended - started);
    return bytes >= near;
  }

  /** A full collection because of memory, or looking where it is tight, took so long, and has just ended. */
  collected(ms: number): void {
    const now = this.#now();
    this.#owed = Math.max(0, this.#owed - PAID * Math.max(0, now - ms - this.#paidUntil)) + ms;
    this.#paidUntil = now;
  }
}
