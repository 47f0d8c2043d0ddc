/**
 * When survivors of young collections are looked at again, and when they become old (Ungar's word for the latter is
 * tenuring: "Generation Scavenging", 1984). It knows no heap; what is counted are tracked objects.
 *
 *   young ── survive ──▶ middle ── survive looks, until there are many ──▶ old
 *                        ▲     │
 *                        └─────┘
 *
 * A look is trial deletion over all that is young or middle. It costs by what is there, and so comes only when half as
 * many are new in it: an object that becomes old has been looked at three times or so. That pays where objects die after a
 * while, like the entries of a queue; a cycle over the old generation would have to find them among everything else.
 * Where it does not pay, because what survives once is there to stay, looks rest, longer each time; but for those that bytes
 * call for, since the alternative is a cycle. What the program's own second threshold asks for is done all the same: one
 * look, and survivors are old.
 *
 * A cycle over the old generation leaves the middle one alone, and so what garbage there holds. Where that may be much, and now
 * and then in any case, the middle generation joins the old one when a cycle begins.
 */

/** New objects that are worth a look. */
const LEAST = 500;
/** New objects that are, as a part of those that have been looked at before. */
const SHARE = 1 / 2;
/** So many survivors become old, or fewer where looking at those takes longer than a pause should. */
const MOST = 16_000;
/** Milliseconds of a look for an object, until some have been measured. */
const FIRST_GUESS = 60e-6;
/** Pauses that a look may take: it can't be cut. */
const PAUSES = 3 / 2;
/** What the last look counts for in that, and the most that it is believed to have cost, as a multiple of it: others run too. */
const RECENT = 1 / 4;
const BELIEVED = 4;
/** More than this are no longer looked at because of the second threshold: it asks for that where little survives. */
const INSISTED_AT_MOST = 5_000;
/** Looks have paid when they found so many dead for each object that became old. */
const YIELD = 1;
/** Objects that become old with no more looks than are asked for: after looks that did not pay, and twice that each time. */
const FIRST_REST = 10_000;
const LONGEST_REST = 320_000;
/** Part of the growth in bytes that is allowed before a cycle, from which on a look may forestall that, and between looks. */
const BYTES_RIPE = 1 / 2;
const BYTES_AGAIN = 1 / 4;

/** It joins a cycle when so many before it went without, and when the last one left so many more suspects alive than are usual. */
const CYCLES_WITHOUT = 15;
const HELD_AT_LEAST = 100;
const HELD_PART = 1 / 4;

/** What the next young collection does with the middle generation: nothing; look at it; or look, and make it old. */
export type Attention = "none" | "look" | "tenure";

/** A look that is over: young and middle objects together. */
export interface Look {
  readonly examined: number;
  readonly dead: number;
  readonly ms: number;
}

/** Decides for one heap. */
export class Tenuring {
  readonly #pauseGoal: number;
  /** Milliseconds of a look for an object, measured. */
  #cost = FIRST_GUESS;
  /** In the middle generation; and of those, never looked at there. */
  #size = 0;
  #fresh = 0;
  /** Survivors of the last young collection: of the next there will be as many. */
  #expected = 0;
  /** Found dead by looks since the middle generation was last empty. */
  #died = 0;
  /** Objects that are still to become old before the next look, and how many that was at first. */
  #resting = 0;
  #rest = 0;
  /** How far bytes had grown at the last look. */
  #bytesAtLook = 0;
  /** Cycles that the middle generation has not joined since it last did, and the suspects which that one left alive. */
  #cyclesWithout = 0;
  #usuallyHeld = 0;

  /** @param pauseGoal the longest that a look should take, in milliseconds */
  constructor(pauseGoal: number) {
    this.#pauseGoal = pauseGoal;
  }

  /** A young collection is over: so many survived, and are in the middle generation now. */
  survived(objects: number): void {
    this.#size += objects;
    this.#fresh += objects;
    this.#expected = objects;
  }

  /**
   * What should be done when the next young collection comes.
   *
   * @param bytesGrown how far bytes have grown towards the next cycle; 1 is there
   * @param insisted the program's own second threshold says that it is time
   */
  next(bytesGrown: number, insisted: boolean): Attention {
    this.#bytesAtLook = Math.min(this.#bytesAtLook, bytesGrown);
    if (this.#size === 0) return "none";
    if (bytesGrown >= BYTES_RIPE && bytesGrown - this.#bytesAtLook >= BYTES_AGAIN) return "look";
    if (insisted) return this.#size <= INSISTED_AT_MOST ? "tenure" : "none";
    if (this.#resting > 0) return "none";
    const enough = Math.max(LEAST, (this.#size - this.#fresh) * SHARE);
    const isEnough = this.#fresh + this.#expected >= enough;
    const isLastChance = this.#fresh > 0 && this.#size + this.#expected > this.#most;
    return isEnough || isLastChance ? "look" : "none";
  }

  /** A look is over, and bytes have grown so far. */
  looked({ examined, dead, ms }: Look, bytesGrown: number): void {
    const young = examined - this.#size;
    // What a young collection would have found dead by itself is no merit of the look.
    this.#died += Math.max(0, dead - Math.max(0, young - this.#expected));
    this.#size = examined - dead;
    this.#fresh = 0;
    this.#bytesAtLook = bytesGrown;
    const cost = Math.min(ms / Math.max(1, examined), BELIEVED * this.#cost);
    this.#cost += RECENT * (cost - this.#cost);
  }

  /** True when there are so many that they should become old. */
  get isFull(): boolean {
    return this.#size > this.#most;
  }

  get #most(): number {
    return Math.min(MOST, (this.#pauseGoal * PAUSES) / this.#cost);
  }

  /** All of the middle generation becomes old; returns how many that is. */
  tenure(): number {
    const tenured = this.#size;
    if (this.#resting > 0) this.#resting -= tenured;
    else if (this.#died >= tenured * YIELD) this.#rest = 0;
    else {
      this.#rest = Math.min(Math.max(FIRST_REST, 2 * this.#rest), LONGEST_REST);
      this.#resting = this.#rest;
    }
    this.#empty();
    return tenured;
  }

  /** True when the middle generation should become old before the next cycle begins. */
  get joinsCycle(): boolean {
    return this.#cyclesWithout >= CYCLES_WITHOUT;
  }

  /** A cycle begins, which the middle generation joined or not. */
  beginCycle(joined: boolean): void {
    this.#cyclesWithout = joined ? 0 : this.#cyclesWithout + 1;
  }

  /** A cycle is over, and left so many of its suspects alive: because something refers to them that it did not look at. */
  endCycle(held: number): void {
    if (this.#cyclesWithout === 0) this.#usuallyHeld = held;
    else if (held > this.#usuallyHeld * (1 + HELD_PART) + HELD_AT_LEAST) this.#cyclesWithout = CYCLES_WITHOUT;
  }

  /** A full collection has emptied the middle generation: what follows need not be like what was before. */
  reset(): void {
    this.#empty();
    this.#resting = 0;
    this.#rest = 0;
  }

  #empty(): void {
    this.#size = 0;
    this.#fresh = 0;
    this.#died = 0;
  }
}
