/** Marking for full collections: the memory it needs, and the roots it begins with. */
import type { Machine } from "../cpython/machine.js";
import { Bitmaps } from "./bitmaps.js";

/** A stack too small only costs time: what does not fit is found by another sweep. */
const STACK_BYTES = 1 << 20;
/** A heap of so many tracked objects about fits into the caches of a processor. */
const CACHED_HEAP = 60_000;
/** More bytes than there can be. */
const ALL = 0xffff_ffff;

/** Owns the marks and the mark stack. Without memory for them nothing is marked, and everything is a candidate. */
export class Marking {
  readonly #machine: Machine;
  readonly #marks: Bitmaps;
  #stack = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#marks = new Bitmaps(machine.runtime, 2, machine.kernel.setMarks);
  }

  /**
   * Marks everything that the roots reach.
   *
   * @param heapSize about how many tracked objects there are
   * @returns how many tracked objects that is, or undefined when there was no memory to mark with
   */
  run(heapSize: number): number | undefined {
    const { kernel, roots } = this.#machine;
    if (!this.#begin(heapSize > CACHED_HEAP)) return undefined;
    kernel.wipe(ALL);
    roots.mark(kernel);
    const marked = kernel.drain();
    roots.markLeaves(kernel);
    return marked;
  }

  /** Begins to mark in slices: to wipe, and then from the roots. False when there is no memory to mark with. */
  begin(): boolean {
    return this.#begin(true);
  }

  /** Before a slice: Python has run, so types may have come and gone. */
  resume(): void {
    const { kernel } = this.#machine;
    kernel.forgetTypes();
    kernel.resumeMark();
  }

  release(): void {
    this.#marks.release();
    if (this.#stack !== 0) this.#machine.runtime.free(this.#stack);
    this.#stack = 0;
  }

  #begin(sweeps: boolean): boolean {
    return (
      this.#prepareStack() && this.#marks.cover() && this.#machine.kernel.beginMark(Number(sweeps)) !== 0
    );
  }

  #prepareStack(): boolean {
    if (this.#stack !== 0) return true;
    const { kernel, runtime } = this.#machine;
    this.#stack = runtime.tryScratch(STACK_BYTES);
    if (this.#stack !== 0) kernel.setMarkStack(this.#stack, STACK_BYTES);
    return this.#stack !== 0;
  }
}
