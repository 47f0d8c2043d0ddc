/** Choosing a plan. */

import type { Machine } from "../cpython/machine.js";
import type { Pool } from "../memory/pool.js";
import type { ResolvedOptions } from "../options.js";
import { Verifier } from "../verify/verifier.js";
import { BuiltinPlan } from "./builtin.js";
import { GenerationalPlan } from "./generational.js";
import { IncrementalPlan } from "./incremental.js";
import type { Plan } from "./plan.js";

/** The plan that the options ask for. */
export function createPlan(machine: Machine, pool: Pool, options: ResolvedOptions): Plan {
  if (options.plan === "builtin") return new BuiltinPlan();
  const verifier = new Verifier(machine, options.verify);
  if (options.plan === "incremental") return new IncrementalPlan(machine, pool, verifier, options);
  return new GenerationalPlan(machine, verifier);
}
