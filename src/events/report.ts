/**
 * The report: what the collector did in a whole run. A reader of collection events that keeps sums and
 * histograms only, so its memory does not grow with the run; it reads no clock and knows no platform.
 */
import type { CollectorName, Generation } from "../api.js";
import type { CollectionEvent, MemoryLimitEvent } from "./events.js";
import { Histogram } from "./histogram.js";
import type { MemoryLimitJson, ReportJson, TotalsJson } from "./report-json.js";
import { formatReport } from "./report-text.js";

/** What only the host of the run knows. */
export interface RunFacts {
  /** Milliseconds from attach to the end. Default: to the end of the last collection. */
  elapsedMs?: number;
  /** Bytes of WebAssembly memory at the end. Default: at the last collection. */
  memoryBytes?: number;
}

/** What is summed up of every collection. */
const COUNTS = ["examined", "candidates", "collected", "uncollectable", "resurrected"] as const;
const PHASES = ["mark", "trial", "dispose"] as const;

class Totals {
  readonly pauses = new Histogram();
  forced = 0;
  examined = 0;
  candidates = 0;
  collected = 0;
  uncollectable = 0;
  resurrected = 0;

  add(event: CollectionEvent): void {
    this.pauses.add(event.pauseMs);
    if (event.reason === "explicit") this.forced += 1;
    for (const field of COUNTS) this[field] += event[field];
  }

  json(): TotalsJson {
    const { pauses, forced, examined, candidates, collected, uncollectable, resurrected } = this;
    const pause = {
      p50Ms: pauses.quantile(0.5),
      p99Ms: pauses.quantile(0.99),
      maxMs: pauses.max,
      totalMs: pauses.total,
    };
    const collections = pauses.count;
    return { collections, forced, examined, candidates, collected, uncollectable, resurrected, pause };
  }
}

/**
 * Sums up a run; feed it with `moult.on("collection", (event) => report.add(event))`, and, where there is a memory
 * limit, `moult.on("memory-limit", (event) => report.addRefusal(event))`.
 */
export class Report {
  readonly #total = new Totals();
  readonly #generations: Readonly<Record<Generation, Totals>> = [new Totals(), new Totals(), new Totals()];
  readonly #phases = { mark: 0, trial: 0, dispose: 0 };
  #plan: CollectorName | null;
  #lastEndMs = 0;
  #peakBytes = 0;
  #memoryLimit: MemoryLimitJson | null = null;

  /** `plan` is only needed so that a run without collections can name it. */
  constructor(plan: CollectorName | null = null) {
    this.#plan = plan;
  }

  add(event: CollectionEvent): void {
    this.#plan = event.plan;
    this.#total.add(event);
    this.#generations[event.generation].add(event);
    for (const phase of PHASES) this.#phases[phase] += event.phases[phase];
    this.#lastEndMs = Math.max(this.#lastEndMs, event.startedAtMs + event.pauseMs);
    this.#peakBytes = Math.max(this.#peakBytes, event.memoryBytes);
  }

  /** The memory limit was reached. */
  addRefusal({ limitBytes, report }: MemoryLimitEvent): void {
    const refusals = (this.#memoryLimit?.refusals ?? 0) + 1;
    this.#memoryLimit = { limitBytes, refusals, types: report.types };
  }

  /** The report for programs. */
  json(run: RunFacts = {}): ReportJson {
    const elapsedMs = run.elapsedMs ?? this.#lastEndMs;
    const [young, middle, full] = [0, 1, 2].map((n) => this.#generations[n as Generation].json());
    const total = this.#total.json();
    return {
      format: "moult-report",
      version: 1,
      plan: this.#plan,
      total,
      generations: [young!, middle!, full!],
      phasesMs: { ...this.#phases },
      elapsedMs,
      pauseShare: elapsedMs > 0 ? total.pause.totalMs / elapsedMs : 0,
      peakMemoryBytes: Math.max(this.#peakBytes, run.memoryBytes ?? 0),
      memoryLimit: this.#memoryLimit,
    };
  }

  /** The report for people: a few lines, the last one ended. */
  text(run: RunFacts = {}): string {
    return formatReport(this.json(run));
  }
}
