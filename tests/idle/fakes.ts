/** Idle periods that come when a test says so, and a collector whose cycles have so many steps. */
import type { Moult, StepBudget, StepOptions, StepResult } from "../../src/api.js";
import type { RequestIdlePeriod } from "../../src/idle/periods.js";

export class FakePeriods {
  /** What was asked for, and taken back. */
  readonly notes: string[] = [];
  #waiting: ((spare: number | undefined) => void) | undefined;

  readonly request: RequestIdlePeriod = (callback, { delay, keepsAlive }) => {
    this.notes.push(`request ${delay} ${keepsAlive}`);
    this.#waiting = callback;
    return () => {
      this.notes.push("cancel");
      this.#waiting = undefined;
    };
  };

  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** The host is idle for so long; what follows from that has happened when this returns. */
  async come(spare?: number): Promise<void> {
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.(spare);
    await settled();
  }
}

/** Everything that promises have to do is done. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

type Stepper = Pick<Moult, "attached" | "step" | "stats">;

export class FakeMoult implements Stepper {
  attached = true;
  due = true;
  /** Instead of the next step. */
  instead: (() => StepResult) | undefined;
  readonly budgets: (StepBudget | undefined)[] = [];
  cycles = 7;
  #left = 0;

  /** @param length steps of a cycle; `begun`: how many of them are left of one that is under way */
  constructor(
    readonly length: number,
    begun = 0,
  ) {
    this.#left = begun;
  }

  step(budget?: StepBudget, { ifDue = false }: StepOptions = {}): StepResult {
    this.budgets.push(budget);
    if (this.instead !== undefined) return this.instead();
    const before = this.#left > 0 ? "mark" : "idle";
    if (this.#left === 0 && ifDue && !this.due) return answer("idle", before);
    if (this.#left === 0) this.#left = this.length;
    this.#left--;
    if (this.#left > 0) return answer("working", before);
    this.cycles++;
    return answer("ended", before);
  }

  stats() {
    const generation = {
      collections: this.cycles,
      collected: 0,
      uncollectable: 0,
      candidates: 0,
      duration: 0,
    };
    return {
      plan: "incremental" as const,
      generations: [generation, generation, generation] as const,
      pauseTotalMs: 0,
      pauseMaxMs: 0,
      pauses: [],
      memoryBytes: 0,
      allocator: "system" as const,
      attachMs: 0,
    };
  }
}

/** A step that looked at ten objects and collected one, in half a millisecond. */
export function answer(outcome: StepResult["outcome"], before: StepResult["before"] = "idle"): StepResult {
  return {
    outcome,
    done: outcome !== "working",
    before,
    after: outcome === "working" ? "mark" : "idle",
    examined: 10,
    collected: 1,
    uncollectable: 0,
    resurrected: 0,
    ms: 0.5,
  };
}
