/**
 * A headless Chromium, driven over a pipe by its own protocol: no package is needed for that.
 *
 *   ╒═ test ═╕  fd 3: requests, each ended by a zero byte  ╒═ Chromium ═╕
 *   │        │ ──────────────────────────────────────────▶ │            │
 *   │        │ ◀─────────── fd 4: answers and events ───── │            │
 *   └────────┘                                             └────────────┘
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--remote-debugging-pipe",
];

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** The program to start; undefined where there is none. `CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const names = process.env.CHROMIUM === undefined ? NAMES : [process.env.CHROMIUM];
  return names.find((name) => spawnSync(name, ["--version"]).status === 0);
}

/** One browser with one page. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #session: string | undefined;
  #text = "";
  #next = 1;

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), "moult-chromium-"));
    this.#process = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    (this.#process.stdio[4] as Readable)
      .setEncoding("utf8")
      .on("data", (text: string) => this.#receive(text));
  }

  /** Starts a browser and opens a page. */
  static async open(program: string, url: string): Promise<Chromium> {
    const browser = new Chromium(program);
    const { targetId } = (await browser.#call("Target.createTarget", { url: "about:blank" })) as {
      targetId: string;
    };
    const { sessionId } = (await browser.#call("Target.attachToTarget", { targetId, flatten: true })) as {
      sessionId: string;
    };
    browser.#session = sessionId;
    await browser.#call("Page.navigate", { url });
    return browser;
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = (await this.#call("Runtime.evaluate", { expression, returnByValue: true })) as {
      result: { value?: unknown };
    };
    return answer.result.value;
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #call(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    const message = {
      id,
      method,
      params,
      ...(this.#session === undefined ? {} : { sessionId: this.#session }),
    };
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(text: string): void {
    const messages = (this.#text + text).split("\0");
    this.#text = messages.pop() ?? "";
    for (const message of messages) {
      const { id = 0, result, error } = JSON.parse(message) as Answer;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    }
  }
}
