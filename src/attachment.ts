/** One attached collector, as its users see it: `Moult`, with the collector, the bridge, the heap tools and the events behind it. */
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
import { Collector } from "./collector.js";
import type { Machine } from "./cpython/machine.js";
import { MoultError } from "./errors.js";
import { type EventMap, EventStream } from "./events/events.js";
import { PerformanceEntries } from "./events/performance-entries.js";
import type { BoundHeapTools, HeapTools, HeapToolsModule } from "./heap/api.js";
import { collectWhenIdle } from "./idle/collect-when-idle.js";
import type { Pool } from "./memory/pool.js";
import type { Plan, StepFindings } from "./plans/plan.js";
import { engineCollector } from "./platform/engine-collector.js";
import { millisecondsOf, stepResult, stepsOf } from "./steps.js";

/** Implements `Moult` over an opened machine. */
export class Attachment implements Moult {
  readonly #machine: Machine;
  readonly #plan: Plan;
  readonly #pool: Pool;
  readonly #events = new EventStream();
  readonly #collector: Collector;
  #attached = true;
  #detachWanted = false;
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
    this.#machine = machine;
    this.#plan = plan;
    this.#pool = pool;
    machine.guard.onTrap = (typeName) =>
      this.warn(
        "traverse-trap",
        `tp_traverse of type "${typeName}" traps when called: its C code declares it with a wrong signature. ` +
          "Its objects, and what only they refer to, are never collected.",
      );
    const owner = {
      beforeLooking: () => this.bridge?.restoreAll(),
      wantsSafePoint: () => this.#detachWanted,
      atSafePoint: () => this.#finishDetach(),
    };
    this.#collector = new Collector(machine, plan, pool, this.#events, owner, freezesAfterImports);
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
    return this.#collector.collect(generation);
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
    this.#collector.step(collect);
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
    const end = this.#collector.automatic.suspend();
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
    this.#collector.collectQuietly();
  }

  /** Tells of what the bridge did. */
  reportBridge(collection: BridgeCollection): void {
    this.#events.tell("bridge", collection);
  }

  /** Gives it the heap tools. */
  useHeapTools(module: HeapToolsModule): void {
    this.#heapTools = module.bind({
      machine: this.#machine,
      limit: () => this.#collector.memory.limit,
      beforeLooking: () => {
        this.#collector.settle();
        this.bridge?.restoreAll();
      },
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
    const { generations, pauseTotalMs, pauseMaxMs, pauses } = this.#collector.accounts;
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
    return this.#collector.memory.limit;
  }

  set memoryLimit(bytes: number) {
    this.#collector.memory.set(bytes);
  }

  memoryReport(): MemoryReport {
    this.#mustBeAttached();
    return this.#collector.memory.report();
  }

  addMemoryPressure(bytes: number): number {
    this.#mustBeAttached();
    return this.#collector.memory.addPressure(bytes);
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
    this.#collector.callGc("collect");
    this.#collector.callGc("freeze");
    runtime.freeAll();
  }

  [Symbol.dispose](): void {
    this.detach();
  }

  /** Has collections show in the host's performance timeline, until detached. */
  makePerformanceEntries(): void {
    const entries = new PerformanceEntries(performance, this.#events.startedAt);
    this.on("collection", (event) => entries.add(event));
    this.on("detach", () => entries.clear());
  }

  /** Tells of something that a user should know and that stops nothing. */
  warn(code: string, message: string): void {
    this.#events.tell("warning", { code, message });
  }

  #finishDetach(now = this.#detachWanted): void {
    if (!now || !this.#attached || this.#machine.state.collecting) return;
    this.#heapTools?.release();
    this.bridge?.release();
    this.#attached = false;
    this.#detachWanted = false;
    this.#collector.release();
    const poolBlocks = this.#pool.close();
    this.#collector.memory.release();
    this.#machine.setCallbacks(undefined);
    this.#events.tell("detach", { poolBlocks });
    this.onDetached();
  }

  #mustBeAttached(): void {
    if (!this.#attached) throw new MoultError("detached", "this Moult is detached; attach again to use it");
  }
}
