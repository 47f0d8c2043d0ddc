/** The machine-readable report: its fields, what they mean and their units. docs/events.md shows the same. */
import type { CollectorName, TypeUse } from "../api.js";

/** Pauses in milliseconds; all 0 when there was none. Quantiles are at most 0.8 % off, the rest is exact. */
export interface PauseJson {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  totalMs: number;
}

/** The sums over some collections. */
export interface TotalsJson {
  collections: number;
  /** How many of them `gc.collect()` or JavaScript asked for. */
  forced: number;
  /** Objects that were in the generations collected, summed: an object counts in each collection. */
  examined: number;
  /** Objects that went into trial deletion, summed. */
  candidates: number;
  /** Objects freed. */
  collected: number;
  /** Objects found dead that could not be freed; they are in `gc.garbage`. */
  uncollectable: number;
  /** Objects that a finalizer brought back to life. */
  resurrected: number;
  pause: PauseJson;
}

/** What the memory limit did. */
export interface MemoryLimitJson {
  limitBytes: number;
  /** How often an allocation was refused because of it (refusals between two safe points count once). */
  refusals: number;
  /** The types that held most when it was last refused, largest first. */
  types: readonly TypeUse[];
}

/** The machine-readable report. Fields may be added; one that changes its meaning changes `version`. */
export interface ReportJson {
  format: "moult-report";
  version: 1;
  /** The plan; null when it was not given and nothing was collected. */
  plan: CollectorName | null;
  /** All collections together. */
  total: TotalsJson;
  /** By generation: young, middle, full. */
  generations: [TotalsJson, TotalsJson, TotalsJson];
  /** Milliseconds by phase over all collections; all 0 with the plan `builtin`, which can't see them. */
  phasesMs: { mark: number; trial: number; dispose: number };
  /** Milliseconds from attach to the end of the run. */
  elapsedMs: number;
  /** `total.pause.totalMs` as a share of `elapsedMs`, 0 to 1. */
  pauseShare: number;
  /** The largest size of WebAssembly memory seen, which never shrinks. */
  peakMemoryBytes: number;
  /** Null when the memory limit was never reached. */
  memoryLimit: MemoryLimitJson | null;
}
