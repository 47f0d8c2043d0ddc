/**
 * A plan in the place of CPython's collector: from CPython's trigger and the gc module to statistics and events.
 *
 * A collection, seen from here:
 *
 *   trigger "start"   choose the generation → user callbacks → plan.collect → hide the lists
 *   (CPython's pass)  finds nothing
 *   trigger "stop"    show the lists → statistics → user callbacks → event
 *
 * A step is a collection of generation 0 in all this, whether it comes from Python or from between two tasks of the host.
 */
import { Accounts } from "./accounts.js";
import type { Generation } from "./api.js";
import { AutomaticCollection } from "./cpython/automatic.js";
import { GcModule } from "./cpython/gc-module.js";
import { Imports } from "./cpython/imports.js";
import type { Machine } from "./cpython/machine.js";
import { typeName } from "./cpython/object-type.js";
import { Python } from "./cpython/python.js";
import { type Call, Trigger } from "./cpython/trigger.js";
import { MoultError } from "./errors.js";
import type { CollectionReason, EventStream } from "./events/events.js";
import { MemoryLimit } from "./memory/limit.js";
import type { Pool } from "./memory/pool.js";
import type { Findings, Plan } from "./plans/plan.js";

/** Threshold of the oldest generation where stock CPython 3.14.0 to 3.14.4 has none. */
const CLASSIC_THRESHOLD = 10;
const OLDEST: Generation = 2;

/** A collection that somebody asks for, and what it is to do; otherwise the plan collects a generation. */
interface Asked {
  readonly reason: Exclude<CollectionReason, "automatic">;
  readonly collect?: () => Findings;
  /**
   * No Python code may run before the collection: users are told of its start when it is over, and with CPython's own
   * collector not at all.
   */
  readonly quiet?: boolean;
}

interface Running {
  readonly generation: Generation;
  readonly reason: CollectionReason;
  readonly startedAt: number;
  /** What is alive afterwards is to be frozen. */
  readonly freezes: boolean;
  findings: Findings | undefined;
}

/** Whose collector it is. */
export interface CollectorOwner {
  /** Python is about to be shown its objects. */
  beforeLooking(): void;
  /** True when it waits for a safe point. */
  wantsSafePoint(): boolean;
  /** Python is between two instructions, and no collection is under way. */
  atSafePoint(): void;
}

/** Collects in one CPython until `release`. */
export class Collector {
  readonly accounts = new Accounts();
  readonly automatic: AutomaticCollection;
  readonly memory: MemoryLimit;
  readonly #machine: Machine;
  readonly #python: Python;
  readonly #trigger: Trigger;
  readonly #gcModule: GcModule;
  readonly #plan: Plan;
  readonly #pool: Pool;
  readonly #events: EventStream;
  readonly #owner: CollectorOwner;
  readonly #oldThreshold: number;
  /** Watched until they are over, and everything is frozen at the end of that collection. */
  #imports: Imports | undefined;
  /** The next collection is this one, and does not come from the allocation trigger. */
  #asked: Asked | undefined;
  #running: Running | undefined;
  #found: number | undefined;
  #safePointRequested = false;
  #released = false;

  constructor(
    machine: Machine,
    plan: Plan,
    pool: Pool,
    events: EventStream,
    owner: CollectorOwner,
    freezesAfterImports: boolean,
  ) {
    const { state, layout } = machine;
    this.#machine = machine;
    this.#plan = plan;
    this.#pool = pool;
    this.#events = events;
    this.#owner = owner;
    this.#python = new Python(machine);
    this.#trigger = new Trigger(machine, this.#python, {
      start: (call) => this.#start(call),
      stop: (call) => this.#stop(call),
    });
    this.automatic = new AutomaticCollection(state);
    const backend = {
      explicitly: (collect: () => number) => this.#collectFor("explicit", collect),
      generationStats: () => this.accounts.generations,
      beforeLooking: () => {
        this.settle();
        owner.beforeLooking();
      },
    };
    const { replacesCollector } = plan.constraints;
    this.#gcModule = new GcModule(machine, this.#python, this.automatic, backend, replacesCollector);
    machine.setCallbacks({
      trigger: this.#trigger.onCall,
      call: this.#gcModule.onCall,
      pending: () => this.#atSafePoint(),
    });
    this.memory = new MemoryLimit(machine, pool, {
      requestSafePoint: () => this.requestSafePoint(),
      get collecting() {
        return state.collecting;
      },
      callSoon: () => {
        // Where CPython itself collects, a call would be a collection.
        if (replacesCollector) state.triggerNext();
      },
      hurry: (objects) => this.#hurry(objects),
      collect: () => this.#collectForMemory(),
      wantsEvent: () => events.wants("memory-limit"),
      tell: (event) => events.tell("memory-limit", event),
    });
    this.#oldThreshold = state.threshold(2);
    if (freezesAfterImports && replacesCollector) this.#imports = new Imports(machine, this.#python);
    if (replacesCollector) {
      if (!layout.choosesGeneration && this.#oldThreshold === 0) state.setThreshold(2, CLASSIC_THRESHOLD);
      this.#gcModule.install();
    } else {
      // Its answer stays CPython's; the event is to say who asked for the collection.
      this.#gcModule.install(["collect", "enable", "disable", "get_objects", "get_referrers", "isenabled"]);
    }
    this.#trigger.install();
  }

  /** As `gc.collect(generation)`. */
  collect(generation: Generation): number {
    return this.#gcModule.collect(generation);
  }

  /** A collection of generation 0, in name: what it does is asked for. */
  step(collect: () => Findings): void {
    this.#ask({ reason: "step", collect }, () => this.collect(0));
  }

  /** A full collection before which no Python code runs. */
  collectQuietly(): void {
    this.#ask({ reason: "explicit", quiet: true }, () => this.collect(OLDEST));
  }

  /** Gives CPython its own collector back. Not in the middle of a collection. */
  release(): void {
    const { state, layout, runtime, kernel } = this.#machine;
    this.settle();
    this.#released = true;
    state.endTriggerNext();
    this.#trigger.uninstall();
    this.automatic.release();
    this.#gcModule.uninstall();
    if (this.#plan.constraints.replacesCollector) {
      layout.normalize(runtime, kernel, state.address);
      if (!layout.choosesGeneration && state.threshold(2) === CLASSIC_THRESHOLD)
        state.setThreshold(2, this.#oldThreshold);
    }
    this.#plan.release();
  }

  /** Ends the last collection, where CPython had no memory to tell us that it is over. */
  settle(): void {
    if (this.#trigger.isSilent && !this.#machine.state.collecting) this.#stop(undefined);
  }

  #start(call: Call): void {
    if (this.#trigger.isSilent) this.#stop(undefined);
    const asked = this.#asked;
    this.#asked = undefined;
    if (this.#machine.state.endTriggerNext() && asked === undefined) this.memory.tryAgain();
    else this.#begin(call, asked);
    const handOver = this.#running?.findings?.handedOver ?? false;
    if (this.#plan.constraints.replacesCollector) this.#trigger.silence(handOver);
  }

  #begin(call: Call, asked: Asked | undefined): void {
    const freezes = asked === undefined && this.#imports?.areOver() === true;
    if (freezes) this.#imports = undefined;
    const reason = asked?.reason ?? this.#automaticReason();
    const generation = freezes ? OLDEST : this.#choose(call.get("generation"), reason);
    if (generation === undefined) return;
    const quiet = asked?.quiet === true;
    if (!quiet) call.tellUsers({ generation });
    this.#running = { generation, reason, startedAt: performance.now(), findings: undefined, freezes };
    if (!this.#plan.constraints.replacesCollector) return;
    this.#collect(this.#running, asked?.collect);
    if (quiet) call.tellUsers({ generation });
  }

  #collect(running: Running, collect?: () => Findings): void {
    const { generation } = running;
    const stats = this.#gcModule.debugStats;
    if (stats) this.#python.writeError(this.#describeGenerations(generation));
    const findings = this.#guarded(collect ?? (() => this.#plan.collect(generation)));
    running.findings = findings;
    if (!findings.handedOver) this.#found = findings.collected + findings.uncollectable;
    if (stats) {
      const seconds = ((performance.now() - running.startedAt) / 1000).toFixed(4);
      const { uncollectable } = findings;
      this.#python.writeError(
        `gc: done, ${this.#found} unreachable, ${uncollectable} uncollectable, ${seconds}s elapsed\n`,
      );
    }
  }

  /** @param call undefined: long after it */
  #stop(call: Call | undefined): void {
    const running = this.#running;
    this.#running = undefined;
    this.#trigger.unsilence();
    if (running !== undefined) {
      const pauseMs = call === undefined ? timeOf(running) : performance.now() - running.startedAt;
      const findings = this.#finish(running, call, pauseMs);
      if (findings.handedOver && call !== undefined)
        this.#plan.afterHandOver(findings.collected + findings.uncollectable);
      this.#account(running, findings, pauseMs);
      const { collected, uncollectable, candidates } = findings;
      const { generation } = running;
      const told = { generation, collected, uncollectable };
      // Where CPython collected, the dict is right about the rest.
      call?.tellUsers(
        running.findings === undefined ? told : { ...told, candidates, duration: pauseMs / 1000 },
      );
      if (running.freezes && call !== undefined) this.callGc("freeze");
    }
    // CPython still walks its list of callbacks: it must not be changed under its feet.
    if (this.#owner.wantsSafePoint()) this.requestSafePoint();
  }

  /** Settles what the collection found, in CPython's statistics and in the info dict. */
  #finish({ generation, findings }: Running, call: Call | undefined, pauseMs: number): Findings {
    if (findings === undefined) return watched(call);
    const disposed = findings.handedOver ? watched(call) : findings;
    const { cycle, candidates } = findings;
    const { statistics } = this.#machine.state;
    statistics.add(generation, {
      collected: disposed.collected - (cycle?.collected ?? 0),
      uncollectable: disposed.uncollectable - (cycle?.uncollectable ?? 0),
      candidates,
      duration: pauseMs / 1000,
    });
    // A cycle's time was part of the young collections'.
    if (cycle !== undefined) statistics.add(OLDEST, { ...cycle, candidates: cycle.suspects, duration: 0 });
    return { ...findings, collected: disposed.collected, uncollectable: disposed.uncollectable };
  }

  /** What the allocation trigger's collection is for: CPython's own collector can't be told to take everything. */
  #automaticReason(): CollectionReason {
    return this.#plan.constraints.replacesCollector && this.memory.wantsAll ? "memory" : "automatic";
  }

  /** Which generation a call of CPython's stands for; undefined when by our rules none is due. */
  #choose(requested: Generation, reason: CollectionReason): Generation | undefined {
    if (reason === "memory") return OLDEST;
    return reason === "automatic" ? this.#plan.select(requested) : requested;
  }

  #collectFor(reason: Asked["reason"], collect: () => number): { result: number; found: number | undefined } {
    // Within a collection CPython answers 0; what that collection found stays noted for who asked for it.
    if (this.#machine.state.collecting) return { result: collect(), found: undefined };
    this.#found = undefined;
    this.#plan.beforeAsked?.();
    try {
      const result = this.#ask(this.#asked ?? { reason }, collect);
      return { result, found: this.#found };
    } finally {
      this.#found = undefined;
    }
  }

  /** The collection that `call` brings about is the one asked for. */
  #ask<T>(asked: Asked, call: () => T): T {
    this.#asked = asked;
    try {
      return call();
    } finally {
      this.#asked = undefined;
    }
  }

  /** Lets CPython's trigger come after so many objects: its count begins near the threshold. */
  #hurry(objects: number): void {
    const { state } = this.#machine;
    const begin = state.threshold(0) - objects;
    if (state.count(0) < begin) state.setCount(0, begin);
  }

  /** Collects everything because of memory; where the program has switched collecting off, nothing. */
  #collectForMemory(): number {
    if (this.#machine.state.enabled === 0) return 0;
    const { result, found } = this.#collectFor("memory", () => this.#python.call("PyGC_Collect"));
    return found ?? result;
  }

  #account(running: Running, findings: Findings, pauseMs: number): void {
    this.accounts.add(running.generation, findings, pauseMs);
    const { cycle } = findings;
    if (cycle !== undefined && this.#events.wants("cycle")) this.#events.tell("cycle", cycle);
    this.memory.collected(running.generation === 2, running.reason === "memory", pauseMs);
    if (!this.#events.wants("collection")) return;
    const { uncut, parts } = findings;
    const { bytesInUse } = this.#pool;
    this.#events.emit("collection", {
      type: "collection",
      sequence: this.accounts.collections,
      plan: this.#plan.name,
      generation: running.generation,
      reason: running.reason,
      startedAtMs: running.startedAt - this.#events.startedAt,
      pauseMs,
      memoryBytes: this.#machine.runtime.memory.buffer.byteLength,
      examined: findings.examined,
      marked: findings.marked,
      candidates: findings.candidates,
      collected: findings.collected,
      uncollectable: findings.uncollectable,
      resurrected: findings.resurrected,
      phases: findings.phases,
      ...(bytesInUse === undefined ? {} : { bytesInUse }),
      ...(parts === undefined ? {} : { parts }),
      ...(uncut === undefined ? {} : { uncut }),
    });
  }

  callGc(name: "collect" | "freeze"): void {
    this.#python.release(this.#python.must("PyObject_CallNoArgs", this.#gcModule.functionObject(name)));
  }

  #describeGenerations(generation: Generation): string {
    const { kernel, state } = this.#machine;
    const sizes = ([0, 1, 2] as const).map((i) => ` ${kernel.size(state.generation(i))}`).join("");
    return (
      `gc: collecting generation ${generation}...\n` +
      `gc: objects in each generation:${sizes}\n` +
      `gc: objects in permanent generation: ${kernel.size(state.permanent)}\n`
    );
  }

  /** Runs a collection; a trap in tp_clear or a finalizer can't be survived, but can be named. */
  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#machine.state.collecting = false; // CPython will not come back to it.
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      const { runtime, kernel } = this.#machine;
      const object = kernel.currentObject();
      const name = object === 0 ? "unknown" : typeName(runtime, object);
      throw new MoultError(
        "fatal-trap",
        `code of CPython or of a C extension trapped while an object of type "${name}" was being freed ` +
          `(${error.message}); this interpreter cannot go on`,
        { cause: error },
      );
    }
  }

  /** Asks for the next safe moment: when Python next looks for pending calls, or is left. Allocates nothing. */
  requestSafePoint(): void {
    if (this.#safePointRequested) return;
    this.#safePointRequested = true;
    this.#python.call("Py_AddPendingCall", this.#machine.tableIndex("onPending"), 0);
    queueMicrotask(() => this.#atSafePoint());
  }

  #atSafePoint(): void {
    this.#safePointRequested = false;
    if (this.#released) return;
    this.settle();
    // CPython 3.14.2 goes on after a failed `text += more`, with the error set: that is no place for anything.
    if (this.#python.call("PyErr_Occurred") === 0) this.memory.atSafePoint();
    this.#owner.atSafePoint();
  }
}

/** What our part of a collection took. */
function timeOf({ findings }: Running): number {
  return Object.values(findings?.phases ?? {}).reduce((sum, ms) => sum + ms, 0);
}

/** What can be said of a collection of CPython's own, of which `call` tells. */
function watched(call: Call | undefined): Findings {
  return {
    examined: 0,
    marked: 0,
    candidates: 0,
    collected: call?.get("collected") ?? 0,
    uncollectable: call?.get("uncollectable") ?? 0,
    resurrected: 0,
    phases: { mark: 0, trial: 0, dispose: 0, slice: 0 },
    handedOver: false,
  };
}
