/**
 * Memory that Python's objects hold and Python does not see: buffers in JavaScript, textures, rows of a database. Its
 * owners tell; nobody checks.
 */

/** Pressure that has grown by this part of everything in use asks for a collection. */
const GROWTH = 1 / 4;

/** The sum of what is held, and how much of it is new. */
export class Pressure {
  #bytes = 0;
  /** What it was at the last full collection. */
  #known = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds, or with a negative number takes back; never below 0. Throws a TypeError for anything but a whole number. */
  add(bytes: number): number {
    if (!Number.isSafeInteger(bytes)) {
      throw new TypeError(`memory pressure must be a whole number of bytes, not ${String(bytes)}`);
    }
    this.#bytes = Math.min(Math.max(this.#bytes + bytes, 0), Number.MAX_SAFE_INTEGER);
    this.#known = Math.min(this.#known, this.#bytes);
    return this.#bytes;
  }

  /** True when a full collection is worth trying, with so many bytes of memory beside. */
  due(memoryBytes: number): boolean {
    return this.#bytes - this.#known > (memoryBytes + this.#known) * GROWTH;
  }

  /** A full collection is done: what is left is what is alive. */
  collected(): void {
    this.#known = this.#bytes;
  }
}
