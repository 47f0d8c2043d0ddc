/**
 * The incremental plan: young collections at CPython's trigger, and the old generation in slices behind them.
 *
 * Every automatic collection is a young one, with a slice of the cycle over the old generation at its end when the pacer
 * wants one (old-cycle.ts). A step is the same at another time, and for as long as its caller says. What is asked for
 * explicitly is done at once and whole, as in the generational plan.
 */
import type { CycleState, Generation, VerifyLevel } from "../api.js";
import type { Machine } from "../cpython/machine.js";
import type { CycleSummary } from "../events/events.js";
import type { Pool } from "../memory/pool.js";
import { type Pace, Pacer } from "../pacer/pacer.js";
import { StressPace } from "../pacer/stress.js";
import { type Attention, Tenuring } from "../pacer/tenuring.js";
import type { Verifier } from "../verify/verifier.js";
import { GenerationalPlan } from "./generational.js";
import { type OldCycle, PORTIONS, STRESS_PORTIONS } from "./old-cycle.js";
import type { Findings, Plan, PlanConstraints, StepFindings, Steps } from "./plan.js";
import { minus, NO_WORK, plus } from "./work.js";

const YOUNG: Generation = 0;
const MIDDLE: Generation = 1;
const OLDEST: Generation = 2;
/**
 * Young objects that an automatic collection looks at: more than there are, but where many live ones took the place of dead
 * ones.
 */
const YOUNG_AT_MOST = 60_000;
/** Young objects that are worth an idle moment: half of what makes CPython collect them by itself. */
const YOUNG_DUE = 1000;
/** Young objects that are looked at in a step of no time, and those that more are for each of its milliseconds. */
const YOUNG_AT_LEAST = 2000;
const YOUNG_PER_MS = 10_000;

/** The options that slices depend on. */
export interface SliceOptions {
  readonly pauseGoal: number;
  readonly stress: boolean;
}

export class IncrementalPlan implements Plan, Steps {
  readonly name = "incremental";
  readonly constraints: PlanConstraints = { replacesCollector: true };
  readonly steps: Steps = this;
  readonly pauseGoal: number;
  readonly #machine: Machine;
  readonly #whole: GenerationalPlan;
  readonly #cycle: OldCycle;
  readonly #pool: Pool;
  readonly #pacer: Pace;
  readonly #tenuring: Tenuring;
  /**
   * What the collection that CPython is about to ask for does with the middle generation; undefined for one that a program
   * asks for.
   */
  #attention: Attention | undefined;

  /** @param options how long a slice should be at most, and whether to make as many as possible */
  constructor(machine: Machine, pool: Pool, verifier: Verifier, { pauseGoal, stress }: SliceOptions) {
    this.pauseGoal = pauseGoal;
    this.#machine = machine;
    this.#pool = pool;
    this.#whole = new GenerationalPlan(machine, verifier);
    this.#cycle = this.#whole.oldCycle(stress ? STRESS_PORTIONS : PORTIONS);
    const { kernel, state } = machine;
    const objects = kernel.size(state.generation(1)) + kernel.size(state.generation(2));
    this.#pacer = stress ? new StressPace() : new Pacer(pauseGoal, { objects, bytes: pool.bytesInUse });
    this.#tenuring = new Tenuring(pauseGoal);
    pool.setAlarm(this.#pacer.alarm);
  }

  get verify(): VerifyLevel {
    return this.#whole.verify;
  }

  set verify(level: VerifyLevel) {
    this.#whole.verify = level;
  }

  /**
   * The young one, and with it those that survived the last few times, where another look at them is due: the old
   * generation has a rhythm of its own. All of them, where C code asks for that.
   */
  select(requested: Generation): Generation | undefined {
    const { state } = this.#machine;
    if (requested === OLDEST) return requested;
    if (state.count(YOUNG) <= state.threshold(YOUNG)) return undefined;
    const insisted = state.count(MIDDLE) > state.threshold(MIDDLE);
    this.#attention = this.#tenuring.next(this.#pacer.bytesGrown(this.#pool.bytesInUse), insisted);
    return this.#attention === "none" ? YOUNG : MIDDLE;
  }

  collect(generation: Generation): Findings {
    const findings = generation === OLDEST ? this.#collectAll() : this.#collectYoungAndSlice(generation);
    this.#attention = undefined;
    this.#pool.setAlarm(this.#pacer.alarm);
    return findings;
  }

  get state(): CycleState {
    return this.#cycle.state;
  }

  get due(): boolean {
    return this.#cycle.underWay || this.#pacer.ripe || this.#machine.state.count(YOUNG) >= YOUNG_DUE;
  }

  step(ms: number, insist: boolean): StepFindings {
    const started = performance.now();
    const before = this.#cycle.work;
    const fits = this.#machine.state.count(YOUNG) <= YOUNG_AT_LEAST + ms * YOUNG_PER_MS;
    const young = fits ? this.#collectYoung(YOUNG) : this.#promoteYoung();
    const findings = this.#withSlice(young, () => {
      this.#begin(insist || this.#pacer.ripe, true);
      return this.#slice(Math.max(0, ms - (performance.now() - started)));
    });
    this.#pool.setAlarm(this.#pacer.alarm);
    return { ...findings, work: plus(young, minus(this.#cycle.work, before)) };
  }

  afterHandOver(found: number): void {
    this.#whole.afterHandOver(found);
  }

  release(): void {
    this.#cycle.settle();
    this.#whole.release();
  }

  #collectAll(): Findings {
    this.#cycle.settle();
    const findings = this.#whole.collect(OLDEST);
    const objects = findings.examined - findings.collected;
    this.#pacer.reset({ objects, bytes: this.#pool.bytesInUse });
    this.#tenuring.reset();
    return findings;
  }

  #collectYoungAndSlice(generation: Generation): Findings {
    const started = performance.now();
    return this.#withSlice(this.#collectYoung(generation), () => {
      this.#begin(this.#pacer.due, this.#tenuring.joinsCycle);
      const spent = generation === MIDDLE ? performance.now() - started : 0;
      return this.#slice(this.#pacer.slice(spent));
    });
  }

  /** The young generation; or with it the middle one: survivors of a look stay there, others become old. */
  #collectYoung(generation: Generation): Findings {
    const { state } = this.#machine;
    const started = performance.now();
    // Where CPython chooses the generation, it is not to come to the oldest, nor to the middle one when that was passed over.
    if (state.count(MIDDLE) > state.threshold(MIDDLE)) state.setCount(MIDDLE, 0);
    const young = this.#attention === undefined ? undefined : YOUNG_AT_MOST;
    const findings = this.#whole.collect(generation, MIDDLE, young);
    if (state.count(OLDEST) > state.threshold(OLDEST)) state.setCount(OLDEST, 0);
    if (findings.handedOver) return findings;
    const { examined, collected: dead } = findings;
    if (generation === YOUNG) this.#survived(examined - dead);
    else {
      const look = { examined, dead, ms: performance.now() - started };
      this.#tenuring.looked(look, this.#pacer.bytesGrown(this.#pool.bytesInUse));
      this.#tenureIf(this.#attention !== "look");
    }
    return findings;
  }

  /** So many objects have joined the middle generation. */
  #survived(objects: number): void {
    this.#tenuring.survived(objects);
    this.#tenureIf(false);
  }

  /** Makes what is in the middle generation old, where it is wanted or there is much of it. */
  #tenureIf(wanted: boolean): void {
    const becomesOld = wanted || this.#tenuring.isFull;
    if (becomesOld) this.#cycle.join();
    this.#pacer.promote(becomesOld ? this.#tenuring.tenure() : 0, this.#pool.bytesInUse);
  }

  /** More young objects than there is time for go on to the middle generation as they are. */
  #promoteYoung(): Findings {
    const objects = this.#machine.state.count(YOUNG);
    this.#whole.promoteYoung();
    this.#survived(objects);
    return NOTHING_FOUND;
  }

  /** A young collection and the slice behind it, as one. */
  #withSlice(findings: Findings, work: () => CycleSummary | undefined): Findings {
    if (findings.handedOver) return findings;
    const started = performance.now();
    const cycle = work();
    const slice = performance.now() - started;
    const phases = { ...findings.phases, slice };
    const uncut = this.#cycle.takeUncut();
    const parts = this.#cycle.takeParts();
    if (cycle === undefined) return { ...findings, phases, uncut, parts };
    return {
      ...findings,
      phases,
      uncut,
      parts,
      cycle,
      collected: findings.collected + cycle.collected,
      uncollectable: findings.uncollectable + cycle.uncollectable,
      resurrected: findings.resurrected + cycle.resurrected,
    };
  }

  /** Begins a cycle if that is wanted, none is under way, and there is memory for it. */
  #begin(wanted: boolean, takesMiddle: boolean): void {
    if (!wanted || this.#cycle.underWay) return;
    if (takesMiddle) this.#tenureIf(true);
    if (!this.#cycle.begin()) return;
    this.#tenuring.beginCycle(takesMiddle);
    this.#pacer.begin();
  }

  #slice(ms: number): CycleSummary | undefined {
    if (!this.#cycle.underWay) return undefined;
    const started = performance.now();
    const done = this.#cycle.step(ms);
    this.#pacer.spend(performance.now() - started, this.#pool.bytesInUse);
    if (done === undefined) return undefined;
    this.#pacer.end(done.examined - done.collected);
    this.#tenuring.endCycle(done.suspects - done.collected);
    return done;
  }
}

/** Of a young generation that nobody looked at. */
const NOTHING_FOUND: Findings = {
  ...NO_WORK,
  marked: 0,
  candidates: 0,
  phases: { mark: 0, trial: 0, dispose: 0, slice: 0 },
  handedOver: false,
};
