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
/** What CPython tells of a collection takes half a kilobyte, in blocks of 104 bytes at most. */
const SPARE_BYTES = 1 << 13;
const SPARE_PIECE = 1 << 9;

/** A number of blocks that hold memory back. */
export class Reserve {
  readonly #allocator: Allocator;
  readonly #count: number;
  readonly #piece: number;
  /** 2: it is taken back whole, where there is room for it twice; 1: piece by piece, as far as there is room. */
  readonly #times: 1 | 2;
  #blocks: number[] = [];

  constructor(allocator: Allocator, bytes = RESERVE_BYTES, piece = PIECE, times: 1 | 2 = 2) {
    this.#allocator = allocator;
    this.#count = Math.ceil(bytes / piece);
    this.#piece = piece;
    this.#times = times;
  }

  /** A small one, for what CPython allocates to tell of a collection. It is taken back piece by piece. */
  static spare(allocator: Allocator): Reserve {
    return new Reserve(allocator, SPARE_BYTES, SPARE_PIECE, 1);
  }

  /** True when all of it is held back. */
  get complete(): boolean {
    return this.#blocks.length === this.#count;
  }

  /**
   * Takes it back, when there is room for it twice: whoever runs on it now is not to lose it; a spare one as far as it can.
   * Returns `complete`. Only at a safe point.
   */
  fill(): boolean {
    if (this.complete) return true;
    const wanted = this.#times * this.#count - this.#blocks.length;
    const taken = take(this.#allocator, wanted, this.#piece);
    const enough = this.#times === 1 || taken.length === wanted;
    this.#free(taken.splice(enough ? this.#count - this.#blocks.length : 0));
    this.#blocks.push(...taken);
    return this.complete;
  }

  /** Gives it to the program; false when there is nothing to give. */
  release(): boolean {
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#free(blocks);
    return blocks.length > 0;
  }

  #free(blocks: readonly number[]): void {
    for (const block of blocks) this.#allocator.free(block);
  }
}
