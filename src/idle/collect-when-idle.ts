/**
 * Collecting in idle time: one step in each idle period, until a whole cycle is over that began after the call. So
 * whatever was garbage then is collected. A cycle that is under way already is brought to its end before: what died
 * since that one began may escape it.
 *
 * Whoever else collects meanwhile (automatic slices, gc.collect()) helps, since cycles are counted by the statistics.
 * Between two steps nothing is held: aborting or detaching leaves the cycle as it is.
 */
import type { IdleOptions, IdleResult, Moult, StepOptions } from "../api.js";
import { MoultError } from "../errors.js";
import { plus } from "../plans/work.js";
import { millisecondsOf } from "../steps.js";
import { idlePeriods, type RequestIdlePeriod } from "./periods.js";

/** With `repeat`: milliseconds until it is looked again whether there is something to do. */
const REST = 100;

/** As `Moult.collectWhenIdle`; tests bring idle periods of their own. */
export async function collectWhenIdle(
  moult: Pick<Moult, "attached" | "step" | "stats">,
  { signal, budget, repeat = false }: IdleOptions = {},
  request: RequestIdlePeriod = idlePeriods(),
): Promise<IdleResult> {
  const most = millisecondsOf(budget, Number.POSITIVE_INFINITY);
  const cycles = () => moult.stats().generations[2].collections;
  const options: StepOptions = { ifDue: repeat };
  let total: IdleResult = NOTHING;
  let until = Number.POSITIVE_INFINITY;
  let delay = 0;
  for (;;) {
    // With `repeat` there is no end, and so no reason for a process to wait for it.
    const spare = await idlePeriod(request, { delay, keepsAlive: !repeat }, signal);
    if (!moult.attached) return total;
    const before = cycles();
    if (before >= until) return { ...total, done: true };
    const allowed = spare === undefined ? budget : Math.min(spare, most);
    const result = moult.step(allowed, options);
    total = {
      done: false,
      ...plus(total, result),
      steps: total.steps + 1,
      ms: total.ms + result.ms,
    };
    delay = repeat && result.done ? REST : 0;
    if (repeat) continue;
    if (result.outcome === "no-memory")
      throw new MoultError("out-of-memory", "CPython's memory has no room left to mark with");
    if (until === Number.POSITIVE_INFINITY && result.outcome !== "busy")
      until = before + (result.before === "idle" ? 1 : 2);
    if (cycles() >= until) return { ...total, done: true };
  }
}

const NOTHING: IdleResult = {
  done: false,
  examined: 0,
  collected: 0,
  uncollectable: 0,
  resurrected: 0,
  steps: 0,
  ms: 0,
};

/** Waits for an idle period; what it can spare. Rejects with the signal's reason when that is aborted. */
function idlePeriod(
  request: RequestIdlePeriod,
  options: Parameters<RequestIdlePeriod>[1],
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = request((spare) => {
      signal?.removeEventListener("abort", abort);
      resolve(spare);
    }, options);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
