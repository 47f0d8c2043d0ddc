/**
 * The hard stop: a WebAssembly.Memory whose `grow` refuses to go beyond a limit.
 *
 * `grow` is overridden on the instance, and Emscripten calls it for everybody: malloc for Python and for C extensions
 * alike. It asks for a fifth more than it needs, and when that is refused for a tenth and for a twentieth more:
 *
 *     memory   attempt 1          attempt 2          attempt 3
 *       x      max(need, 1.2 x)   max(need, 1.1 x)   max(need, 1.05 x)
 *
 * So memory that could not grow by a twentieth would stop there, short of the limit. Growth that would end up there is
 * made to reach the limit at once: then the last pages are in use, and a refusal at that size is final at the first
 * attempt. Refusing is throwing, as the real `grow` does; Emscripten catches it and prints nothing.
 */

const PAGE = 65_536;
/** What the last of Emscripten's attempts asks for at the least, as a part of memory. */
const LEAST_STEP = 1.05;
const ATTEMPTS = 3;

const REFUSED = "WebAssembly.Memory.grow(): refused by Moult's memory limit";
/** Made once: to take a new error's stack costs more than all the rest. Emscripten looks at none. */
const QUIET = new RangeError(REFUSED);

/** Growth that was refused for good: an allocation has failed. */
export interface Refusal {
  /** The size that memory would have had. */
  readonly requestedBytes: number;
  /** The size that it has. */
  readonly memoryBytes: number;
}

/** Who hears of growth. Both are called inside of an allocation: they may not allocate, nor run Python. */
export interface GrowthListener {
  /** Memory grows to so many bytes. */
  grown(memoryBytes: number): void;
  refused(refusal: Refusal): void;
}

/** Guards one memory. `limit` may change at any time; it counts in whole pages. */
export class GrowthGuard {
  readonly #memory: WebAssembly.Memory;
  readonly #listener: GrowthListener;
  readonly #grow: WebAssembly.Memory["grow"];
  #before: PropertyDescriptor | undefined;
  /** What `grow` was; stays there for those who overrode ours meanwhile, and still call it. */
  #original: WebAssembly.Memory["grow"];
  #installed = false;
  #refused = 0;
  /** Whoever asks now can do without: nobody hears of it, and refusing costs little. */
  #quiet = false;
  /** Memory is not to grow at all. */
  #still = false;
  /** Bytes that memory may have. */
  limit: number;

  constructor(memory: WebAssembly.Memory, limit: number, listener: GrowthListener) {
    this.#memory = memory;
    this.limit = limit;
    this.#listener = listener;
    this.#original = memory.grow;
    this.#grow = (pages) => this.#original.call(memory, this.#installed ? this.#allowed(pages) : pages);
  }

  install(): void {
    this.#before = Object.getOwnPropertyDescriptor(this.#memory, "grow");
    this.#original = this.#memory.grow;
    Object.defineProperty(this.#memory, "grow", {
      value: this.#grow,
      configurable: true,
      writable: true,
      enumerable: false,
    });
    this.#installed = true;
  }

  /** Takes the override back. Where somebody has put another one over it, ours lets everything pass from now on. */
  uninstall(): void {
    this.#installed = false;
    if (this.#memory.grow !== this.#grow) return;
    if (this.#before === undefined) Reflect.deleteProperty(this.#memory, "grow");
    else Object.defineProperty(this.#memory, "grow", this.#before);
  }

  /** True when memory is so near its limit that no step of Emscripten's is granted any more. */
  get exhausted(): boolean {
    return this.#memory.buffer.byteLength * LEAST_STEP > this.limit;
  }

  /** For allocations that may fail: nobody hears of growth, nor of refusals. */
  quietly<T>(action: () => T): T {
    this.#quiet = true;
    try {
      return action();
    } finally {
      this.#quiet = false;
    }
  }

  /** The same, and memory stays as large as it is. */
  withoutGrowth<T>(action: () => T): T {
    this.#still = true;
    try {
      return this.quietly(action);
    } finally {
      this.#still = false;
    }
  }

  /** The pages to grow by; throws when there are too few left. */
  #allowed(pages: number): number {
    if (!Number.isInteger(pages) || pages <= 0) return pages; // For the engine to judge.
    const memoryBytes = this.#memory.buffer.byteLength;
    const requestedBytes = memoryBytes + pages * PAGE;
    if (requestedBytes > this.limit || this.#still) {
      if (this.#quiet) throw QUIET;
      this.#refuse({ requestedBytes, memoryBytes });
      throw new RangeError(`${REFUSED} of ${this.limit} bytes`);
    }
    this.#refused = 0;
    const granted =
      requestedBytes * LEAST_STEP > this.limit ? Math.floor((this.limit - memoryBytes) / PAGE) : pages;
    if (!this.#quiet) this.#listener.grown(memoryBytes + granted * PAGE);
    return granted;
  }

  #refuse(refusal: Refusal): void {
    this.#refused++;
    if (this.#refused < ATTEMPTS && !this.exhausted) return;
    this.#refused = 0;
    this.#listener.refused(refusal);
  }
}
