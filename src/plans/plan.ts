/** What a collection algorithm is to the rest of Moult. */
import type { Generation, PlanName } from "../api.js";
import type { PhaseTimes } from "../events/events.js";

/** What a plan needs and does, declared beside it. */
export interface PlanConstraints {
  /** Moult collects and CPython's own pass finds nothing; where false, CPython collects and Moult watches. */
  readonly replacesCollector: boolean;
}

/** What one collection found and did. Counts are objects. */
export interface Findings {
  readonly examined: number;
  readonly marked: number;
  readonly candidates: number;
  readonly collected: number;
  readonly uncollectable: number;
  readonly resurrected: number;
  readonly phases: PhaseTimes;
}

export interface Plan {
  readonly name: PlanName;
  readonly constraints: PlanConstraints;
  /** The generation that an automatic trigger should collect now; undefined for none. */
  select(): Generation | undefined;
  /** Collects a generation and all younger ones. CPython's `collecting` flag is set, no error is pending. */
  collect(generation: Generation): Findings;
  /** Gives back the memory that the plan holds. */
  release(): void;
}
