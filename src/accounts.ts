/** Running totals of one attached collector: what `stats()` tells, and gc.get_stats() in part. */
import type { Generation, GenerationStats } from "./api.js";
import type { Findings } from "./plans/plan.js";

type Totals = readonly [GenerationStats, GenerationStats, GenerationStats];

export class Accounts {
  readonly generations: Totals = [emptyStats(), emptyStats(), emptyStats()];
  collections = 0;
  /** Milliseconds of all collections, and of the longest. */
  pauseTotalMs = 0;
  pauseMaxMs = 0;

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
