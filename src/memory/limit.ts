/**
 * The memory limit of one attached collector, and what is known of its memory. Parts: the hard stop (growth.ts), the
 * reserve (reserve.ts), pressure (pressure.ts), when to collect near the limit (pacer/near-limit.ts), the report of
 * what holds the memory (census.ts).
 *
 * What happens when growth is refused:
 *
 *   in malloc       the reserve is released, a safe point is asked for; nothing else may be done there. While CPython
 *                   collects it is the spare one, and small allocations are tried again (kernel/pool/twice.ts)
 *   (Python)        MemoryError is raised
 *   safe point      the report is made, everything is collected, the event tells of both; the reserve is taken back
 *   later           if there was no room for the reserve, it is tried again: a program that has caught the error may
 *                   drop what it holds and allocate strings only, which triggers nothing of CPython's
 *
 * Bytes in use are known in one place, `used`.
 */
import type { MemoryReport, MemoryUse } from "../api.js";
import { Heap } from "../cpython/heap.js";
import type { Machine } from "../cpython/machine.js";
import { OptionError } from "../errors.js";
import type { MemoryLimitEvent } from "../events/events.js";
import { mebibytes } from "../events/units.js";
import { type Filling, NearLimit } from "../pacer/near-limit.js";
import { CensusTaker } from "./census.js";
import { GrowthGuard, type Refusal } from "./growth.js";
import type { Pool } from "./pool.js";
import { Pressure } from "./pressure.js";
import { Reserve } from "./reserve.js";
import { hasRoom } from "./room.js";

/** What the limit asks of the collector that it belongs to. */
export interface MemoryHost {
  /** Have `atSafePoint` called soon. Is itself called from inside of the allocator. */
  requestSafePoint(): void;
  /** True while a collection runs: nothing is done then. */
  readonly collecting: boolean;
  /** Have `tryAgain` called soon after the program has allocated another tracked object, where that can be arranged. */
  callSoon(): void;
  /** Have the next automatic collection come after so many allocations of tracked objects at the latest. */
  hurry(objects: number): void;
  /** Collects everything, unless the program has switched collecting off; the objects found dead. */
  collect(): number;
  /** True when somebody wants the event. */
  wantsEvent(): boolean;
  tell(event: Omit<MemoryLimitEvent, "type" | "atMs">): void;
}

/** When memory is tight young collections come after so many objects: an eighth of CPython's own threshold. */
const TIGHT_OBJECTS = 250;
/** Growth beyond this part of the limit is looked into at the next safe point. */
const GROWN = 3 / 4;
/** How often after a refusal it is tried to take the reserve back, besides after each collection: a tenth of a second at most. */
const TRIES = 3_000;

/** Watches one heap, with or without a limit. */
export class MemoryLimit {
  readonly #machine: Machine;
  readonly #pool: Pool;
  readonly #host: MemoryHost;
  readonly #heap: Heap;
  readonly #census: CensusTaker;
  readonly #reserve: Reserve;
  readonly #spare: Reserve;
  readonly #pressure = new Pressure();
  readonly #near: NearLimit;
  #guard: GrowthGuard | undefined;
  #refusal: Refusal | undefined;
  #triesLeft = 0;

  constructor(machine: Machine, pool: Pool, host: MemoryHost) {
    const { runtime } = machine;
    this.#machine = machine;
    this.#pool = pool;
    this.#host = host;
    this.#heap = new Heap(runtime);
    this.#census = new CensusTaker(machine);
    this.#reserve = new Reserve(runtime);
    this.#spare = Reserve.spare(runtime);
    this.#near = new NearLimit(() => performance.now());
  }

  /** Bytes; undefined: none. */
  get limit(): number | undefined {
    return this.#guard?.limit;
  }

  /** Sets or changes the limit. Throws an OptionError, and changes nothing, when there is no room below it. */
  set(bytes: number): void {
    const now = this.#memoryBytes;
    if (bytes < now) {
      throw new OptionError(
        `option "memoryLimit" can't be ${bytes} bytes (${mebibytes(bytes)}): Python's memory measures ${now} bytes ` +
          `(${mebibytes(now)}) already, ${mebibytes(this.used)} of them in use, and it never shrinks`,
      );
    }
    const before = this.#guard?.limit;
    if (this.#guard === undefined) this.#install(bytes);
    else this.#guard.limit = bytes;
    if (this.#fill()) return;
    if (before === undefined) this.#uninstall();
    else this.#guard!.limit = before;
    throw new OptionError(
      `option "memoryLimit" can't be ${bytes} bytes (${mebibytes(bytes)}): with ${mebibytes(this.used)} in use that ` +
        "leaves no room for the reserve from which error handlers run; add at least 2 MiB",
    );
  }

  /** How full memory is. */
  get use(): MemoryUse {
    const [usedBytes, pressureBytes] = [this.used, this.#pressure.bytes];
    const limitBytes = this.limit ?? null;
    return {
      limitBytes,
      memoryBytes: this.#memoryBytes,
      usedBytes,
      pressureBytes,
      headroomBytes: limitBytes === null ? null : Math.max(0, limitBytes - usedBytes - pressureBytes),
    };
  }

  /** Bytes in use, without pressure. The reserve counts: nobody else can have it. */
  get used(): number {
    return this.#heap.used() - this.#pool.freeBytes;
  }

  /** How full memory is and what holds it. */
  report(): MemoryReport {
    return { ...this.use, ...this.#census.take() };
  }

  /** See `Moult.addMemoryPressure`. */
  addPressure(bytes: number): number {
    const sum = this.#pressure.add(bytes);
    // The program may allocate nothing that CPython's trigger counts.
    if (this.#pressureWantsAll) this.#host.requestSafePoint();
    return sum;
  }

  /** True when an automatic collection should be one of everything. */
  get wantsAll(): boolean {
    return this.#pressureWantsAll || this.#isNear;
  }

  /**
   * A collection is over.
   *
   * @param full it was one of everything
   * @param forMemory it was wanted here
   * @param ms how long it took
   */
  collected(full: boolean, forMemory: boolean, ms: number): void {
    if (full) this.#pressure.collected();
    if (forMemory) this.#near.collected(ms);
    if (this.#guard === undefined) return;
    if (this.tryAgain()) this.#hurryIfTight();
    if (this.#refusal !== undefined || !this.#fill(this.#spare)) this.#host.requestSafePoint();
  }

  /** Takes the reserve back if there is room, or asks to be called again. Returns true when it is there. */
  tryAgain(): boolean {
    if (this.#fill()) return true;
    if (this.#triesLeft > 0) {
      this.#triesLeft--;
      this.#host.callSoon();
    }
    return false;
  }

  /** Python is between two instructions: what could not be done in the allocator is done now. */
  atSafePoint(): void {
    if (this.#host.collecting) return; // `collected` comes after it.
    this.#fill(this.#spare);
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) this.#afterRefusal(refusal);
    else if (this.wantsAll) this.#host.collect();
    else this.#hurryIfTight();
  }

  /** Takes everything back. */
  release(): void {
    this.#uninstall();
    this.#heap.release();
  }

  #afterRefusal(refusal: Refusal): void {
    const report = this.#host.wantsEvent() ? this.report() : undefined;
    const collected = this.#host.collect();
    this.tryAgain();
    if (report === undefined) return;
    const limitBytes = this.limit ?? 0;
    this.#host.tell({ ...refusal, limitBytes, report, collected });
  }

  #hurryIfTight(): void {
    const filling = this.#filling;
    if (filling !== undefined && this.#near.tight(filling)) this.#host.hurry(TIGHT_OBJECTS);
  }

  get #memoryBytes(): number {
    return this.#machine.runtime.memory.buffer.byteLength;
  }

  get #pressureWantsAll(): boolean {
    return this.#pressure.due(this.#memoryBytes) && !this.#near.resting;
  }

  get #isNear(): boolean {
    const filling = this.#filling;
    return filling !== undefined && this.#near.due(filling);
  }

  get #filling(): Filling | undefined {
    const { limit } = this;
    const pressure = this.#pressure.bytes;
    if (limit === undefined) return undefined;
    return {
      limit,
      most: this.#memoryBytes + pressure,
      hasRoom: (bytes) => this.#hasRoom(bytes + pressure),
      used: () => this.used + pressure,
    };
  }

  /** Tries it: what memory has not grown by yet is there, and the rest must be had in a few pieces. */
  #hasRoom(bytes: number): boolean {
    const guard = this.#guard;
    if (guard === undefined) return true;
    const missing = bytes - (guard.limit - this.#memoryBytes);
    if (missing <= 0) return true;
    return guard.withoutGrowth(() => hasRoom(this.#machine.runtime, missing));
  }

  #install(bytes: number): void {
    const { runtime } = this.#machine;
    const guard = new GrowthGuard(runtime.memory, bytes, {
      grown: (memoryBytes) => this.#grown(memoryBytes),
      refused: (refusal) => this.#refused(refusal),
    });
    guard.install();
    this.#guard = guard;
    this.#fill(this.#spare);
    const [, collecting] = this.#machine.state.triggerWords;
    this.#machine.allocators.askTwice(collecting);
    // The collector works with less rather than take what handlers run on, and it may fail to get memory without ado.
    runtime.tryScratch = (bytes) =>
      this.#reserve.complete ? guard.quietly(() => runtime.tryAllocate(bytes)) : 0;
  }

  #uninstall(): void {
    this.#guard?.uninstall();
    this.#guard = undefined;
    this.#reserve.release();
    this.#spare.release();
    this.#machine.allocators.askOnce();
    const { runtime } = this.#machine;
    runtime.tryScratch = (bytes) => runtime.tryAllocate(bytes);
  }

  /** Inside of the allocator, as below: no allocation, no Python. */
  #grown(memoryBytes: number): void {
    if (memoryBytes > GROWN * (this.limit ?? Number.POSITIVE_INFINITY)) this.#host.requestSafePoint();
  }

  #refused(refusal: Refusal): void {
    // A collection that gets no memory at all calls for no other one: that would have no end.
    if (this.#host.collecting && (this.#spare.release() || !this.#reserve.complete)) return;
    this.#refusal ??= refusal;
    this.#triesLeft = TRIES;
    if (this.#guard?.exhausted) this.#reserve.release();
    this.#host.requestSafePoint();
  }

  /** True when the reserve is complete, or there is no limit to keep it from. */
  #fill(reserve = this.#reserve): boolean {
    return this.#guard?.quietly(() => reserve.fill()) ?? true;
  }
}
