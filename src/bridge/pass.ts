/**
 * What both drivers do alike, up to the moment when slots are weak.
 *
 *   job 1   WeakRefs for what is in slots, strong references to the targets of PyProxies
 *   job 2   trace → plan → mirror; then the driver demotes, and all strong references of the pass are given up
 *
 * The two jobs are apart because a WeakRef, when it is made and when it is read, holds its target until the end of the job.
 */
import type { Machine } from "../cpython/machine.js";
import { Demotion, type SlotReferences } from "./demotion.js";
import type { Hiwire } from "./hiwire.js";
import type { Access, Ledger, LedgerEntry } from "./ledger.js";
import { mirror } from "./mirror.js";
import type { BridgeModule } from "./pyodide-module.js";
import type { Trace, TraceRules, Tracer } from "./tracer.js";

/** What a bridge is made of. */
export interface Parts {
  readonly machine: Machine;
  readonly module: BridgeModule;
  readonly ledger: Ledger;
  readonly hiwire: Hiwire;
  readonly references: SlotReferences;
  readonly tracer: Tracer;
  readonly faults: Faults;
}

/** Faults that only tests put in, to see that they are found. */
export interface Faults {
  /** No edges are mirrored. */
  readonly noMirror?: boolean;
  /** Reading a PyProxy restores nothing. */
  readonly noBarrier?: boolean;
}

/** What owns references, and is held strongly from one job to the next. */
export interface Owner {
  readonly entry: LedgerEntry;
  readonly target: object;
}

/** A traced heap, and the slots that may become weak. */
export interface Plan {
  readonly trace: Trace;
  /** What PyProxies own, as the trace was asked. */
  readonly objects: readonly number[];
  readonly demotion: Demotion;
  /** Keeps mirror nodes alive for as long as their targets. */
  mirror: WeakMap<object, unknown> | undefined;
}

/** Job 1: what owns references, of those that JavaScript comes to in a way that the driver `allows`. */
export function prepare({ ledger, hiwire, references }: Parts, allows: (access: Access) => boolean): Owner[] {
  references.prepare(hiwire);
  const owners: Owner[] = [];
  for (const entry of ledger.entries()) {
    if (!allows(entry.access)) continue;
    const target = entry.deref();
    if (target !== undefined) owners.push({ entry, target });
  }
  return owners;
}

/**
 * The first half of job 2; undefined when there was no memory. Leaves in `owners` those that a mirror node hangs on; who
 * demotes must empty it before.
 */
export function plan(parts: Parts, owners: Owner[], rules: TraceRules): Plan | undefined {
  const { hiwire, references, tracer, module, faults } = parts;
  // Some may have been destroyed since job 1, and their objects freed.
  const alive = owners.filter(({ entry }) => !entry.released);
  owners.length = 0;
  module._clear_method_call_singleton();
  const objects = alive.map(({ entry }) => entry.object);
  const trace = tracer.run(objects, rules);
  if (trace === undefined) return undefined;
  const values: (object | undefined)[] = [];
  const demotion = Demotion.plan(hiwire, references, trace.pairs, values);
  const targets = alive.map(({ target }) => target);
  const attached = faults.noMirror ? undefined : mirror(trace, targets, values);
  for (let i = 0; i < alive.length; i++) if (trace.mirrorOf[i]! >= 0) owners.push(alive[i]!);
  alive.length = 0;
  targets.length = 0;
  values.length = 0;
  return { trace, objects, demotion, mirror: attached };
}

/** Milliseconds of a pass: in all, and of its longest piece. */
export class PassTimer {
  ms = 0;
  longestMs = 0;

  /** Does a piece of the work. */
  time<T>(action: () => T): T {
    const started = performance.now();
    try {
      return action();
    } finally {
      const spent = performance.now() - started;
      this.ms += spent;
      this.longestMs = Math.max(this.longestMs, spent);
    }
  }
}

/** Resolves in another job of the host. */
export function nextJob(): Promise<void> {
  return new Promise((resolve) => {
    const host = globalThis as { setImmediate?: (callback: () => void) => unknown };
    if (host.setImmediate !== undefined) host.setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
