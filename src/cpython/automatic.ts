/**
 * Whether collections begin by themselves: what the program says (gc.enable, gc.disable), and regions of time in which
 * none does, whatever it says. While a region is open, CPython's own switch is off, and the program's is kept here.
 */
import type { GcState } from "./gc-state.js";

export class AutomaticCollection {
  readonly #state: GcState;
  readonly #regions = new Set<symbol>();
  #wanted = 0;

  constructor(state: GcState) {
    this.#state = state;
  }

  /** True while a region is open. */
  get suspended(): boolean {
    return this.#regions.size > 0;
  }

  /** The program's switch: 0 or 1. */
  get wanted(): number {
    return this.suspended ? this.#wanted : this.#state.enabled;
  }

  set wanted(value: number) {
    if (this.suspended) this.#wanted = value;
    else this.#state.enabled = value;
  }

  /** Opens a region; the function returned closes it, once. Regions may be closed in any order. */
  suspend(): () => void {
    const region = Symbol();
    this.#wanted = this.wanted;
    this.#regions.add(region);
    this.#state.enabled = 0;
    return () => {
      if (this.#regions.delete(region) && !this.suspended) this.#state.enabled = this.#wanted;
    };
  }

  /** Closes all regions. */
  release(): void {
    if (!this.suspended) return;
    this.#regions.clear();
    this.#state.enabled = this.#wanted;
  }
}
