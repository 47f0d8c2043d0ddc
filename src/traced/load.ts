/** Loading a Pyodide whose CPython was rewritten, with the collector that it needs. */
import type { Moult, MoultOptions, PyodideLike } from "../api.js";
import { attachPlan } from "../attach.js";
import { LAYOUTS } from "../cpython/detect.js";
import { compileTracedKernel } from "./kernel.js";
import { type TracedFaults, TracedPlan } from "./plan.js";
import { tracedSeat, withTracedSeat } from "./seat.js";
import { FIRST_STICKY, STICKY } from "./sticky.js";

/** What the rewriter has changed of each CPython that it may have been given. */
const COUNTING_STICKS = LAYOUTS.map((layout) => ({
  ...layout,
  sticky: { from: FIRST_STICKY, count: STICKY },
}));

/**
 * Loads and attaches. Throws what `load` and `attach` throw, and a MoultError "unsupported-runtime" where the kernel found no place.
 *
 * @param load loads a Pyodide from the folder of a traced runtime
 * @param options those of `attach`; the plan, the allocator and the bridge are the traced runtime's own
 */
export async function loadTraced<P extends PyodideLike>(
  load: () => Promise<P>,
  options: MoultOptions = {},
  faults: TracedFaults = {},
): Promise<[P, Moult]> {
  const module = faults.kernel ?? (await compileTracedKernel());
  const pyodide = await withTracedSeat(module, load);
  const own: MoultOptions = {
    ...options,
    plan: "generational",
    allocator: "system",
    bridge: "off",
    verify: 0,
  };
  const moult = await attachPlan(
    pyodide,
    own,
    (machine, _pool, _options, warn) =>
      new TracedPlan(machine, tracedSeat(machine.runtime.memory), warn, faults),
    COUNTING_STICKS,
  );
  // Nothing is collected while CPython starts: most of what it has made by now is garbage.
  moult.collect();
  return [pyodide, moult];
}
