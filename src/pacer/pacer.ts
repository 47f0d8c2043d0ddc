/**
 * When a cycle over the old generation begins, and how long its slices are: from the objects that became old, the bytes
 * in use, what a cycle costs, and what it found dead. It knows no heap and no clock; time comes in as arguments, in
 * milliseconds.
 *
 * A cycle begins once objects or bytes have grown by a fifth, and is to be over before they have grown by another: each
 * slice makes up for what has grown since the one before, and does a little more than that. So garbage that became old is
 * gone after two fifths of growth. No slice is longer than the goal; where that is not enough there are more of them, which the
 * alarm brings about: it stands for "the next young collection, at so many bytes".
 */
import { Gauge } from "./gauge.js";

/** What a cycle is worth at the least, in objects and in bytes: below that its fixed costs are most of it. */
const LEAST_OBJECTS = 5_000;
const LEAST_BYTES = 1 << 20;
/** Part of the growth that is allowed from which on a cycle may begin in idle time. */
const RIPE = 1 / 2;
/** Milliseconds a cycle takes for an object, until one has been measured. */
const FIRST_GUESS_PER_OBJECT = 60e-6;
/** The part of its growth by which a cycle should be over, so that it is when things take longer than they did. */
const TARGET = 1 / 2;
/** Part of the pause that a slice takes at most while the cycle is in time: the young collection before it takes some too. */
const USUAL_SLICE = 3 / 8;
/** Bytes until the next slice of a cycle that is behind. */
const HURRY = 1 << 15;
/** A cycle that is so many times later than it should be is brought to its end without regard to the pause. */
const LATE = 5 / 2;
/** Part of the pause that even a slice in good time takes, so that a cycle ends where little becomes old. */
const LEAST_SLICE = 0.1;
/** Bytes raise the alarm so many times in the growth that they are allowed, so that there are slices in it. */
const ALARMS = 4;

/** What there is in the heap: objects in the old generation, and bytes in use where they are counted. */
export interface Amount {
  readonly objects: number;
  readonly bytes: number | undefined;
}

/** Decides when cycles begin and how long slices are. */
export interface Pace {
  /** A young collection is over; so many objects became old, and so many bytes are in use. */
  promote(objects: number, bytes: number | undefined): void;
  /** How far so many bytes in use would be grown towards a cycle; 1 is there, and 0 where bytes are not counted. */
  bytesGrown(bytes: number | undefined): number;
  /** True when a cycle should begin. */
  readonly due: boolean;
  /** True when a cycle is worth some time that is to spare: earlier than `due`, so that idle time forestalls it. */
  readonly ripe: boolean;
  /** A cycle begins. */
  begin(): void;
  /**
   * Milliseconds that the next slice may take, in a pause that has lasted `spent` already; Infinity when the cycle is so late
   * that it must be ended now.
   */
  slice(spent: number): number;
  /** A slice took so long, and so many bytes are left. */
  spend(ms: number, bytes: number | undefined): void;
  /** The cycle is over; it left so many of the objects that it looked at. */
  end(live: number): void;
  /** A full collection came between: that is all there is now, and no cycle is under way. */
  reset(left: Amount): void;
  /** Bytes in use at which a young collection should come, however few objects there are. */
  readonly alarm: number;
}

/** A cycle under way. */
interface Cycle {
  /** Objects when it began, and the milliseconds that they should take. */
  readonly objects: number;
  readonly work: number;
  promoted: number;
  /** Milliseconds that were allowed and used, and all that were spent: other processes' are among those. */
  done: number;
  spent: number;
  /** Milliseconds that the slice under way was allowed. */
  allowed: number;
}

/** Decides for one heap. */
export class Pacer implements Pace {
  readonly #pauseGoal: number;
  readonly #objects: Gauge;
  readonly #bytes: Gauge | undefined;
  #perObject = FIRST_GUESS_PER_OBJECT;
  #cycle: Cycle | undefined;
  #behind = 0;

  /**
   * @param pauseGoal the longest that a slice should take
   * @param amount what there is now
   */
  constructor(pauseGoal: number, { objects, bytes }: Amount) {
    this.#pauseGoal = pauseGoal;
    this.#objects = new Gauge(objects, LEAST_OBJECTS);
    this.#bytes = bytes === undefined ? undefined : new Gauge(bytes, LEAST_BYTES);
  }

  promote(objects: number, bytes: number | undefined): void {
    this.#objects.moveTo(this.#objects.now + objects);
    if (bytes !== undefined) this.#bytes?.moveTo(bytes);
    if (this.#cycle !== undefined) this.#cycle.promoted += objects;
  }

  bytesGrown(bytes: number | undefined): number {
    return bytes === undefined || this.#bytes === undefined ? 0 : this.#bytes.grownTo(bytes);
  }

  get due(): boolean {
    return this.#hasGrown(1);
  }

  get ripe(): boolean {
    return this.#hasGrown(RIPE);
  }

  begin(): void {
    const objects = this.#objects.now;
    const work = objects * this.#perObject;
    this.#cycle = { objects, work, promoted: 0, done: 0, spent: 0, allowed: 0 };
    this.#objects.begin();
    this.#bytes?.begin();
  }

  slice(spent: number): number {
    const cycle = this.#cycle;
    if (cycle === undefined) return 0;
    const progress = this.#most((gauge) => gauge.progress);
    this.#behind = (progress / TARGET) * cycle.work - cycle.done;
    const wanted = Math.max(this.#behind, LEAST_SLICE * this.#pauseGoal);
    const most = Math.max(0, this.#pauseGoal * (progress > 1 ? 1 : USUAL_SLICE) - spent);
    cycle.allowed = progress > LATE ? Number.POSITIVE_INFINITY : Math.min(most, wanted);
    return cycle.allowed;
  }

  spend(ms: number, bytes: number | undefined): void {
    const cycle = this.#cycle;
    if (cycle !== undefined) {
      cycle.spent += ms;
      cycle.done += Math.min(ms, cycle.allowed);
    }
    if (bytes !== undefined) this.#bytes?.freeTo(bytes);
  }

  end(live: number): void {
    const cycle = this.#cycle;
    if (cycle === undefined) return;
    if (cycle.objects > 0) this.#perObject = cycle.spent / cycle.objects;
    this.#objects.freeTo(live + cycle.promoted);
    this.#objects.end();
    this.#bytes?.end();
    this.#cycle = undefined;
  }

  reset({ objects, bytes }: Amount): void {
    this.#objects.reset(objects);
    if (bytes !== undefined) this.#bytes?.reset(bytes);
    this.#cycle = undefined;
  }

  get alarm(): number {
    if (this.#bytes === undefined) return Number.POSITIVE_INFINITY;
    const isBehind = this.#cycle !== undefined && this.#behind > this.#pauseGoal * USUAL_SLICE;
    return this.#bytes.now + (isBehind ? HURRY : this.#bytes.allowed / ALARMS);
  }

  #hasGrown(part: number): boolean {
    return this.#cycle === undefined && this.#most((gauge) => gauge.grown) >= part;
  }

  #most(of: (gauge: Gauge) => number): number {
    return Math.max(of(this.#objects), this.#bytes === undefined ? 0 : of(this.#bytes));
  }
}
