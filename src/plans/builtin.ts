/** The built-in plan: CPython's own collector stays, and Moult only reports on it. For comparison. */
import type { Generation, VerifyLevel } from "../api.js";
import { MoultError } from "../errors.js";
import type { Findings, Plan, PlanConstraints } from "./plan.js";

export class BuiltinPlan implements Plan {
  readonly name = "builtin";
  readonly constraints: PlanConstraints = { replacesCollector: false };

  /** There is nothing of ours to check. */
  verify: VerifyLevel = 0;

  select(requested: Generation): Generation {
    return requested;
  }

  collect(): Findings {
    throw new MoultError("detached", "the built-in plan collects by CPython's own collector");
  }

  afterHandOver(): void {}

  release(): void {}
}
