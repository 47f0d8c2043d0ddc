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
import { nextJob, type Owner, type Parts, type Plan, plan, prepare } from "./pass.js";
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
  /** Milliseconds of the pass, without the engine's collection and Python's. */
  readonly ms: number;
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
  const started = performance.now();
  const owners = prepare(parts, () => true);
  const prepareMs = performance.now() - started;
  await nextJob();
  return mayRun() ? collectNow(parts, owners, permissive, gc, collect, prepareMs) : undefined;
}

function collectNow(
  parts: Parts,
  owners: Owner[],
  permissive: boolean,
  gc: () => void,
  collect: () => void,
  prepareMs: number,
): Collected | undefined {
  const started = performance.now();
  const planned = plan(parts, owners, { permissive, holdsReferenced: false });
  owners.length = 0;
  if (planned === undefined) return undefined;
  planned.demotion.demote();
  const demotedAt = performance.now();
  // The first may only bring to its end what was under way, and keep what was marked before.
  gc();
  gc();
  const collectedAt = performance.now();
  planned.demotion.restoreAll();
  planned.mirror = undefined;
  // Where no JavaScript object is gone, PyProxies that are have nothing to do with cycles: Pyodide releases them.
  const dead = planned.demotion.lost > 0 ? deadEntries(parts.ledger) : [];
  const ms = prepareMs + performance.now() - collectedAt + demotedAt - started;
  if (dead.length > 0 && bury(parts.machine, dead)) collect();
  return outcome(planned, dead.length, ms);
}

function outcome({ trace, demotion }: Plan, proxies: number, ms: number): Collected {
  const { size: demoted, lost: slots } = demotion;
  const { held, outside } = trace;
  return { proxies, demoted, slots, held, outside, buried: demotion.buried(), ms };
}
