/** A pace for hunting bugs: a cycle is always under way, and slices are of any length, but short. */
import type { Pace } from "./pacer.js";

/** Milliseconds of the longest slice. */
const LONGEST = 0.3;

/** The same sequence of slices every time (a linear congruential generator: Numerical Recipes, 1992). */
export class StressPace implements Pace {
  readonly due = true;
  readonly ripe = true;
  readonly alarm = Number.POSITIVE_INFINITY;
  #random = 1;

  slice(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return (this.#random / 2 ** 32) * LONGEST;
  }

  bytesGrown(): number {
    return 0;
  }

  promote(): void {}
  begin(): void {}
  spend(): void {}
  end(): void {}
  reset(): void {}
}
