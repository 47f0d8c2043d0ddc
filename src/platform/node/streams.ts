/**
 * Python's standard streams on the host's descriptors 0, 1 and 2.
 *
 * Output is written at once and blocks, as a C program's does: nothing is lost at exit, and the order of
 * stdout and stderr is Python's. Input from a file is read directly; from a pipe, a socket or a terminal the
 * main thread reads it, because a blocked read could not be interrupted by Ctrl-C.
 */
import * as fs from "node:fs";
import * as tty from "node:tty";
import type { Channel } from "./channel.js";

/** What Pyodide's `setStdin` takes. */
export interface InputDevice {
  readonly isatty: boolean;
  read(buffer: Uint8Array): number;
}

/** What Pyodide's `setStdout` and `setStderr` take. */
export interface OutputDevice {
  readonly isatty: boolean;
  write(buffer: Uint8Array): number;
  getTerminalSize?(): { rows: number; columns: number };
}

/** Milliseconds between attempts when somebody has made our output non-blocking and it is full. */
const RETRY_MS = 5;

/** Standard input. `ask` sends the main thread a request for at most so many bytes. */
export function inputDevice(channel: Channel, ask: (bytes: number) => void): InputDevice {
  const direct = readsDirectly(0);
  return {
    isatty: tty.isatty(0),
    read(buffer) {
      // C's unbuffered getc asks for one byte and then for none: that must not wait for more.
      if (buffer.length === 0) return 0;
      if (direct) return fs.readSync(0, buffer);
      const read = channel.read(buffer, ask);
      if (read === "interrupted") throw systemError("EINTR");
      return read;
    },
  };
}

/** A read from a file or a device such as /dev/null never waits; a closed descriptor fails at once. */
function readsDirectly(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    return stat.isFile() || stat.isDirectory() || (stat.isCharacterDevice() && !tty.isatty(fd));
  } catch {
    return true;
  }
}

/** Standard output or error. */
export class Output implements OutputDevice {
  readonly isatty: boolean;
  readonly #fd: number;
  readonly #channel: Channel;
  #broken = false;
  #discarding = false;

  constructor(fd: number, channel: Channel) {
    this.#fd = fd;
    this.#channel = channel;
    this.isatty = tty.isatty(fd);
  }

  /** True once the reader at the other end of the pipe has gone. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Drops what is still written, so that a broken pipe is not complained about twice. */
  discard(): void {
    this.#discarding = true;
  }

  /** Writes some of the buffer and says how many bytes. Throws system errors, EINTR for a Ctrl-C. */
  write(buffer: Uint8Array): number {
    if (this.#discarding) return buffer.length;
    for (;;) {
      try {
        return fs.writeSync(this.#fd, buffer);
      } catch (error) {
        if (codeOf(error) === "EPIPE") this.#broken = true;
        if (codeOf(error) !== "EAGAIN") throw error;
        if (this.#channel.sleep(RETRY_MS) === "interrupted") throw systemError("EINTR");
      }
    }
  }

  getTerminalSize(): { rows: number; columns: number } {
    return this.#channel.terminalSize ?? { rows: 24, columns: 80 };
  }
}

/** Writes all of a text to a descriptor, however slowly the other end reads. A reader that has gone is no error. */
export function writeText(fd: number, text: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (error) {
      if (codeOf(error) === "EPIPE") return;
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, RETRY_MS);
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
