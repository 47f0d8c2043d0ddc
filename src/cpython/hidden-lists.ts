/** Hiding the generations from CPython's own collector: its lists are emptied into heads of ours, and back. */
import type { Generation } from "../api.js";
import type { Kernel } from "../kernel/kernel.js";
import type { GcState } from "./gc-state.js";

const GENERATIONS: readonly Generation[] = [0, 1, 2];
/** Bytes of a list head, aligned as objects are. */
const HEAD_SIZE = 16;

/** Bytes that `HiddenLists` wants. */
export const HIDDEN_LISTS_SIZE = GENERATIONS.length * HEAD_SIZE;

/** Three private list heads. Hiding twice, or showing what is not hidden, does nothing. */
export class HiddenLists {
  readonly #state: GcState;
  readonly #kernel: Kernel;
  readonly #heads: number;
  #hidden = false;

  constructor(state: GcState, kernel: Kernel, heads: number) {
    this.#state = state;
    this.#kernel = kernel;
    this.#heads = heads;
    for (const head of this.heads) kernel.initList(head);
  }

  /** Addresses of the private heads. */
  get heads(): number[] {
    return GENERATIONS.map((index) => this.#heads + HEAD_SIZE * index);
  }

  hide(): void {
    if (this.#hidden) return;
    this.#hidden = true;
    for (const index of GENERATIONS) {
      this.#kernel.merge(this.#state.generation(index), this.#heads + HEAD_SIZE * index);
    }
  }

  show(): void {
    if (!this.#hidden) return;
    this.#hidden = false;
    for (const index of GENERATIONS) {
      this.#kernel.merge(this.#heads + HEAD_SIZE * index, this.#state.generation(index));
    }
  }
}
