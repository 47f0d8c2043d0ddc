/** What a collection algorithm is to the rest of Moult. */
import type { CollectorName, CycleState, Generation, VerifyLevel, Work } from "../api.js";
import type { CycleSummary, PhaseTimes, SlicePart, Uncut } from "../events/events.js";

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
  /** What of a slice could not be cut, in plans that have such. */
  readonly uncut?: Uncut | undefined;
  /** What the slice was spent on, in plans that have such. */
  readonly parts?: readonly SlicePart[] | undefined;
  /** The cycle over the old generation that ended in this collection, in plans that have such. */
  readonly cycle?: CycleSummary;
  /** The trash was not disposed of: CPython's own pass is to do it, as a check (`verify` 3). */
  readonly handedOver: boolean;
}

/** What a step found and did, and its own share in that: a cycle's objects are in the findings of its last slice. */
export interface StepFindings extends Findings {
  readonly work: Work;
}

/** Collecting step by step, in plans that can. */
export interface Steps {
  /** Where the cycle over the old generation is. */
  readonly state: CycleState;
  /** Milliseconds of a step when nobody says. */
  readonly pauseGoal: number;
  /** There is something worth an idle moment: a cycle under way, or enough for one, or for a young collection. */
  readonly due: boolean;
  /**
   * A young collection, and a slice of about `ms` milliseconds behind it; on the same terms as `Plan.collect`.
   *
   * @param insist begin a cycle, when none is under way, also before it is worth while
   */
  step(ms: number, insist: boolean): StepFindings;
}

export interface Plan {
  readonly name: CollectorName;
  readonly constraints: PlanConstraints;
  /** Undefined: this plan cannot be cut into steps. */
  readonly steps?: Steps;
  /**
   * The generation to collect where CPython's trigger, or C code, asks for one; undefined for none. An automatic
   * collection of 3.14.0 to 3.14.4 always asks for 1.
   */
  select(requested: Generation): Generation | undefined;
  /** Somebody asks for a collection: called before CPython begins with it. */
  beforeAsked?(): void;
  /** Collects a generation and all younger ones. CPython's `collecting` flag is set, no error is pending. */
  collect(generation: Generation): Findings;
  /** How much the plan checks itself from now on. */
  verify: VerifyLevel;
  /** CPython's own pass over what was handed over is done; it found so many objects unreachable. */
  afterHandOver(found: number): void;
  /** Gives back the memory that the plan holds. */
  release(): void;
}
