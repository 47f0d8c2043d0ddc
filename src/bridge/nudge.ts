/**
 * Makes the engine collect soon, where nobody can ask it to: a page that allocates little may go on for half a minute
 * without a collection. Buffers are memory that engines count, and answer with a collection that is mostly concurrent. Nobody
 * writes to them, so the operating system never backs them with pages.
 *
 *   begin   after a while, one buffer in an idle period, and so on; all are kept, for V8 frees those that are dropped at once
 *           in a collection of young objects only
 *   end     the engine has collected, or what it was wanted for is over: the buffers are dropped
 */
import type { RequestIdlePeriod } from "../idle/periods.js";

/** Bytes of a buffer: with less it takes more of them, with more an engine may collect at once, and not in pieces. */
const BYTES = 16 * 2 ** 20;
/** Milliseconds from one to the next. */
const EVERY = 100;
/** An engine that does not answer to a gigabyte does not count them. */
const AT_MOST = 64;

/** When, and whether a process that has nothing else to do waits for it. */
export interface NudgeOptions {
  /** Milliseconds from now to the first buffer. */
  readonly after: number;
  readonly keepsAlive: boolean;
  /** Called when the engine has not answered, and nothing more is done. */
  readonly onGivingUp?: () => void;
}

/** One row of buffers at a time. */
export class Nudge {
  readonly #request: RequestIdlePeriod;
  readonly #allocate: (bytes: number) => unknown;
  #kept: unknown[] = [];
  #cancel = () => {};

  /** `allocate` makes a buffer; others are for tests. */
  constructor(request: RequestIdlePeriod, allocate = (bytes: number): unknown => new ArrayBuffer(bytes)) {
    this.#request = request;
    this.#allocate = allocate;
  }

  begin({ after, keepsAlive, onGivingUp }: NudgeOptions): void {
    this.end();
    const wait = (delay: number) => {
      this.#cancel = this.#request(next, { delay, keepsAlive });
    };
    const next = () => {
      this.#cancel = () => {};
      if (this.#kept.length < AT_MOST && this.#allocateOne()) wait(EVERY);
      else {
        this.end();
        onGivingUp?.();
      }
    };
    wait(after);
  }

  end(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#kept = [];
  }

  /** False when there is no room. */
  #allocateOne(): boolean {
    try {
      this.#kept.push(this.#allocate(BYTES));
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}
