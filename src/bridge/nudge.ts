/**
 * Makes the engine collect soon, where nobody can ask it to: a page that allocates little may go on for half a minute
 * without a collection. Buffers that are dropped at once are memory that engines count, and answer with a collection that
 * is mostly concurrent. Nobody writes to them, so the operating system never backs them with pages.
 *
 *   begin   after a while, one buffer in an idle period, and so on
 *   end     the engine has collected, or what it was wanted for is over
 */
import type { RequestIdlePeriod } from "../idle/periods.js";

/** Bytes of a buffer: with less it takes more of them, with more an engine may collect at once, and not in pieces. */
const BYTES = 16 * 2 ** 20;
/** Milliseconds from one to the next. */
const EVERY = 100;
/** An engine that does not answer to so many does not count them. */
const AT_MOST = 64;

/** When, and whether a process that has nothing else to do waits for it. */
export interface NudgeOptions {
  /** Milliseconds from now to the first buffer. */
  readonly after: number;
  readonly keepsAlive: boolean;
}

/** One row of buffers at a time. */
export class Nudge {
  readonly #request: RequestIdlePeriod;
  readonly #allocate: (bytes: number) => void;
  #cancel = () => {};

  /** `allocate` makes a buffer and drops it; others are for tests. */
  constructor(request: RequestIdlePeriod, allocate = (bytes: number): void => void new ArrayBuffer(bytes)) {
    this.#request = request;
    this.#allocate = allocate;
  }

  begin({ after, keepsAlive }: NudgeOptions): void {
    this.end();
    let left = AT_MOST;
    const wait = (delay: number) => {
      this.#cancel = this.#request(next, { delay, keepsAlive });
    };
    const next = () => {
      this.#cancel = () => {};
      try {
        this.#allocate(BYTES);
      } catch (error) {
        // No room for it: then the engine collects without being asked.
        if (error instanceof RangeError) return;
        throw error;
      }
      if (--left > 0) wait(EVERY);
    };
    wait(after);
  }

  end(): void {
    this.#cancel();
    this.#cancel = () => {};
  }
}
