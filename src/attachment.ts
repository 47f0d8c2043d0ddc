/**
 * One attached collector: ties a plan to CPython's trigger and the gc module, counts what it does, and
 * tells the event stream.
 *
 * A collection, seen from here:
 *
 *   trigger "start"   choose the generation → user callbacks → plan.collect → hide the lists
 *   (CPython's pass)  finds nothing
 *   trigger "stop"    show the lists → statistics → user callbacks → event
 */
import type { Generation, GenerationStats, MemoryReport, Moult, MoultStats } from "./api.js";
import { GcModule } from "./cpython/gc-module.js";
import type { Machine } from "./cpython/machine.js";
import { Python } from "./cpython/python.js";
import { type Call, Trigger } from "./cpython/trigger.js";
import { MoultError } from "./errors.js";
import { type CollectionReason, type CycleSummary, type EventMap, EventStream } from "./events/events.js";
import { MemoryLimit } from "./memory/limit.js";
import type { Findings, Plan } from "./plans/plan.js";

/** Threshold of the oldest generation where stock CPython 3.14.0 to 3.14.4 has none. */
const CLASSIC_THRESHOLD = 10;

interface Running {
  readonly generation: Generation;
  readonly reason: CollectionReason;
  readonly startedAt: number;
  findings: Findings | undefined;
}

type MutableStats = [GenerationStats, GenerationStats, GenerationStats];

/** Implements `Moult` over an opened machine. */
export class Attachment implements Moult {
  readonly #machine: Machine;
  readonly #python: Python;
  readonly #trigger: Trigger;
  readonly #gcModule: GcModule;
  readonly #plan: Plan;
  readonly #memory: MemoryLimit;
  readonly #events = new EventStream();
  readonly #attachedAt = performance.now();
  readonly #generations: MutableStats = [emptyStats(), emptyStats(), emptyStats()];
  readonly #oldThreshold: number;
  #attached = true;
  #detachWanted = false;
  /** Who asked for the next collection, where it was not the allocation trigger. */
  #asked: CollectionReason | undefined;
  #safePointRequested = false;
  #running: Running | undefined;
  #found: number | undefined;
  #sequence = 0;
  #pauseTotal = 0;
  #pauseMax = 0;
  /** Milliseconds that attach took; set by who attached. */
  attachMs = 0;
  /** Called once CPython has its collector back. */
  onDetached: () => void = () => {};

  constructor(machine: Machine, plan: Plan) {
    const { state, layout } = machine;
    this.#machine = machine;
    this.#plan = plan;
    this.#python = new Python(machine);
    this.#trigger = new Trigger(machine, this.#python, {
      start: (call) => this.#start(call),
      stop: (call) => this.#stop(call),
    });
    this.#gcModule = new GcModule(machine, this.#python, {
      explicitly: (collect) => this.#collectFor("explicit", collect),
      generationStats: () => this.#generations,
    });
    machine.setCallbacks({
      trigger: this.#trigger.onCall,
      call: this.#gcModule.onCall,
      pending: () => this.#atSafePoint(),
    });
    machine.guard.onTrap = (typeName) =>
      this.#warn(
        "traverse-trap",
        `tp_traverse of type "${typeName}" traps when called: its C code declares it with a wrong signature. ` +
          "Its objects, and what only they refer to, are never collected.",
      );
    this.#memory = new MemoryLimit(machine, {
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
      emit: (event) => this.#events.emit("memory-limit", event),
    });
    this.#oldThreshold = state.threshold(2);
    if (plan.constraints.replacesCollector) {
      if (!layout.choosesGeneration && this.#oldThreshold === 0) state.setThreshold(2, CLASSIC_THRESHOLD);
      this.#gcModule.install();
    } else {
      // Its answer stays CPython's; the event is to say who asked for the collection.
      this.#gcModule.install(["collect"]);
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
    const number = this.#python.integer(generation);
    const result = this.#python.call("PyObject_CallOneArg", this.#gcModule.functionObject("collect"), number);
    this.#python.release(number);
    const found = this.#python.call("PyLong_AsLong", result) | 0;
    this.#python.release(result);
    return found;
  }

  stats(): MoultStats {
    const [young, middle, old] = this.#generations;
    return {
      plan: this.plan,
      generations: [{ ...young }, { ...middle }, { ...old }],
      pauseTotalMs: this.#pauseTotal,
      pauseMaxMs: this.#pauseMax,
      memoryBytes: this.#machine.runtime.memory.buffer.byteLength,
      attachMs: this.attachMs,
    };
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

  [Symbol.dispose](): void {
    this.detach();
  }

  #start(call: Call): void {
    const calledSoon = this.#machine.state.endTriggerNext() && this.#asked === undefined;
    if (calledSoon) this.#memory.tryAgain();
    const reason = this.#asked ?? this.#automaticReason();
    this.#asked = undefined;
    const generation = calledSoon ? undefined : this.#choose(call.get("generation"), reason);
    if (generation !== undefined) {
      call.tellUsers({ generation });
      this.#running = { generation, reason, startedAt: performance.now(), findings: undefined };
      if (this.#plan.constraints.replacesCollector) this.#collect(this.#running);
    }
    const handOver = this.#running?.findings?.handedOver ?? false;
    if (this.#plan.constraints.replacesCollector) this.#trigger.silence(handOver);
  }

  #collect(running: Running): void {
    const { generation } = running;
    const stats = this.#gcModule.debugStats;
    if (stats) this.#python.writeError(this.#describeGenerations(generation));
    const findings = this.#guarded(() => this.#plan.collect(generation));
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
    if (reason === "memory") return 2;
    return reason === "explicit" ? requested : this.#plan.select(requested);
  }

  #collectFor(
    reason: CollectionReason,
    collect: () => number,
  ): { result: number; found: number | undefined } {
    // Within a collection CPython answers 0; what that collection found stays noted for who asked for it.
    if (this.#machine.state.collecting) return { result: collect(), found: undefined };
    this.#asked = reason;
    this.#found = undefined;
    try {
      const result = collect();
      return { result, found: this.#found };
    } finally {
      this.#asked = undefined;
      this.#found = undefined;
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
    const totals = this.#generations[running.generation];
    totals.collections++;
    totals.collected += findings.collected;
    totals.uncollectable += findings.uncollectable;
    totals.candidates += findings.candidates;
    totals.duration += pauseMs / 1000;
    this.#pauseTotal += pauseMs;
    this.#pauseMax = Math.max(this.#pauseMax, pauseMs);
    this.#sequence++;
    if (findings.cycle !== undefined) this.#accountCycle(findings.cycle);
    this.#memory.collected(running.generation === 2, running.reason === "memory", pauseMs);
    if (!this.#events.wants("collection")) return;
    this.#events.emit("collection", {
      type: "collection",
      sequence: this.#sequence,
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
    });
  }

  /** A cycle counts as one collection of the oldest generation; its time was part of the young ones'. */
  #accountCycle(cycle: CycleSummary): void {
    const [young, , old] = this.#generations;
    old.collections++;
    old.candidates += cycle.suspects;
    old.collected += cycle.collected;
    old.uncollectable += cycle.uncollectable;
    young.collected -= cycle.collected;
    young.uncollectable -= cycle.uncollectable;
    if (this.#events.wants("cycle")) this.#events.emit("cycle", { type: "cycle", ...cycle });
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

  #warn(code: string, message: string): void {
    this.#events.emit("warning", { type: "warning", code, message });
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
    this.#attached = false;
    this.#detachWanted = false;
    state.endTriggerNext();
    this.#trigger.uninstall();
    this.#gcModule.uninstall();
    if (this.#plan.constraints.replacesCollector) {
      layout.normalize(runtime, kernel, state.address);
      if (!layout.choosesGeneration && state.threshold(2) === CLASSIC_THRESHOLD)
        state.setThreshold(2, this.#oldThreshold);
    }
    this.#plan.release();
    this.#memory.release();
    this.#machine.setCallbacks(undefined);
    this.#events.emit("detach", { type: "detach" });
    this.onDetached();
  }

  #mustBeAttached(): void {
    if (!this.#attached) throw new MoultError("detached", "this Moult is detached; attach again to use it");
  }
}

function emptyStats(): GenerationStats {
  return { collections: 0, collected: 0, uncollectable: 0, candidates: 0, duration: 0 };
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
