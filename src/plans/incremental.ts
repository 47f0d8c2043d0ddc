/**
 * The incremental plan: young collections at CPython's trigger, and the old generation in slices behind them.
 *
 * Every automatic collection is a young one, with a slice of the cycle over the old generation at its end when the pacer
 * wants one (old-cycle.ts). What is asked for explicitly is done at once and whole, as in the generational plan.
 */
import type { Generation, VerifyLevel } from "../api.js";
import type { Machine } from "../cpython/machine.js";
import type { CycleSummary } from "../events/events.js";
import type { Pool } from "../memory/pool.js";
import { type Pace, Pacer } from "../pacer/pacer.js";
import { StressPace } from "../pacer/stress.js";
import type { Verifier } from "../verify/verifier.js";
import { GenerationalPlan } from "./generational.js";
import { type OldCycle, PORTIONS, STRESS_PORTIONS } from "./old-cycle.js";
import type { Findings, Plan, PlanConstraints } from "./plan.js";

const YOUNG: Generation = 0;

/** The options that slices depend on. */
export interface SliceOptions {
  readonly pauseGoal: number;
  readonly stress: boolean;
}

export class IncrementalPlan implements Plan {
  readonly name = "incremental";
  readonly constraints: PlanConstraints = { replacesCollector: true };
  readonly #machine: Machine;
  readonly #whole: GenerationalPlan;
  readonly #cycle: OldCycle;
  readonly #pool: Pool;
  readonly #pacer: Pace;

  /** @param options how long a slice should be at most, and whether to make as many as possible */
  constructor(machine: Machine, pool: Pool, verifier: Verifier, { pauseGoal, stress }: SliceOptions) {
    this.#machine = machine;
    this.#pool = pool;
    this.#whole = new GenerationalPlan(machine, verifier);
    this.#cycle = this.#whole.oldCycle(stress ? STRESS_PORTIONS : PORTIONS);
    const { kernel, state } = machine;
    const objects = kernel.size(state.generation(1)) + kernel.size(state.generation(2));
    this.#pacer = stress ? new StressPace() : new Pacer(pauseGoal, { objects, bytes: pool.bytesInUse });
    pool.setAlarm(this.#pacer.alarm);
  }

  get verify(): VerifyLevel {
    return this.#whole.verify;
  }

  set verify(level: VerifyLevel) {
    this.#whole.verify = level;
  }

  /** The young one: the old generation has a rhythm of its own. All of them, where C code asks for that. */
  select(requested: Generation): Generation | undefined {
    const { state } = this.#machine;
    if (requested === 2) return requested;
    return state.count(YOUNG) > state.threshold(YOUNG) ? YOUNG : undefined;
  }

  collect(generation: Generation): Findings {
    const findings = generation === YOUNG ? this.#collectYoung() : this.#collectOld(generation);
    this.#pool.setAlarm(this.#pacer.alarm);
    return findings;
  }

  #collectOld(generation: Generation): Findings {
    this.#cycle.settle();
    const findings = this.#whole.collect(generation);
    const objects = findings.examined - findings.collected;
    this.#pacer.reset({ objects, bytes: this.#pool.bytesInUse });
    return findings;
  }

  #collectYoung(): Findings {
    const { state } = this.#machine;
    const findings = this.#whole.collect(YOUNG);
    // Where CPython chooses the generation, it is not to come to the oldest.
    if (state.count(1) > state.threshold(1)) state.setCount(1, 0);
    if (findings.handedOver) return findings;
    this.#pacer.promote(findings.examined - findings.collected, this.#pool.bytesInUse);
    const started = performance.now();
    const cycle = this.#slice();
    const slice = performance.now() - started;
    const phases = { ...findings.phases, slice };
    if (cycle === undefined) return { ...findings, phases };
    return {
      ...findings,
      phases,
      cycle,
      collected: findings.collected + cycle.collected,
      uncollectable: findings.uncollectable + cycle.uncollectable,
      resurrected: findings.resurrected + cycle.resurrected,
    };
  }

  afterHandOver(found: number): void {
    this.#whole.afterHandOver(found);
  }

  release(): void {
    this.#cycle.settle();
    this.#whole.release();
  }

  #slice(): CycleSummary | undefined {
    if (!this.#cycle.underWay && this.#pacer.due && this.#cycle.begin()) this.#pacer.begin();
    if (!this.#cycle.underWay) return undefined;
    const ms = this.#pacer.slice();
    const started = performance.now();
    const done = this.#cycle.step(ms);
    this.#pacer.spend(performance.now() - started, this.#pool.bytesInUse);
    if (done !== undefined) this.#pacer.end(done.examined - done.collected);
    return done;
  }
}
