/**
 * The bridge: cycles that run through Python and JavaScript are collected. This file ties the parts together and decides
 * when they run; the technique is in docs/bridge.md.
 *
 *   by itself         the read-barrier driver, paced by how many PyProxies are made, in idle periods
 *   collectBridges    the synchronous driver where the engine's collector can be called; elsewhere the other, awaited
 */
import type { BridgeCollection, BridgeStats } from "../api.js";
import { DEBUG } from "../cpython/debug-flags.js";
import { pythonIsRunning } from "../cpython/frames.js";
import { learnIdleFinalizers } from "../cpython/idle-finalizers.js";
import { probeJsProxies } from "../cpython/js-proxies.js";
import type { Machine } from "../cpython/machine.js";
import { idlePeriods, type RequestIdlePeriod } from "../idle/periods.js";
import { Barrier, type Ended } from "./barrier.js";
import { SlotReferences } from "./demotion.js";
import { Hiwire } from "./hiwire.js";
import { installLedger, type Ledger } from "./ledger.js";
import type { NudgeOptions } from "./nudge.js";
import { BridgePacer } from "./pacer.js";
import { type Faults, nextJob, type Parts } from "./pass.js";
import { type BridgeModule, bridgeModule } from "./pyodide-module.js";
import { type Collected, collectSynchronously } from "./synchronous.js";
import { type Held, Tracer } from "./tracer.js";

/** What the bridge needs of the collector that it belongs to. */
export interface BridgeHost {
  /** A full collection of Python's. */
  collect(): void;
  warn(code: string, message: string): void;
  /** Something was collected or looked for. */
  report(collection: BridgeCollection): void;
}

export interface BridgeOptions {
  /** Passes are made without being asked for. */
  readonly automatic: boolean;
  /** Finalizers may find that JavaScript objects are gone. */
  readonly permissive: boolean;
  readonly faults?: Faults;
  /** Milliseconds of a slice of marking. */
  readonly markMs?: number;
  /** Idle periods, for tests. */
  readonly request?: RequestIdlePeriod;
}

const NOTHING: Ended = { demoted: 0, slots: 0, proxies: 0, held: [], outside: 0, ms: 0, longestMs: 0 };

/** One Pyodide's bridge, for as long as Moult is attached. */
export class Bridge {
  readonly #machine: Machine;
  readonly #module: BridgeModule;
  readonly #ledger: Ledger;
  readonly #host: BridgeHost;
  readonly #options: BridgeOptions;
  readonly #request: RequestIdlePeriod;
  readonly #pacer = new BridgePacer(performance.now());
  readonly #warned = new Set<string>();
  #barrier: Barrier | undefined;
  #parts: Parts | undefined;
  #cancel: (() => void) | undefined;
  #waiting: ((ended: Ended) => void)[] = [];
  #working: Promise<unknown> = Promise.resolve();
  /** How many have asked for a pass and wait for it: until then none is made unasked. */
  #asked = 0;
  #isMarkingUnasked = false;
  #released = false;
  #passes = 0;
  #proxies = 0;
  #slots = 0;
  #last: { readonly held: readonly Held[]; readonly outside: number } = NOTHING;

  private constructor(machine: Machine, module: BridgeModule, host: BridgeHost, options: BridgeOptions) {
    this.#machine = machine;
    this.#module = module;
    this.#host = host;
    this.#options = options;
    this.#request = options.request ?? idlePeriods();
    this.#ledger = installLedger(module, machine.runtime.symbol("_Py_NoneStruct"));
    if (options.automatic) this.#ledger.onGrowth = () => this.#grew();
  }

  /** Builds the bridge of a Pyodide; undefined, with a warning, where there can be none. */
  static create(machine: Machine, host: BridgeHost, options: BridgeOptions): Bridge | undefined {
    const module = bridgeModule(machine.runtime.pyodide);
    if (typeof module !== "string") return new Bridge(machine, module, host, options);
    // In a job of its own: who attaches is to have subscribed by then.
    void nextJob().then(() =>
      host.warn("bridge-off", `cycles through JavaScript and Python are not collected: ${module}`),
    );
    return undefined;
  }

  /**
   * Collects cycles now.
   *
   * @param gc a full collection of the engine's; undefined: the engine's next ones are waited for
   */
  collect(gc: (() => void) | undefined): Promise<BridgeCollection> {
    this.#asked++;
    if (this.#isMarkingUnasked) this.restoreAll();
    const work = this.#working.then(() => this.#collect(gc)).finally(() => this.#asked--);
    this.#working = work.catch(() => {});
    return work;
  }

  /** Everything is as if there were no bridge, until the next pass. */
  restoreAll(): void {
    this.#barrier?.end();
  }

  stats(): BridgeStats {
    return {
      proxies: this.#ledger.size,
      slots: this.#module._hiwire_num_refs(),
      weak: this.#barrier?.demoted ?? 0,
      passes: this.#passes,
      collectedProxies: this.#proxies,
      collectedSlots: this.#slots,
      held: this.#last.held,
      outside: this.#last.outside,
    };
  }

  /** Ends all work. The ledger stays, for the next who attaches. */
  release(): void {
    this.#released = true;
    this.#cancel?.();
    this.restoreAll();
    this.#ledger.onGrowth = () => {};
    this.#ledger.onRelease = () => {};
  }

  async #collect(gc: (() => void) | undefined): Promise<BridgeCollection> {
    const parts = this.#open();
    if (parts === undefined) return collection(NOTHING, 0, "off");
    this.restoreAll();
    if (gc === undefined) {
      const ended = new Promise<Ended>((resolve) => this.#waiting.push(resolve));
      const nudge = { after: 0, keepsAlive: true, onGivingUp: () => this.restoreAll() };
      if ((await this.#beginWeak(parts, nudge)) === undefined) {
        this.#waiting = [];
        return collection(NOTHING, 0, "busy");
      }
      return collection(await ended, 0, "engine");
    }
    this.#pacer.begins();
    const collected = await collectSynchronously(
      parts,
      this.#options.permissive,
      gc,
      () => this.#mayRun(),
      () => this.#host.collect(),
    );
    if (collected === undefined) return collection(NOTHING, 0, "busy");
    this.#pacer.passed(0, collected.ms, performance.now(), this.#ledger.size);
    this.#schedule();
    return this.#account(collected, collected.buried, "synchronous");
  }

  /** What needs probing, once; undefined, with a warning, where it came out otherwise than known. */
  #open(): Parts | undefined {
    if (this.#released) return undefined;
    if (this.#parts !== undefined) return this.#parts;
    const machine = this.#machine;
    const hiwire = new Hiwire(this.#module);
    const differences = probeJsProxies(machine, (slot) => hiwire.get(slot)).filter((row) => !row.ok);
    if (differences.length > 0) {
      const facts = differences.map((row) => `${row.probe}: expected ${row.expected}, found ${row.found}`);
      this.#host.warn(
        "bridge-off",
        `cycles through JavaScript and Python are not collected: ${facts.join("; ")}`,
      );
      this.release();
      return undefined;
    }
    learnIdleFinalizers(machine);
    this.#parts = {
      machine,
      module: this.#module,
      ledger: this.#ledger,
      hiwire,
      references: new SlotReferences(),
      tracer: new Tracer(machine),
      faults: this.#options.faults ?? {},
    };
    this.#barrier = new Barrier(this.#parts, this.#request, this.#options.markMs);
    this.#barrier.onEnd = (ended) => {
      const result = this.#account(ended, 0, "engine");
      this.#settle(ended);
      if (result.slots > 0 || this.#options.automatic) this.#schedule();
    };
    return this.#parts;
  }

  /** Neither Python nor a collection of its is under way, and nobody wants to see what dies. */
  #mayRun(): boolean {
    const { state } = this.#machine;
    if (this.#released || state.collecting || (state.debug & DEBUG.saveAll) !== 0) return false;
    return !pythonIsRunning(state);
  }

  #grew(): void {
    if (this.#pacer.grew()) this.#schedule();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const delay = this.#pacer.delay(performance.now(), this.#barrier?.active ?? false);
    if (delay === undefined || this.#released || !this.#options.automatic) return;
    this.#cancel = this.#request(() => this.#idle(), { delay, keepsAlive: false });
  }

  #idle(): void {
    this.#cancel = undefined;
    const delay = this.#pacer.delay(performance.now(), this.#barrier?.active ?? false);
    if (delay === undefined) return;
    if (delay > 0) {
      this.#schedule();
      return;
    }
    const parts = this.#open();
    if (parts === undefined) return;
    const nudge = { after: this.#pacer.patience(), keepsAlive: false };
    this.#working = this.#working
      .then(async () => {
        this.#isMarkingUnasked = true;
        await this.#beginWeak(parts, nudge, () => this.#asked === 0);
      })
      .catch((error) => this.#failed(error))
      .finally(() => {
        this.#isMarkingUnasked = false;
      });
  }

  async #beginWeak(
    parts: Parts,
    nudge: NudgeOptions,
    isWanted: () => boolean = () => true,
  ): Promise<number | undefined> {
    const barrier = this.#barrier;
    if (barrier === undefined || this.#released) return undefined;
    this.#pacer.begins();
    const ms = await barrier.begin(this.#options.permissive, () => isWanted() && this.#mayRun(), nudge);
    if (ms === undefined) this.#pacer.missed(performance.now());
    else this.#pacer.passed(barrier.demoted, ms, performance.now(), parts.ledger.size);
    this.#schedule();
    return ms;
  }

  /** A pass must not end a program; but it must not be tried for ever either. */
  #failed(error: unknown): void {
    this.#host.warn("bridge-off", `cycles through JavaScript and Python are no longer collected: ${error}`);
    this.release();
  }

  #settle(ended: Ended): void {
    for (const resolve of this.#waiting.splice(0)) resolve(ended);
  }

  #account(done: Ended | Collected, buried: number, driver: BridgeCollection["driver"]): BridgeCollection {
    this.#passes++;
    this.#proxies += done.proxies;
    this.#slots += done.slots;
    this.#last = done;
    for (const { type } of done.held) this.#warnOfFinalizer(type);
    if (buried > 0 && !this.#options.permissive)
      this.#host.warn(
        "bridge-tombstone",
        `${buried} JsProxies outlived their JavaScript objects; please report it`,
      );
    const result = collection(done, buried, driver);
    this.#host.report(result);
    return result;
  }

  #warnOfFinalizer(type: string): void {
    if (this.#warned.has(type)) return;
    this.#warned.add(type);
    this.#host.warn(
      "bridge-finalizer",
      `a cycle through JavaScript is kept because a finalizer of class "${type}" could still use it: put __del__ on an ` +
        'object that leads to no JavaScript, use weakref.finalize, or attach with { bridgeFinalizers: "permissive" }',
    );
  }
}

function collection(
  done: Ended | Collected,
  tombstones: number,
  driver: BridgeCollection["driver"],
): BridgeCollection {
  const { proxies, slots, demoted, held, outside, ms, longestMs } = done;
  return { driver, proxies, slots, demoted, held, outside, tombstones, ms, longestMs };
}
