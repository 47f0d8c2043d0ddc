/**
 * The reserve: memory that is held back, and released when an allocation has failed, so that what follows has
 * something to run with: error handlers, tracebacks, compiling the next call.
 *
 * It is released from inside of the allocator, while that waits for `grow` to answer. That is safe in dlmalloc, which
 * has failed then: it looks at nothing that it knew before, and returns 0 (sys_alloc; Emscripten builds it without
 * locks for one thread). To allocate there is not: so the reserve is only taken back at a safe point.
 */
import { type Allocator, take } from "./room.js";

/**
 * Measured: a handler that imports `traceback`, formats and compiles needs between 64 and 128 KiB on both lines. This
 * is eight times that, since handlers differ.
 */
const RESERVE_BYTES = 1 << 20;
/** It is in pieces: in a heap full of holes there may be no place for all of it. */
const PIECE = 1 << 18;

/** A number of blocks that hold memory back. */
export class Reserve {
  readonly #allocator: Allocator;
  readonly #count: number;
  #blocks: number[] = [];

  constructor(allocator: Allocator, bytes = RESERVE_BYTES) {
    this.#allocator = allocator;
    this.#count = Math.ceil(bytes / PIECE);
  }

  /** True when all of it is held back. */
  get complete(): boolean {
    return this.#blocks.length === this.#count;
  }

  /**
   * Takes it back, when there is room for it twice: whoever runs on it now is not to lose it. Returns `complete`.
   * Only at a safe point.
   */
  fill(): boolean {
    if (this.complete) return true;
    const taken = take(this.#allocator, 2 * this.#count - this.#blocks.length, PIECE);
    const enough = this.#blocks.length + taken.length === 2 * this.#count;
    this.#free(taken.splice(enough ? this.#count - this.#blocks.length : 0));
    this.#blocks.push(...taken);
    return this.complete;
  }

  /** Gives it to the program. */
  release(): void {
    this.#free(this.#blocks);
    this.#blocks = [];
  }

  #free(blocks: readonly number[]): void {
    for (const block of blocks) this.#allocator.free(block);
  }
}
