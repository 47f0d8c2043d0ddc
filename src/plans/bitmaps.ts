/** Memory for the kernel's bitmaps. */
import type { Runtime } from "../cpython/runtime.js";

/** One bit for every eight bytes. */
const BYTES_PER_BITMAP_BYTE = 64;
/** A bitmap grows in these steps, with a quarter to spare, so that it is seldom moved. */
const STEP = 1 << 17;

/** Bitmaps over all of memory, in CPython's own memory, side by side. */
export class Bitmaps {
  readonly #runtime: Runtime;
  readonly #use: (address: number, bytes: number) => void;
  readonly #count: number;
  #address = 0;
  #bytes = 0;

  /**
   * @param count how many
   * @param use tells the kernel where they are, and how many bytes all of them; 0 and 0 when there are none any more
   */
  constructor(runtime: Runtime, count: number, use: (address: number, bytes: number) => void) {
    this.#runtime = runtime;
    this.#count = count;
    this.#use = use;
  }

  /**
   * Makes them cover all memory; their content is lost when they are moved.
   *
   * @returns false when there was no memory for that; then there are none
   */
  cover(): boolean {
    if (this.#bytes >= this.#needed()) return true;
    this.release();
    const bytes = this.#count * Math.ceil((this.#needed() * 1.25) / this.#count / STEP) * STEP;
    this.#address = this.#runtime.tryAllocate(bytes);
    if (this.#address === 0) return false;
    this.#bytes = bytes;
    // Asking for it may have grown memory, so that is looked at again.
    if (bytes < this.#needed()) {
      this.release();
      return false;
    }
    this.#use(this.#address, bytes);
    return true;
  }

  release(): void {
    if (this.#address !== 0) {
      this.#use(0, 0);
      this.#runtime.free(this.#address);
    }
    this.#address = 0;
    this.#bytes = 0;
  }

  #needed(): number {
    return (this.#count * this.#runtime.memory.buffer.byteLength) / BYTES_PER_BITMAP_BYTE;
  }
}
