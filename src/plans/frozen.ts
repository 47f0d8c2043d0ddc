/**
 * What gc.freeze took out of the collector's way, and what is known of it: kernel/mark/frozen.ts.
 *
 * Frozen objects cost a collection nothing, as long as little hangs on them alone: that goes through trial deletion each
 * time. So where much does, the gates are looked for, at the cost of marking all that is frozen once.
 */
import type { Machine } from "../cpython/machine.js";
import { Bitmaps } from "./bitmaps.js";

/** The gates are due when so many times more live objects went through trial deletion than there are frozen ones. */
const WASTE = 1 / 32;

/** Keeps the kernel's bitmaps of frozen objects up to date. Without memory for them, frozen objects are marked like others. */
export class Frozen {
  readonly #machine: Machine;
  readonly #bitmaps: Bitmaps;
  #count = 0;
  #wasted = 0;
  /** The gates have been looked for since something was frozen. */
  #looked = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#bitmaps = new Bitmaps(machine.runtime, 2, machine.kernel.setFrozen);
  }

  /** Before every collection: what has been frozen or unfrozen since, and what came to be where frozen objects were. */
  refresh(): void {
    const { kernel, runtime, state } = this.#machine;
    const isEmpty = runtime.load(state.permanent) === state.permanent;
    if (isEmpty || !(this.#count > 0 ? this.#bitmaps.extend() : this.#bitmaps.cover())) {
      this.release();
      return;
    }
    if (this.#count === 0 || kernel.knowsFrozen(state.permanent) === 0) {
      this.#count = kernel.freezeAll(state.permanent);
      this.#wasted = 0;
      this.#looked = false;
    }
    kernel.thaw(state.generation(0));
  }

  /** So many objects went through trial deletion, and are alive. */
  waste(survivors: number): void {
    if (this.#count > 0) this.#wasted += survivors;
  }

  /**
   * Begins to look for gates, by the kernel's `findGates`, where that is due; false where it is not.
   *
   * @param eager it is due the first time in any case: for who can look in slices, but not prove in slices
   */
  beginGates(eager = false): boolean {
    const isFirst = eager && !this.#looked;
    if (this.#count === 0 || !(isFirst || this.#wasted >= this.#count * WASTE)) return false;
    this.#wasted = 0;
    this.#looked = true;
    this.#machine.kernel.beginGates();
    return true;
  }

  release(): void {
    this.#bitmaps.release();
    this.#count = 0;
  }
}
