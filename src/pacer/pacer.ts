/**
 * When a cycle over the old generation begins, and how long its slices are: from what became old, what a cycle costs,
 * and what was found dead. It knows no heap and no clock; time comes in as arguments, in milliseconds.
 *
 * A cycle begins once the old generation has grown by an eighth, and is to be over before it has grown by another: each
 * slice makes up for what became old since the one before. So garbage that became old is gone after a quarter's growth.
 */

/** The old generation may grow by this part before a cycle begins, and by as much again until it is over. */
const GROWTH = 1 / 8;
/** What a cycle is worth at the least, in objects: below that its fixed costs are most of it. */
const LEAST_GROWTH = 5_000;
/** Part of that growth from which on a cycle may begin in idle time. */
const RIPE = 1 / 2;
/** Milliseconds a cycle takes for an object, until one has been measured. */
const FIRST_GUESS_PER_OBJECT = 60e-6;
/** A cycle that is so many times later than it should be is brought to its end without regard to the pause. */
const LATE = 4;
/** Part of the pause that even a slice in good time takes, so that a cycle ends where little becomes old. */
const LEAST_SLICE = 0.1;

/** Decides when cycles begin and how long slices are. */
export interface Pace {
  /** So many objects became old. */
  promote(objects: number): void;
  /** True when a cycle should begin. */
  readonly due: boolean;
  /** True when a cycle is worth some time that is to spare: earlier than `due`, so that idle time forestalls it. */
  readonly ripe: boolean;
  /** A cycle begins. */
  begin(): void;
  /** Milliseconds that the next slice may take; Infinity when the cycle is so late that it must be ended now. */
  slice(): number;
  /** A slice took so long. */
  spend(ms: number): void;
  /** The cycle is over; it left so many objects in the old generation, beside those that became old meanwhile. */
  end(live: number): void;
  /** A full collection came between: it left so many objects, and no cycle is under way. */
  reset(live: number): void;
}

/** Decides for one heap. */
export class Pacer implements Pace {
  readonly #pauseGoal: number;
  #live: number;
  #promoted = 0;
  #perObject = FIRST_GUESS_PER_OBJECT;
  #cycle: { work: number; runway: number; promoted: number; done: number } | undefined;

  /**
   * @param pauseGoal the longest that a slice should take
   * @param live objects in the old generation now
   */
  constructor(pauseGoal: number, live: number) {
    this.#pauseGoal = pauseGoal;
    this.#live = live;
  }

  promote(objects: number): void {
    this.#promoted += objects;
    if (this.#cycle !== undefined) this.#cycle.promoted += objects;
  }

  get due(): boolean {
    return this.#cycle === undefined && this.#promoted >= this.#growth;
  }

  get ripe(): boolean {
    return this.#cycle === undefined && this.#promoted >= RIPE * this.#growth;
  }

  begin(): void {
    const objects = this.#live + this.#promoted;
    this.#cycle = { work: objects * this.#perObject, runway: this.#growth, promoted: 0, done: 0 };
    this.#live = objects;
    this.#promoted = 0;
  }

  slice(): number {
    const cycle = this.#cycle;
    if (cycle === undefined) return 0;
    if (cycle.promoted > LATE * cycle.runway) return Number.POSITIVE_INFINITY;
    const behind = (cycle.promoted / cycle.runway) * cycle.work - cycle.done;
    return Math.min(this.#pauseGoal, Math.max(behind, LEAST_SLICE * this.#pauseGoal));
  }

  spend(ms: number): void {
    if (this.#cycle !== undefined) this.#cycle.done += ms;
  }

  end(live: number): void {
    const cycle = this.#cycle;
    if (cycle === undefined) return;
    if (this.#live > 0) this.#perObject = cycle.done / this.#live;
    this.#live = live;
    this.#cycle = undefined;
  }

  reset(live: number): void {
    this.#live = live;
    this.#promoted = 0;
    this.#cycle = undefined;
  }

  get #growth(): number {
    return Math.max(LEAST_GROWTH, this.#live * GROWTH);
  }
}
