/**
 * A file that is written piece by piece, and whose content is a whole document at any time: behind what there is so far stands
 * what ends it, and the next piece is written over that.
 *
 * Nothing here throws while the program runs, since collections wait for it: the first failure is kept, and thrown by `close`.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** Characters that wait at the most, and milliseconds that they wait: the system's calls are dear. */
const PIECE = 1 << 16;
const PATIENCE_MS = 1000;

export class GrowingFile {
  readonly #ending: string;
  readonly #fd: number;
  /** Where the next piece goes; null where there are no places (a pipe): then the end is only written at the end. */
  #position: number | null;
  #waiting = "";
  #writtenAt = performance.now();
  #failure: unknown;

  /** @param ending what makes a whole document of the text so far. Throws when the file can't be opened. */
  constructor(path: string, ending: string) {
    this.#ending = ending;
    this.#fd = openSync(path, "w");
    this.#position = fstatSync(this.#fd).isFile() ? 0 : null;
  }

  /** Adds text. */
  write(text: string): void {
    if (this.#failure !== undefined) return;
    this.#waiting += text;
    const now = performance.now();
    if (this.#waiting.length < PIECE && now - this.#writtenAt < PATIENCE_MS) return;
    this.#writtenAt = now;
    this.#flush(this.#position === null ? "" : this.#ending);
  }

  /** Writes what is left; the document has been ended by its last text. Throws when anything could not be written. */
  close(): void {
    this.#flush("");
    // The last text may have been followed by an ending that was meant for what was then the end.
    if (this.#position !== null) ftruncateSync(this.#fd, this.#position);
    closeSync(this.#fd);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #flush(ending: string): void {
    if (this.#failure !== undefined) return;
    try {
      const length = this.#put(Buffer.from(this.#waiting), this.#position);
      this.#waiting = "";
      if (this.#position !== null) this.#position += length;
      this.#put(Buffer.from(ending), this.#position);
    } catch (error) {
      this.#failure = error;
      this.#waiting = "";
    }
  }

  /** Writes all of it, also where the system takes it in parts; returns its length. */
  #put(bytes: Buffer, position: number | null): number {
    for (let done = 0; done < bytes.length; ) {
      const place = position === null ? null : position + done;
      done += writeSync(this.#fd, bytes, done, bytes.length - done, place);
    }
    return bytes.length;
  }
}
