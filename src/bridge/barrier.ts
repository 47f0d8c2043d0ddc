/**
 * The read-barrier driver, for every engine: slots stay weak until the engine has collected by itself, and Python may run
 * meanwhile.
 *
 *   idle     mark, in slices
 *   job 1    prepare
 *   job 2    plan → arm → demote
 *   …        the engine collects when it likes, or is nudged to; Pyodide's registry drops what dead PyProxies owned
 *   end      after two collections (one may have been under way before): restore all that is left
 *
 * JavaScript comes to the object of a PyProxy only by reading `ptr` of its target. While slots are weak that is an accessor:
 * the first to read it restores every slot that the object leads to, and from then on it is a plain property again. So
 * whatever Python code comes to has strong slots. The other ways to an object, and who guards them:
 *
 *   create_once_callable         calls through the module: restored before the call
 *   iterators of PyProxies       hide their pointer: not taken as owners, so what they reach is live
 *   weak references              what they lead to is held (kernel/bridge/pass.ts)
 *   finalizers                   held too; and before a reference is dropped, what it leads to is restored
 *   wrapping a JavaScript object that has a demoted slot: the map of hiwire is asked, and restores it
 *   gc.get_objects() and others  `restoreAll`, called by who answers them
 */
import type { RequestIdlePeriod } from "../idle/periods.js";
import type { Demotion } from "./demotion.js";
import { isSlot, numberIn } from "./mirror.js";
import { Nudge, type NudgeOptions } from "./nudge.js";
import { nextJob, type Owner, type Parts, PassTimer, type Plan, plan, prepare } from "./pass.js";
import type { CallObject } from "./pyodide-module.js";
import type { Held, Trace } from "./tracer.js";

/** Collections of the engine after which nothing more is to be expected: the first may have begun before. */
const COLLECTIONS = 2;
/** Milliseconds of a slice of marking. */
const MARK_MS = 2;

/** What came of a time with weak slots. */
interface Counts {
  readonly demoted: number;
  readonly slots: number;
  /** PyProxies whose objects were released meanwhile, for whatever reason. */
  readonly proxies: number;
}

const NOTHING: Counts = { demoted: 0, slots: 0, proxies: 0 };

/** How a time with weak slots ended. */
export interface Ended extends Counts {
  readonly held: readonly Held[];
  readonly outside: number;
  /** Milliseconds in all, and of the longest piece. */
  readonly ms: number;
  readonly longestMs: number;
}

/** A property `ptr` that restores at first use. */
interface Target {
  ptr: number;
}

/** Slots that are weak now, and who may lead to them. */
class Weak {
  readonly plan: Plan;
  readonly values: WeakMap<object, number>;
  /** The mirror nodes of what PyProxies own, by address. */
  readonly #numbers = new Map<number, number>();
  readonly #starts: Uint32Array;
  readonly #held: Uint32Array;
  readonly #seen: Uint8Array;
  releases = 0;
  collections = 0;
  readonly timer: PassTimer;

  constructor(planned: Plan, timer: PassTimer) {
    this.plan = planned;
    this.timer = timer;
    this.values = planned.demotion.mappedValues();
    const { trace, objects } = planned;
    trace.mirrorOf.forEach((number, i) => {
      if (number >= 0) this.#numbers.set(objects[i]!, number);
    });
    [this.#starts, this.#held] = byHolder(trace);
    this.#seen = new Uint8Array(trace.mirrors);
  }

  /** Restores every slot that the object at an address leads to. */
  restoreFrom(object: number): void {
    const first = this.#numbers.get(object);
    if (first === undefined || this.#seen[first] === 1) return;
    const stack = [first];
    this.#seen[first] = 1;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (let i = this.#starts[node]!; i < this.#starts[node + 1]!; i++) {
        const held = this.#held[i]!;
        const number = numberIn(held);
        if (isSlot(held)) this.plan.demotion.restore(number);
        else if (this.#seen[number] === 0) {
          this.#seen[number] = 1;
          stack.push(number);
        }
      }
    }
  }
}

/** Where in the second array the edges of each mirror node begin. */
function byHolder({ pairs, mirrors }: Trace): [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(mirrors + 1);
  for (let i = 0; i < pairs.length; i += 2) starts[pairs[i]! + 1]!++;
  for (let i = 0; i < mirrors; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const held = new Uint32Array(pairs.length / 2);
  for (let i = 0; i < pairs.length; i += 2) held[next[pairs[i]!]!++] = pairs[i + 1]!;
  return [starts, held];
}

/** Demotes, and restores what is used, until the engine has collected. */
export class Barrier {
  readonly #parts: Parts;
  readonly #request: RequestIdlePeriod;
  readonly #nudge: Nudge;
  readonly #markMs: number;
  readonly #sentinels: FinalizationRegistry<Weak>;
  #weak: Weak | undefined;
  #unguard: () => void = () => {};
  /** Grows with each `end`: what was begun before does not go on. */
  #ends = 0;
  /** Marking that waits for an idle period waits no longer. */
  #wake: () => void = () => {};
  /** Called when a time with weak slots is over. */
  onEnd: (ended: Ended) => void = () => {};

  constructor(parts: Parts, request: RequestIdlePeriod, markMs = MARK_MS) {
    this.#markMs = markMs;
    this.#parts = parts;
    this.#request = request;
    this.#nudge = new Nudge(request);
    this.#sentinels = new FinalizationRegistry((weak) => this.#collected(weak));
    parts.ledger.onRelease = (object) => {
      if (this.#weak === undefined) return;
      this.#weak.releases++;
      this.#restoreFrom(object);
    };
  }

  /** How many slots are weak, or were when this time began. */
  get demoted(): number {
    return this.#weak?.plan.demotion.size ?? 0;
  }

  /** Slots are weak now. */
  get active(): boolean {
    return this.#weak !== undefined;
  }

  /**
   * Begins; where slots are weak already, that time ends before.
   *
   * @param mayRun asked before each piece of the work
   * @param nudge when the engine is to be made to collect
   * @returns how long it took in milliseconds; undefined when nothing was done
   */
  async begin(permissive: boolean, mayRun: () => boolean, nudge: NudgeOptions): Promise<number | undefined> {
    this.end();
    const ends = this.#ends;
    const mayGoOn = () => this.#ends === ends && mayRun();
    const timer = new PassTimer();
    try {
      if (!(await this.#mark(mayGoOn, timer, nudge.keepsAlive))) return undefined;
      // What has no barrier is left out, so that it counts as a reference from outside.
      const owners = timer.time(() => prepare(this.#parts, (access) => access !== "hidden"));
      await nextJob();
      if (!mayGoOn()) return undefined;
      const trace = timer.time(() => this.#demote(owners, permissive, timer));
      if (trace === undefined) return undefined;
      if (this.active) this.#nudge.begin(nudge);
      else this.#ended(trace, timer, NOTHING);
      return timer.ms;
    } finally {
      // Where it was ended, another may have begun.
      if (this.#ends === ends) this.#parts.tracer.end();
    }
  }

  /** Restores all that is left, and gives up a pass that has not come so far. */
  end(): void {
    this.#ends++;
    this.#wake();
    this.#parts.tracer.end();
    const weak = this.#weak;
    if (weak === undefined) return;
    this.#weak = undefined;
    this.#nudge.end();
    this.#unguard();
    const { demotion, trace } = weak.plan;
    weak.timer.time(() => demotion.restoreAll());
    weak.plan.mirror = undefined;
    this.#ended(trace, weak.timer, { demoted: demotion.size, slots: demotion.lost, proxies: weak.releases });
  }

  /** Marks in idle periods; false when it could not, or was ended meanwhile. */
  async #mark(mayGoOn: () => boolean, timer: PassTimer, keepsAlive: boolean): Promise<boolean> {
    const { tracer } = this.#parts;
    if (!mayGoOn() || !timer.time(() => tracer.begin())) return false;
    while (!timer.time(() => tracer.mark(this.#markMs))) {
      await this.#idle(keepsAlive);
      if (!mayGoOn()) return false;
    }
    await nextJob();
    return mayGoOn();
  }

  /** The next idle period, or the end of the pass: who waits for that must not wait for a process with nothing else to do. */
  #idle(keepsAlive: boolean): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#request(() => resolve(), { delay: 0, keepsAlive });
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** The job that makes slots weak; undefined when there was no memory. */
  #demote(owners: Owner[], permissive: boolean, timer: PassTimer): Trace | undefined {
    const planned = plan(this.#parts, owners, { permissive, holdsReferenced: true, thorough: false });
    if (planned === undefined || planned.demotion.size === 0) return planned?.trace;
    const weak = new Weak(planned, timer);
    if (this.#parts.faults.noBarrier !== true) {
      for (const { entry, target } of owners) {
        if (entry.access === "property") this.#arm(target as Target, entry.object);
      }
      this.#guard(weak);
    }
    owners.length = 0;
    this.#weak = weak;
    this.#watch(weak);
    planned.demotion.demote();
    return planned.trace;
  }

  #ended({ held, outside }: Trace, { ms, longestMs }: PassTimer, counts: Counts): void {
    this.onEnd({ ...counts, held, outside, ms, longestMs });
  }

  #restoreFrom(object: number): void {
    this.#weak?.restoreFrom(object);
  }

  #arm(target: Target, object: number): void {
    const plain = { configurable: true, enumerable: true, writable: true };
    const disarm = (on: Target, value: number) => {
      Object.defineProperty(on, "ptr", { ...plain, value });
      this.#restoreFrom(object);
    };
    // An accessor left from a time before is read here, and is gone.
    const pointer = target.ptr;
    Object.defineProperty(target, "ptr", {
      configurable: true,
      enumerable: true,
      get() {
        disarm(this as Target, pointer);
        return pointer;
      },
      set(value: number) {
        disarm(this as Target, value);
      },
    });
  }

  /** Guards the ways that are no property. */
  #guard({ plan: { demotion }, values }: Weak): void {
    const { module, hiwire } = this.#parts;
    const { callPyObject, callPyObjectMaybePromising } = module;
    const guarded =
      (call: CallObject): CallObject =>
      (object, args) => {
        this.#restoreFrom(object);
        return call(object, args);
      };
    module.callPyObject = guarded(callPyObject);
    module.callPyObjectMaybePromising = guarded(callPyObjectMaybePromising);
    hiwire.map.get = findIn(demotion, values);
    this.#unguard = () => {
      this.#unguard = () => {};
      module.callPyObject = callPyObject;
      module.callPyObjectMaybePromising = callPyObjectMaybePromising;
      Reflect.deleteProperty(hiwire.map, "get");
    };
  }

  /** Leaves something for the engine to collect. */
  #watch(weak: Weak): void {
    this.#sentinels.register({}, weak);
  }

  #collected(weak: Weak): void {
    if (weak !== this.#weak) return;
    if (++weak.collections < COLLECTIONS) this.#watch(weak);
    // Other registries may have been told less far: they come first.
    else void nextJob().then(() => this.#weak === weak && this.end());
  }
}

/** hiwire's map, which finds demoted slots as well. */
function findIn(demotion: Demotion, values: WeakMap<object, number>) {
  return function get(this: Map<unknown, number>, value: unknown): number | undefined {
    return Map.prototype.get.call(this, value) ?? demotion.find(value, values);
  };
}
