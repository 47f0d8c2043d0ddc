/**
 * Collections as entries of the User Timing API, which Chrome's Performance panel shows on a track of their own
 * (https://developer.chrome.com/docs/devtools/performance/extension).
 *
 * An entry stays in the page's buffer until it is cleared, and that buffer has no limit: so every `KEPT` entries all of
 * Moult's are cleared, and once more at the end. A recording panel and every PerformanceObserver have had them by then.
 */
import type { Generation } from "../api.js";
import type { CollectionEvent } from "./events.js";

const NAMES: Readonly<Record<Generation, string>> = {
  0: "moult: young collection",
  1: "moult: middle collection",
  2: "moult: full collection",
};
const SLICE = "moult: slice";

/** Entries of Moult's in the buffer at the most. */
export const KEPT = 1000;

/** The part of `performance` that is used. */
export type UserTiming = Pick<Performance, "measure" | "clearMeasures">;

/** Makes an entry for each collection, and one within for its slice of a cycle. */
export class PerformanceEntries {
  readonly #timing: UserTiming;
  readonly #origin: number;
  #made = 0;

  /** @param origin when Moult was attached, in milliseconds of `performance.now()` */
  constructor(timing: UserTiming, origin: number) {
    this.#timing = timing;
    this.#origin = origin;
  }

  add({
    generation,
    reason,
    startedAtMs,
    pauseMs,
    phases,
    parts,
    collected,
    memoryBytes,
  }: CollectionEvent): void {
    if (this.#made + 2 > KEPT) this.clear();
    const start = this.#origin + startedAtMs;
    const properties = [
      ["reason", reason],
      ["objects freed", String(collected)],
      ["memory", `${memoryBytes} bytes`],
    ];
    this.#measure(NAMES[generation], start, pauseMs, properties);
    if (parts === undefined) return;
    // It comes behind the other phases.
    const before = phases.mark + phases.trial + phases.dispose;
    this.#measure(
      SLICE,
      start + before,
      phases.slice,
      parts.map(({ phase, ms }) => [phase, `${ms.toFixed(2)} ms`]),
    );
  }

  /** Takes Moult's entries out of the buffer. */
  clear(): void {
    for (const name of [...Object.values(NAMES), SLICE]) this.#timing.clearMeasures(name);
    this.#made = 0;
  }

  #measure(name: string, start: number, duration: number, properties: string[][]): void {
    const devtools = { dataType: "track-entry", track: "Moult", color: "secondary", properties };
    this.#timing.measure(name, { start, end: start + duration, detail: { devtools } });
    this.#made++;
  }
}
