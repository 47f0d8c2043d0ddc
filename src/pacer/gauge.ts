/** How far a quantity has grown towards what it may: the objects in the old generation, or the bytes in use. */

/** A quantity may grow by this part before a cycle begins, and by as much again until it is over. */
const GROWTH = 1 / 5;

/** What comes at once counts as so much of that growth at most: nobody could have worked ahead of it. */
const STEP = 1 / 4;

export class Gauge {
  readonly #least: number;
  /** What there was, at most, when the last cycle began, less what it freed. */
  #base: number;
  #now: number;
  /** The cycle under way: the growth since it began, what of it counts, and how much it may grow until it ends. */
  #cycle: { grown: number; counted: number; readonly runway: number } | undefined;

  /**
   * @param now what there is
   * @param least growth that is worth a cycle however little there is
   */
  constructor(now: number, least: number) {
    this.#least = least;
    this.#base = now;
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** How much it may grow before a cycle begins. */
  get allowed(): number {
    return Math.max(this.#least, this.#base * GROWTH);
  }

  /** 1 when it has grown as much as it may. */
  get grown(): number {
    return this.grownTo(this.#now);
  }

  /** The same, were there so much. */
  grownTo(now: number): number {
    return (now - this.#base) / this.allowed;
  }

  /** 1 when the cycle under way should be over. */
  get progress(): number {
    return this.#cycle === undefined ? 0 : this.#cycle.counted / this.#cycle.runway;
  }

  /** The program made it so much. */
  moveTo(now: number): void {
    const cycle = this.#cycle;
    if (cycle !== undefined) {
      cycle.grown += now - this.#now;
      cycle.counted += Math.min(now - this.#now, STEP * cycle.runway);
    }
    this.#now = now;
    // What the program itself gave back is not there to grow into.
    this.#base = Math.min(this.#base, now);
  }

  begin(): void {
    this.#cycle = { grown: 0, counted: 0, runway: this.allowed };
    this.#base = this.#now;
  }

  /** The cycle's work made it so much. */
  freeTo(now: number): void {
    this.#now = now;
  }

  /** The cycle is over. What has grown since it began, it has not looked at. */
  end(): void {
    const grown = Math.max(0, this.#cycle?.grown ?? 0);
    this.#cycle = undefined;
    this.#base = this.#now - grown;
  }

  /** Everything has been looked at. */
  reset(now: number): void {
    this.#cycle = undefined;
    this.#base = now;
    this.#now = now;
  }
}
