/**
 * When a pass is due: no heap, no clock of its own.
 *
 *   many new PyProxies   at the next idle moment, but not more than a twentieth of all time
 *   a few                after a rest, and not more than a hundredth
 *   hardly any           not yet: a cycle through both heaps has a PyProxy in it, so little can have been lost
 *   after a pass         once more, as for a few: what the engine or its compiler still held may be gone by then
 */

/** New PyProxies that are many, however few are alive; and as a share of those alive. */
const MANY = 100;
const SHARE = 1 / 2;
/** New PyProxies that are a few. */
const FEW = 10;
/** Milliseconds from a pass to one for many, and for a few. */
const SOON = 20;
const REST = 1000;
/** How many times as long as the last pass took is waited. */
const FACTOR_MANY = 20;
const FACTOR_FEW = 100;
/** Milliseconds after which the engine is made to collect, for many and for a few. */
const NUDGE_SOON = 500;
const NUDGE_LATE = 2000;
/** Milliseconds that slots stay weak before many new PyProxies begin another pass: the engine is to collect first. */
const PATIENCE = 2000;

/** Decides about passes from how many PyProxies there are. */
export class BridgePacer {
  #growth = 0;
  #begun = 0;
  /** The last pass was for new PyProxies, and made slots weak. */
  #lookAgain = false;
  #alive = 0;
  #lastMs = 0;
  #lastAt: number;

  /** Begins at a time. */
  constructor(now: number) {
    this.#lastAt = now;
  }

  /** A PyProxy was made; true when they have just become a few, or many. */
  grew(): boolean {
    const growth = ++this.#growth;
    return growth === FEW || growth === this.#limit;
  }

  /** A pass begins: PyProxies that are made from now on are for the next one. */
  begins(): void {
    this.#begun = this.#growth;
    this.#growth = 0;
  }

  /** It could not be made, at a time: Python was running. */
  missed(at: number): void {
    this.#growth += this.#begun;
    this.#lastAt = at;
  }

  /** It made slots weak, so many, and took so long, until a time; so many references are owned. */
  passed(demoted: number, ms: number, at: number, alive: number): void {
    this.#lookAgain = demoted > 0 && this.#begun > 0;
    this.#alive = alive;
    this.#lastMs = ms;
    this.#lastAt = at;
  }

  /**
   * Milliseconds from `now` until a pass should be made; undefined: none is due.
   *
   * @param weak slots are weak since the last pass
   */
  delay(now: number, weak: boolean): number | undefined {
    if (this.#growth < FEW && (weak || !this.#lookAgain)) return undefined;
    const many = this.#isMany;
    const least = many ? (weak ? PATIENCE : SOON) : REST;
    const wait = Math.max(least, this.#lastMs * (many ? FACTOR_MANY : FACTOR_FEW));
    return Math.max(0, this.#lastAt + wait - now);
  }

  /** Milliseconds that the engine has for collecting by itself, in a pass that begins now. */
  patience(): number {
    return this.#isMany ? NUDGE_SOON : NUDGE_LATE;
  }

  get #isMany(): boolean {
    return this.#growth >= this.#limit;
  }

  get #limit(): number {
    return Math.max(MANY, Math.floor(this.#alive * SHARE));
  }
}
