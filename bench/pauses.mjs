/**
 * Pauses as Moult's own events tell them, beside the latencies that the program sees from outside: only
 * automatic collections, and only while the program says that it measures (python/pauses.py). And how often the
 * system took the processor away meanwhile: such a time is in a pause, seen from inside and outside alike.
 */

/** @typedef {import("../src/events/events.js").CollectionEvent} CollectionEvent */
/** @typedef {import("./schedule.mjs").Measurement} Measurement */

/** A slice that takes longer than this many times `pauseGoal` counts as too long. */
const TOO_LONG = 2;

/** Names of the measurements that are added to a program's own, and what they are. */
export const INSIDE = {
  pause: "inside: longest collection",
  slice: "inside: longest slice",
  over: `inside: slices over ${TOO_LONG}x pauseGoal`,
  uncut: "inside: those with a large proof",
};

/** Adds up the events of one process. */
export class PauseRecorder {
  /** True while the program measures. */
  measuring = false;
  #collections = 0;
  #longestPause = 0;
  #slices = 0;
  #longestSlice = 0;
  #over = 0;
  #uncut = 0;
  #pauseGoal;

  /** @param {number} pauseGoal milliseconds */
  constructor(pauseGoal) {
    this.#pauseGoal = pauseGoal;
  }

  /** @param {Pick<CollectionEvent, "reason" | "pauseMs" | "phases" | "uncut">} event */
  add({ reason, pauseMs, phases: { slice }, uncut }) {
    if (!this.measuring || reason !== "automatic") return;
    this.#collections++;
    this.#longestPause = Math.max(this.#longestPause, pauseMs);
    if (slice === 0) return;
    this.#slices++;
    this.#longestSlice = Math.max(this.#longestSlice, slice);
    if (slice > TOO_LONG * this.#pauseGoal) {
      if (uncut === undefined) this.#over++;
      else this.#uncut++;
    }
  }

  /** What there is to report; nothing of slices where there were none. @returns {Record<string, Measurement>} */
  measurements() {
    /** @type {Record<string, Measurement>} */
    const result = {};
    if (this.#collections > 0) result[INSIDE.pause] = single(this.#longestPause, "ms");
    if (this.#slices > 0) {
      result[INSIDE.slice] = single(this.#longestSlice, "ms");
      result[INSIDE.over] = single(this.#over, "slices");
      result[INSIDE.uncut] = single(this.#uncut, "slices");
    }
    return result;
  }
}

/** Counts how often the system has taken the processor away from this process, while the program measures. */
export class Preemptions {
  #before = 0;
  /** 0 on systems that do not tell. */
  count = 0;

  /** @param {boolean} on */
  measure(on) {
    const { involuntaryContextSwitches } = process.resourceUsage();
    if (on) this.#before = involuntaryContextSwitches;
    else this.count += involuntaryContextSwitches - this.#before;
  }
}

/** @param {number} value @param {string} unit @returns {Measurement} */
function single(value, unit) {
  return { median: value, min: value, samples: 1, unit };
}
