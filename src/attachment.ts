/**
 * One attached collector: ties a plan to CPython's trigger and the gc module, counts what it does, and
 * tells the event stream.
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
import type {
  AllocatorStats,
  BridgeCollection,
  BridgeStats,
  Generation,
  IdleOptions,
  IdleResult,
  MemoryReport,
  Moult,
  MoultStats,
  NoGcRegion,
  StepBudget,
  StepOptions,
  StepResult,
} from "./api.js";
import type { Bridge } from "./bridge/bridge.js";
import { AutomaticCollection } from "./cpython/automatic.js";
import { GcModule } from "./cpython/gc-module.js";
import { Imports } from "./cpython/imports.js";
import type { Machine } from "./cpython/machine.js";
import { Python } from "./cpython/python.js";
import { type Call, Trigger } from "./cpython/trigger.js";
import { MoultError } from "./errors.js";
import { type CollectionReason, type EventMap, EventStream } from "./events/events.js";
import { PerformanceEntries } from "./events/performance-entries.js";
import type { BoundHeapTools, HeapTools, HeapToolsModule } from "./heap/api.js";
import { collectWhenIdle } from "./idle/collect-when-idle.js";
import { MemoryLimit } from "./memory/limit.js";
import type { Pool } from "./memory/pool.js";
import type { Findings, Plan, StepFindings } from "./plans/plan.js";
import { engineCollector } from "./platform/engine-collector.js";
import { millisecondsOf, stepResult, stepsOf } from "./steps.js";

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

/** Implements `Moult` over an opened machine. */
export class Attachment implements Moult {
  readonly #machine: Machine;
  readonly #python: Python;
  readonly #trigger: Trigger;
  readonly #gcModule: GcModule;
  readonly #automatic: AutomaticCollection;
  readonly #plan: Plan;
  readonly #pool: Pool;
  readonly #memory: MemoryLimit;
  readonly #events = new EventStream();
  readonly #attachedAt = performance.now();
  readonly #accounts = new Accounts();
  readonly #oldThreshold: number;
  /** Watched until they are over, and everything is frozen at the end of that collection. */
  #imports: Imports | undefined;
  #attached = true;
  #detachWanted = false;
  /** The next collection is this one, and does not come from the allocation trigger. */
  #asked: Asked | undefined;
  #safePointRequested = false;
  #running: Running | undefined;
  #found: number | undefined;
  /** Milliseconds that attach took; set by who attached. */
  attachMs = 0;
  /** Cycles through JavaScript; set by who attached, where there can be any. */
  bridge: Bridge | undefined;
  #heapTools: BoundHeapTools | undefined;
  /** Called once CPython has its collector back. */
  onDetached: () => void = () => {};
  /** Called when detached for a snapshot: what is still of Moult's in CPython's memory is given back next. */
  onRemoved: () => void = () => {};

  constructor(machine: Machine, plan: Plan, pool: Pool, freezesAfterImports = false) {
    const { state, layout } = machine;
    this.#machine = machine;
    this.#pool = pool;
    this.#plan = plan;
    this.#python = new Python(machine);
    this.#trigger = new Trigger(machine, this.#python, {
      start: (call) => this.#start(call),
      stop: (call) => this.#stop(call),
    });
    this.#automatic = new AutomaticCollection(state);
    const backend = {
      explicitly: (collect: () => number) => this.#collectFor("explicit", collect),
      generationStats: () => this.#accounts.generations,
      beforeLooking: () => this.bridge?.restoreAll(),
    };
    const { replacesCollector } = plan.constraints;
    this.#gcModule = new GcModule(machine, this.#python, this.#automatic, backend, replacesCollector);
    machine.setCallbacks({
      trigger: this.#trigger.onCall,
      call: this.#gcModule.onCall,
      pending: () => this.#atSafePoint(),
    });
    machine.guard.onTrap = (typeName) =>
      this.warn(
        "traverse-trap",
        `tp_traverse of type "${typeName}" traps when called: its C code declares it with a wrong signature. ` +
          "Its objects, and what only they refer to, are never collected.",
      );
    this.#memory = new MemoryLimit(machine, pool, {
      requestSafePoint: () => this.#requestSafePoint(),
      get collecting() {
        return state.collecting;
      },
      callSoon: () => {
        // Where CPython itself collects, a call would be a collection.
        if (plan.constraints.replacesCollector) state.triggerNext();
      },
      hurry: (objects) => this.#hurry(objects),
      collect: () => this.#collectForMemory(),
      wantsEvent: () => this.#events.wants("memory-limit"),
      emit: (event) => this.#events.emit("memory-limit", { ...event, atMs: this.#now() }),
    });
    this.#oldThreshold = state.threshold(2);
    if (freezesAfterImports && plan.constraints.replacesCollector)
      this.#imports = new Imports(machine, this.#python);
    if (plan.constraints.replacesCollector) {
      if (!layout.choosesGeneration && this.#oldThreshold === 0) state.setThreshold(2, CLASSIC_THRESHOLD);
      this.#gcModule.install();
    } else {
      // Its answer stays CPython's; the event is to say who asked for the collection.
      this.#gcModule.install(["collect", "enable", "disable", "get_objects", "get_referrers", "isenabled"]);
    }
    this.#trigger.install();
  }

  get plan() {
    return this.#plan.name;
  }

  get attached(): boolean {
    return this.#attached;
  }

  collect(generation: Generation = 2): number {
    this.#mustBeAttached();
    if (![0, 1, 2].includes(generation))
      throw new RangeError(`no generation ${generation}; there are 0, 1 and 2`);
    return this.#gcModule.collect(generation);
  }

  step(budget?: StepBudget, { ifDue = false }: StepOptions = {}): StepResult {
    const steps = stepsOf(this.#plan);
    const ms = millisecondsOf(budget, steps.pauseGoal);
    this.#mustBeAttached();
    const before = steps.state;
    if (this.#machine.state.collecting) return stepResult("busy", before);
    if (ifDue && !steps.due) return stepResult("idle", before);
    const started = performance.now();
    let findings: StepFindings | undefined;
    const collect = () => {
      findings = steps.step(ms, !ifDue);
      return findings;
    };
    this.#ask({ reason: "step", collect }, () => this.#gcModule.collect(0));
    const after = steps.state;
    const stopped = ifDue ? "idle" : "no-memory";
    const going = after === "idle" && findings?.handedOver !== true ? stopped : "working";
    const outcome = findings?.cycle === undefined ? going : "ended";
    return stepResult(outcome, before, after, findings?.work, performance.now() - started);
  }

  async collectWhenIdle(options?: IdleOptions): Promise<IdleResult> {
    this.#mustBeAttached();
    stepsOf(this.#plan);
    return collectWhenIdle(this, options);
  }

  noGc(): NoGcRegion {
    this.#mustBeAttached();
    const end = this.#automatic.suspend();
    return { end, [Symbol.dispose]: end };
  }

  async collectBridges(): Promise<BridgeCollection> {
    this.#mustBeAttached();
    if (this.bridge === undefined)
      throw new MoultError("no-bridge", "this host has nothing to build a bridge with");
    const gc = await engineCollector();
    const collected = await this.bridge.collect(gc);
    if (collected.driver === "off") this.#mustBeAttached();
    return collected;
  }

  bridgeStats(): BridgeStats | undefined {
    return this.bridge?.stats();
  }

  /** A full collection, such that what a bridge pass found dead is out of reach before Python code runs. */
  collectBuried(): void {
    this.#ask({ reason: "explicit", quiet: true }, () => this.#gcModule.collect(OLDEST));
  }

  /** Tells of what the bridge did. */
  reportBridge(collection: BridgeCollection): void {
    this.#events.emit("bridge", { type: "bridge", ...collection, atMs: this.#now() });
  }

  /** Gives it the heap tools. */
  useHeapTools(module: HeapToolsModule): void {
    this.#heapTools = module.bind({
      machine: this.#machine,
      limit: () => this.#memory.limit,
      beforeLooking: () => this.bridge?.restoreAll(),
      warn: (code, message) => this.warn(code, message),
      onRefusal: (action) => this.on("memory-limit", action),
    });
  }

  get heap(): HeapTools {
    return this.#boundTools().tools;
  }

  /** The side of the heap tools towards Python. */
  get heapDoor(): object {
    return this.#boundTools().door;
  }

  #boundTools(): BoundHeapTools {
    if (this.#heapTools !== undefined) return this.#heapTools;
    const message =
      'the heap tools are not loaded: use attach() with tools "auto", or give attachSync() what loadHeapTools() of ' +
      '"moult/heap" returned';
    throw new MoultError("no-tools", message);
  }

  stats(): MoultStats {
    const { generations, pauseTotalMs, pauseMaxMs, pauses } = this.#accounts;
    const [young, middle, old] = generations;
    const { bytesInUse } = this.#pool;
    return {
      plan: this.plan,
      generations: [{ ...young }, { ...middle }, { ...old }],
      pauseTotalMs,
      pauseMaxMs,
      pauses,
      memoryBytes: this.#machine.runtime.memory.buffer.byteLength,
      ...(bytesInUse === undefined ? {} : { bytesInUse }),
      allocator: this.#pool.isOpen ? "pool" : "system",
      attachMs: this.attachMs,
    };
  }

  allocatorStats(): AllocatorStats | undefined {
    return this.#pool.stats();
  }

  /** The memory limit in bytes; undefined: none. Setting it throws an OptionError when there is no room below it. */
  get memoryLimit(): number | undefined {
    return this.#memory.limit;
  }

  set memoryLimit(bytes: number) {
    this.#memory.set(bytes);
  }

  memoryReport(): MemoryReport {
    this.#mustBeAttached();
    return this.#memory.report();
  }

  addMemoryPressure(bytes: number): number {
    this.#mustBeAttached();
    return this.#memory.addPressure(bytes);
  }

  on<K extends keyof EventMap>(event: K, listener: (event: EventMap[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  detach(): boolean {
    if (!this.#attached) return true;
    if (!this.#machine.state.collecting) {
      this.#finishDetach(true);
      return true;
    }
    this.#detachWanted = true;
    return false;
  }

  prepareSnapshot(): void {
    this.#mustBeAttached();
    const { runtime, state } = this.#machine;
    if (state.collecting) {
      const message = "a snapshot can't be prepared in the middle of a collection; do it when that is over";
      throw new MoultError("busy", message);
    }
    if (this.#pool.isNeeded) {
      const message =
        "a snapshot can't hold blocks of Moult's pool, which only Moult can free; " +
        'for one that will be a snapshot, attach with { allocator: "system" } from the start';
      throw new MoultError("pool-in-use", message);
    }
    this.collect();
    this.detach();
    this.onRemoved();
    // What detaching left, the Python module for one, is garbage now: frozen, it would stay for ever.
    this.#callGc("collect");
    this.#callGc("freeze");
    runtime.freeAll();
  }

  [Symbol.dispose](): void {
    this.detach();
  }

  #start(call: Call): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (this.#machine.state.endTriggerNext() && asked === undefined) this.#memory.tryAgain();
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

  #stop(call: Call): void {
    const running = this.#running;
    this.#running = undefined;
    this.#trigger.unsilence();
    if (running !== undefined) {
      const findings = this.#finish(running, call);
      if (findings.handedOver) this.#plan.afterHandOver(findings.collected + findings.uncollectable);
      this.#account(running, findings);
      const { collected, uncollectable } = findings;
      call.tellUsers({ generation: running.generation, collected, uncollectable });
      if (running.freezes) this.#callGc("freeze");
    }
    // CPython still walks its list of callbacks: it must not be changed under its feet.
    if (this.#detachWanted) this.#requestSafePoint();
  }

  /** Settles what the collection found, in CPython's statistics and in the info dict. */
  #finish({ generation, findings }: Running, call: Call): Findings {
    if (findings === undefined) return watched(call);
    const disposed = findings.handedOver ? watched(call) : findings;
    const { cycle } = findings;
    const [old, oldKept] = [cycle?.collected ?? 0, cycle?.uncollectable ?? 0];
    const { state } = this.#machine;
    state.addStats(generation, disposed.collected - old, disposed.uncollectable - oldKept);
    if (cycle !== undefined) state.addStats(2, old, oldKept);
    return { ...findings, collected: disposed.collected, uncollectable: disposed.uncollectable };
  }

  /** What the allocation trigger's collection is for: CPython's own collector can't be told to take everything. */
  #automaticReason(): CollectionReason {
    return this.#plan.constraints.replacesCollector && this.#memory.wantsAll ? "memory" : "automatic";
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

  #account(running: Running, findings: Findings): void {
    const pauseMs = performance.now() - running.startedAt;
    this.#accounts.add(running.generation, findings, pauseMs);
    const { cycle } = findings;
    if (cycle !== undefined && this.#events.wants("cycle"))
      this.#events.emit("cycle", { type: "cycle", ...cycle, atMs: this.#now() });
    this.#memory.collected(running.generation === 2, running.reason === "memory", pauseMs);
    if (!this.#events.wants("collection")) return;
    const { uncut, parts } = findings;
    const { bytesInUse } = this.#pool;
    this.#events.emit("collection", {
      type: "collection",
      sequence: this.#accounts.collections,
      plan: this.plan,
      generation: running.generation,
      reason: running.reason,
      startedAtMs: running.startedAt - this.#attachedAt,
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

  /** Milliseconds since attach. */
  #now(): number {
    return performance.now() - this.#attachedAt;
  }

  #callGc(name: "collect" | "freeze"): void {
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
      this.#machine.state.abandon();
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      const { runtime, kernel } = this.#machine;
      const object = kernel.currentObject();
      const name = object === 0 ? "unknown" : runtime.readString(runtime.load(runtime.load(object + 4) + 12));
      throw new MoultError(
        "fatal-trap",
        `code of CPython or of a C extension trapped while an object of type "${name}" was being freed ` +
          `(${error.message}); this interpreter cannot go on`,
        { cause: error },
      );
    }
  }

  /** Has collections show in the host's performance timeline, until detached. */
  makePerformanceEntries(): void {
    const entries = new PerformanceEntries(performance, this.#attachedAt);
    this.on("collection", (event) => entries.add(event));
    this.on("detach", () => entries.clear());
  }

  /** Tells of something that a user should know and that stops nothing. */
  warn(code: string, message: string): void {
    this.#events.emit("warning", { type: "warning", code, message, atMs: this.#now() });
  }

  /** Asks for the next safe moment: when Python next looks for pending calls, or is left. Allocates nothing. */
  #requestSafePoint(): void {
    if (this.#safePointRequested) return;
    this.#safePointRequested = true;
    this.#python.call("Py_AddPendingCall", this.#machine.tableIndex("onPending"), 0);
    queueMicrotask(() => this.#atSafePoint());
  }

  #atSafePoint(): void {
    this.#safePointRequested = false;
    if (!this.#attached) return;
    // CPython 3.14.2 goes on after a failed `text += more`, with the error set: that is no place for anything.
    if (this.#python.call("PyErr_Occurred") === 0) this.#memory.atSafePoint();
    this.#finishDetach();
  }

  #finishDetach(now = this.#detachWanted): void {
    const { state, layout, runtime, kernel } = this.#machine;
    if (!now || !this.#attached || state.collecting) return;
    this.#heapTools?.release();
    this.bridge?.release();
    this.#attached = false;
    this.#detachWanted = false;
    state.endTriggerNext();
    this.#trigger.uninstall();
    this.#automatic.release();
    this.#gcModule.uninstall();
    if (this.#plan.constraints.replacesCollector) {
      layout.normalize(runtime, kernel, state.address);
      if (!layout.choosesGeneration && state.threshold(2) === CLASSIC_THRESHOLD)
        state.setThreshold(2, this.#oldThreshold);
    }
    this.#plan.release();
    const poolBlocks = this.#pool.close();
    this.#memory.release();
    this.#machine.setCallbacks(undefined);
    this.#events.emit("detach", { type: "detach", poolBlocks, atMs: this.#now() });
    this.onDetached();
  }

  #mustBeAttached(): void {
    if (!this.#attached) throw new MoultError("detached", "this Moult is detached; attach again to use it");
  }
}

/** What can be said of a collection of CPython's own. */
function watched(call: Call): Findings {
  return {
    examined: 0,
    marked: 0,
    candidates: 0,
    collected: call.get("collected"),
    uncollectable: call.get("uncollectable"),
    resurrected: 0,
    phases: { mark: 0, trial: 0, dispose: 0, slice: 0 },
    handedOver: false,
  };
}
