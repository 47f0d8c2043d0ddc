/** Choosing a plan. */
import type { MoultOptions } from "../api.js";
import type { Machine } from "../cpython/machine.js";
import { BuiltinPlan } from "./builtin.js";
import { GenerationalPlan } from "./generational.js";
import type { Plan } from "./plan.js";

/** The plan that the options ask for. */
export function createPlan(machine: Machine, options: MoultOptions): Plan {
  if (options.plan === "builtin") return new BuiltinPlan();
  return new GenerationalPlan(machine, undefined);
}
