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
    return this.#allocate();
  }

  /** The same, but what they hold is kept, and on failure they stay as they are. */
  extend(): boolean {
    if (this.#bytes >= this.#needed()) return true;
    const [address, bytes] = [this.#address, this.#bytes];
    if (!this.#allocate()) {
      this.#address = address;
      this.#bytes = bytes;
      return false;
    }
    const { bytes: memory } = this.#runtime;
    const [old, now] = [bytes / this.#count, this.#bytes / this.#count];
    memory.fill(0, this.#address, this.#address + this.#bytes);
    for (let i = 0; i < this.#count; i++)
      memory.copyWithin(this.#address + i * now, address + i * old, address + (i + 1) * old);
    this.#runtime.free(address);
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

  #allocate(): boolean {
    const each = Math.ceil((this.#needed() * 1.25) / this.#count / STEP) * STEP;
    const address = this.#runtime.tryScratch(this.#count * each);
    if (address === 0) return false;
    // Asking for it may have grown memory, so that is looked at again.
    if (this.#count * each < this.#needed()) {
      this.#runtime.free(address);
      return false;
    }
    this.#address = address;
    this.#bytes = this.#count * each;
    this.#use(this.#address, this.#bytes);
    return true;
  }

  #needed(): number {
    return (this.#count * this.#runtime.memory.buffer.byteLength) / BYTES_PER_BITMAP_BYTE;
  }
}
