/** Running totals of one attached collector: what `stats()` tells, and gc.get_stats() in part. */
import type { Generation, GenerationStats, PauseClass } from "./api.js";
import type { Findings } from "./plans/plan.js";

type Totals = readonly [GenerationStats, GenerationStats, GenerationStats];

/** Upper bounds of the classes of pauses, in milliseconds; those that Prometheus histograms use, for shorter times. */
const PAUSE_BOUNDS = [
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1000,
  2500,
  5000,
  10_000,
  Number.POSITIVE_INFINITY,
];

export class Accounts {
  readonly #pauses = PAUSE_BOUNDS.map(() => 0);
  readonly generations: Totals = [emptyStats(), emptyStats(), emptyStats()];
  collections = 0;
  /** Milliseconds of all collections, and of the longest. */
  pauseTotalMs = 0;
  pauseMaxMs = 0;

  /** How many collections took how long. */
  get pauses(): PauseClass[] {
    return PAUSE_BOUNDS.map((upToMs, n) => ({ upToMs, count: this.#pauses[n]! }));
  }

  /** A collection is over. */
  add(generation: Generation, findings: Findings, pauseMs: number): void {
    const { cycle } = findings;
    const totals = this.generations[generation];
    totals.collections++;
    totals.collected += findings.collected - (cycle?.collected ?? 0);
    totals.uncollectable += findings.uncollectable - (cycle?.uncollectable ?? 0);
    totals.candidates += findings.candidates;
    totals.duration += pauseMs / 1000;
    this.pauseTotalMs += pauseMs;
    this.pauseMaxMs = Math.max(this.pauseMaxMs, pauseMs);
    this.collections++;
    this.#pauses[PAUSE_BOUNDS.findIndex((bound) => pauseMs <= bound)]! += 1;
    if (cycle === undefined) return;
    // A cycle counts as one collection of the oldest generation; its time was part of the young ones'.
    const old = this.generations[2];
    old.collections++;
    old.candidates += cycle.suspects;
    old.collected += cycle.collected;
    old.uncollectable += cycle.uncollectable;
  }
}

function emptyStats(): GenerationStats {
  return { collections: 0, collected: 0, uncollectable: 0, candidates: 0, duration: 0 };
}
