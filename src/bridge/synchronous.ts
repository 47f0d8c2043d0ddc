/**
 * The synchronous driver, where the engine's collector can be called:
 *
 *   job 1   prepare
 *   job 2   plan → demote → gc → restore → bury what is dead → collect
 *
 * Between demoting and restoring nothing runs but the engine's collector, so no barrier is needed, and weak references of
 * Python's need no care: whatever they lead to is restored before Python runs again.
 */
import { bury, deadEntries } from "./drain.js";
import { nextJob, type Owner, type Parts, PassTimer, type Plan, plan, prepare } from "./pass.js";
import type { Held } from "./tracer.js";

/** What a pass did. */
export interface Collected {
  /** PyProxies that were collected. */
  readonly proxies: number;
  /** Slots that were demoted, and those whose JavaScript objects were collected. */
  readonly demoted: number;
  readonly slots: number;
  readonly held: readonly Held[];
  readonly outside: number;
  /** Of those slots, how many a JsProxy that is alive still holds: 0, unless finalizers may find tombstones. */
  readonly buried: number;
  /** Milliseconds of the pass in all, and of its longest piece, without the engine's collection and Python's. */
  readonly ms: number;
  readonly longestMs: number;
}

/**
 * Collects cycles through both heaps.
 *
 * @param gc a full collection of the engine's
 * @param mayRun asked at the beginning of job 2: Python must not be running
 * @param collect a full collection of Python's
 * @returns undefined when it could not run
 */
export async function collectSynchronously(
  parts: Parts,
  permissive: boolean,
  gc: () => void,
  mayRun: () => boolean,
  collect: () => void,
): Promise<Collected | undefined> {
  const timer = new PassTimer();
  const owners = timer.time(() => prepare(parts, () => true));
  await nextJob();
  return mayRun() ? collectNow(parts, owners, permissive, gc, collect, timer) : undefined;
}

function collectNow(
  parts: Parts,
  owners: Owner[],
  permissive: boolean,
  gc: () => void,
  collect: () => void,
  timer: PassTimer,
): Collected | undefined {
  const planned = timer.time(() =>
    plan(parts, owners, { permissive, holdsReferenced: false, thorough: true }),
  );
  owners.length = 0;
  if (planned === undefined) return undefined;
  timer.time(() => planned.demotion.demote());
  // The first may only bring to its end what was under way, and keep what was marked before.
  gc();
  gc();
  const dead = timer.time(() => {
    planned.demotion.restoreAll();
    planned.mirror = undefined;
    // Where no JavaScript object is gone, PyProxies that are have nothing to do with cycles: Pyodide releases them.
    return planned.demotion.lost > 0 ? deadEntries(parts.ledger) : [];
  });
  if (dead.length > 0 && bury(parts.machine, dead)) collect();
  return outcome(planned, dead.length, timer);
}

function outcome({ trace, demotion }: Plan, proxies: number, { ms, longestMs }: PassTimer): Collected {
  const { size: demoted, lost: slots } = demotion;
  const { held, outside } = trace;
  return { proxies, demoted, slots, held, outside, buried: demotion.buried(), ms, longestMs };
}
