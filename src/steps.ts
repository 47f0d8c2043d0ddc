/** Steps, seen from outside: the time that a caller grants, and the answer. */
import type { CycleState, StepBudget, StepOutcome, StepResult, Work } from "./api.js";
import { MoultError } from "./errors.js";
import { quote } from "./options/resolve.js";
import type { Plan, Steps } from "./plans/plan.js";
import { NO_WORK } from "./plans/work.js";

/** How the plan collects in steps. Throws MoultError "no-steps" when it can't. */
export function stepsOf({ name, steps }: Plan): Steps {
  if (steps !== undefined) return steps;
  const cure = 'attach with { plan: "incremental" }, or use collect()';
  throw new MoultError("no-steps", `the plan "${name}" can't collect in steps; ${cure}`);
}

/** The milliseconds that a budget stands for now; `usual` when there is none. RangeError: it is none. */
export function millisecondsOf(budget: StepBudget | undefined, usual: number): number {
  if (budget === undefined) return usual;
  const ms: unknown = typeof budget === "object" && budget !== null ? budget.timeRemaining?.() : budget;
  if (typeof ms === "number" && ms >= 0) return ms;
  const allowed = "a number of milliseconds, at least 0, or an object with timeRemaining()";
  throw new RangeError(`a budget can't be ${quote(ms ?? budget)}; allowed: ${allowed}`);
}

/** The answer to a step. */
export function stepResult(
  outcome: StepOutcome,
  before: CycleState,
  after: CycleState = before,
  work: Work = NO_WORK,
  ms = 0,
): StepResult {
  return { outcome, done: outcome !== "working", before, after, ...work, ms };
}
