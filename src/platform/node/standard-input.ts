/** Reads standard input for the Python thread, only when it asks: what it does not read stays where it is. */
import type { Channel } from "./channel.js";

export class StandardInput {
  readonly #channel: Channel;
  #wanted = 0;
  #ended = false;
  #opened = false;
  /** Read but not yet asked for. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Answers over the channel with 1 to `bytes` bytes, or with none at end of file. */
  request(bytes: number): void {
    this.#wanted = bytes;
    this.#open();
    this.#serve();
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    process.stdin.on("readable", () => this.#serve());
    process.stdin.on("end", () => this.#finish());
    process.stdin.on("error", () => {
      if (this.#wanted > 0) this.#answer(null);
    });
  }

  #serve(): void {
    if (this.#wanted === 0) return;
    if (this.#rest.length === 0) this.#rest = (process.stdin.read() as Buffer | null) ?? this.#rest;
    if (this.#rest.length > 0) {
      const bytes = this.#rest.subarray(0, this.#wanted);
      this.#rest = this.#rest.subarray(bytes.length);
      this.#answer(bytes);
    } else if (this.#ended) {
      this.#answer(this.#rest);
    }
  }

  #finish(): void {
    this.#ended = true;
    this.#serve();
  }

  #answer(bytes: Uint8Array | null): void {
    this.#wanted = 0;
    this.#channel.answer(bytes);
  }
}
