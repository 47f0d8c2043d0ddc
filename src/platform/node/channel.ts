/**
 * What the main thread and the Python thread share. Python blocks its thread, so it can't receive messages:
 * signals and input reach it through shared memory, and it sleeps on one word that every event wakes.
 *
 *   word 0  interrupt  signal number for Python, until it takes it
 *   word 1  wake       counts events; sleepers wait for it to change
 *   word 2  input      state of the input request, idle, asked or answered
 *   word 3  length     bytes of input in the data area; 0 is end of file, negative a failed read
 *   word 4  running    1 once Python reads the interrupt word
 *   word 5  columns    of the terminal; 0 when there is none
 *   word 6  rows
 *   then    data       input bytes
 */

const INTERRUPT = 0;
const WAKE = 1;
const INPUT = 2;
const LENGTH = 3;
const RUNNING = 4;
const COLUMNS = 5;
const ROWS = 6;
const WORDS = 7;
const DATA_BYTES = 64 * 1024;

const IDLE = 0;
const ASKED = 1;
const ANSWERED = 2;

/** CPython's number of the signal that Ctrl-C sends. */
const SIGINT = 2;

/** Why a wait ended. */
export type WaitResult = "done" | "interrupted" | "timeout";

/** The one element of an interrupt buffer that Pyodide uses. */
export interface InterruptBuffer {
  0: number;
}

/** One end of the channel; both threads construct it over the same memory. */
export class Channel {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #data: Uint8Array;

  constructor(memory = new SharedArrayBuffer(WORDS * 4 + DATA_BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#data = new Uint8Array(memory, WORDS * 4);
  }

  /**
   * What Pyodide's `setInterruptBuffer` takes. Pyodide reads element 0 and then sets it to 0, whatever it was: with a
   * plain array a signal that comes between the two is lost. Here only a signal that was read is taken.
   */
  get interruptBuffer(): InterruptBuffer {
    const words = this.#words;
    let read = 0;
    return {
      get 0() {
        read = Atomics.load(words, INTERRUPT);
        return read;
      },
      set 0(_zero: number) {
        if (read !== 0) Atomics.compareExchange(words, INTERRUPT, read, 0);
      },
    };
  }

  /** Python thread: from here on Python takes note of interrupts. */
  markRunning(): void {
    Atomics.store(this.#words, RUNNING, 1);
  }

  /** True while a signal waits that Python has not taken yet. */
  get interruptPending(): boolean {
    return Atomics.load(this.#words, INTERRUPT) !== 0;
  }

  /**
   * Main thread: passes Ctrl-C on. False when Python can't take it: it has not started, or it has not even
   * taken the previous one.
   */
  interrupt(): boolean {
    if (Atomics.load(this.#words, RUNNING) === 0 || this.interruptPending) return false;
    Atomics.store(this.#words, INTERRUPT, SIGINT);
    this.#wake();
    return true;
  }

  /** Python thread: blocks for at most `ms` milliseconds (Infinity allowed) or until a signal comes. */
  sleep(ms: number): WaitResult {
    return this.#waitUntil(() => false, performance.now() + ms);
  }

  /**
   * Python thread: asks the main thread for input, through `ask`, and blocks until it comes. Returns the
   * number of bytes put into `target`, 0 at end of file, or "interrupted". Input that comes after an
   * interrupt is kept for the next call.
   */
  read(target: Uint8Array, ask: (bytes: number) => void): number | "interrupted" {
    const bytes = Math.min(target.length, DATA_BYTES);
    if (Atomics.compareExchange(this.#words, INPUT, IDLE, ASKED) === IDLE) ask(bytes);
    const answered = () => Atomics.load(this.#words, INPUT) === ANSWERED;
    if (this.#waitUntil(answered, Infinity) === "interrupted") return "interrupted";
    const length = Atomics.load(this.#words, LENGTH);
    if (length < 0) {
      Atomics.store(this.#words, INPUT, IDLE);
      throw Object.assign(new Error("reading standard input failed"), { code: "EIO" });
    }
    const taken = Math.min(length, target.length);
    target.set(this.#data.subarray(0, taken));
    if (taken < length) {
      // The request was made with a larger buffer, by a read that a signal cut short.
      this.#data.copyWithin(0, taken, length);
      Atomics.store(this.#words, LENGTH, length - taken);
    } else {
      Atomics.store(this.#words, INPUT, IDLE);
    }
    return taken;
  }

  /** Main thread: answers a request with bytes, an empty array at end of file, or null for a failed read. */
  answer(bytes: Uint8Array | null): void {
    if (bytes !== null) this.#data.set(bytes);
    Atomics.store(this.#words, LENGTH, bytes === null ? -1 : bytes.length);
    Atomics.store(this.#words, INPUT, ANSWERED);
    this.#wake();
  }

  /** Size of the terminal in characters, or null without one. The main thread keeps it up to date. */
  get terminalSize(): { columns: number; rows: number } | null {
    const columns = Atomics.load(this.#words, COLUMNS);
    return columns > 0 ? { columns, rows: Atomics.load(this.#words, ROWS) } : null;
  }

  setTerminalSize(columns: number, rows: number): void {
    Atomics.store(this.#words, COLUMNS, columns);
    Atomics.store(this.#words, ROWS, rows);
  }

  #wake(): void {
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  #waitUntil(done: () => boolean, deadline: number): WaitResult {
    for (;;) {
      const seen = Atomics.load(this.#words, WAKE);
      if (done()) return "done";
      if (this.interruptPending) return "interrupted";
      const left = deadline - performance.now();
      if (left <= 0) return "timeout";
      Atomics.wait(this.#words, WAKE, seen, left);
    }
  }
}
