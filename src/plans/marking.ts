/** Marking for full collections: the memory it needs, and the roots it begins with. */
import type { Machine } from "../cpython/machine.js";

/** One bit for every eight bytes. */
const BYTES_PER_BITMAP_BYTE = 64;
/** The bitmap grows in these steps, with a quarter to spare, so that it is seldom moved. */
const BITMAP_STEP = 1 << 17;
/** A stack too small only costs time: what does not fit becomes a candidate. */
const STACK_BYTES = 1 << 20;

/** Owns the bitmap and the mark stack. Without memory for them nothing is marked, and everything is a candidate. */
export class Marking {
  readonly #machine: Machine;
  #bitmap = 0;
  #bitmapBytes = 0;
  #stack = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * Marks everything that the roots reach.
   *
   * @returns how many tracked objects that is, or undefined when there was no memory to mark with
   */
  run(): number | undefined {
    if (!this.#prepare()) return undefined;
    const { kernel, roots, runtime } = this.#machine;
    kernel.beginMark(runtime.memory.buffer.byteLength);
    roots.mark(kernel);
    return kernel.drain();
  }

  release(): void {
    const { runtime } = this.#machine;
    for (const block of [this.#bitmap, this.#stack]) if (block !== 0) runtime.free(block);
    this.#bitmap = 0;
    this.#bitmapBytes = 0;
    this.#stack = 0;
  }

  /** Makes the bitmap cover all memory. Asking for it may grow memory, so that is looked at again. */
  #prepare(): boolean {
    const { kernel, runtime } = this.#machine;
    if (this.#stack === 0) {
      this.#stack = runtime.tryAllocate(STACK_BYTES);
      if (this.#stack === 0) return false;
      kernel.setMarkStack(this.#stack, STACK_BYTES);
    }
    const needed = () => runtime.memory.buffer.byteLength / BYTES_PER_BITMAP_BYTE;
    if (this.#bitmapBytes >= needed()) return true;
    if (this.#bitmap !== 0) runtime.free(this.#bitmap);
    this.#bitmapBytes = Math.ceil((needed() * 1.25) / BITMAP_STEP) * BITMAP_STEP;
    this.#bitmap = runtime.tryAllocate(this.#bitmapBytes);
    if (this.#bitmap === 0 || this.#bitmapBytes < needed()) {
      if (this.#bitmap !== 0) runtime.free(this.#bitmap);
      this.#bitmap = 0;
      this.#bitmapBytes = 0;
      return false;
    }
    kernel.setBitmap(this.#bitmap, this.#bitmapBytes);
    return true;
  }
}
