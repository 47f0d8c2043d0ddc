/**
 * The soft part of the memory limit: when to collect everything because memory is nearly full. It knows no heap: what
 * is in use is asked of a function, and time of a clock, in milliseconds.
 *
 * Near means that less than an eighth of the limit is left. To know it, the allocator must walk its blocks, which takes
 * a tenth of time at most; and full collections, with asking, take half of it at most: a program that lives near its
 * limit is slower, and does not stand still. While less than a quarter was left when last asked, collections of the
 * young should come sooner (`tight`): what dies between two of them must fit below the limit.
 */

/** From this part of the limit on, used memory is near it, and tight. */
const NEAR = 7 / 8;
const TIGHT = 3 / 4;
/** How many times as long as it took to ask, nobody asks again. */
const REST_AFTER_ASKING = 9;
/** The same for a collection. */
const REST_AFTER_COLLECTING = 1;

/** What there is to know of memory. */
export interface Filling {
  /** The limit in bytes. */
  readonly limit: number;
  /** Bytes of memory, and of pressure: no more can be in use. Cheap. */
  readonly most: number;
  /** Bytes in use, with pressure. Dear. */
  used(): number;
}

/** Decides for one heap. */
export class NearLimit {
  readonly #now: () => number;
  #restUntil = Number.NEGATIVE_INFINITY;
  #tight = false;

  /** @param now the clock: milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** True when so little is left, as far as known, that collections should come sooner. */
  get tight(): boolean {
    return this.#tight;
  }

  /** True while a collection would take more than its share of time. */
  get resting(): boolean {
    return this.#now() < this.#restUntil;
  }

  /** True when it may be near, by what is cheap to know. */
  mayBeNear({ limit, most }: Filling): boolean {
    return most >= NEAR * limit;
  }

  /** True when everything should be collected now. */
  due(filling: Filling): boolean {
    if (!this.mayBeNear(filling) || this.resting) return false;
    const started = this.#now();
    const used = this.#ask(filling);
    const ended = this.#now();
    this.#restUntil = ended + REST_AFTER_ASKING * (ended - started);
    return used >= NEAR * filling.limit;
  }

  /** A full collection took so long, and has just ended. */
  collected(ms: number, filling: Filling | undefined): void {
    const started = this.#now();
    if (filling === undefined || !this.mayBeNear(filling)) this.#tight = false;
    else this.#ask(filling);
    const ended = this.#now();
    this.#restUntil = ended + REST_AFTER_COLLECTING * (ms + ended - started);
  }

  /** An allocation has failed. */
  refused(): void {
    this.#tight = true;
  }

  #ask({ limit, used }: Filling): number {
    const bytes = used();
    this.#tight = bytes >= TIGHT * limit;
    return bytes;
  }
}
