/**
 * The collector of a CPython with sticky counts. A collection, from the trigger or the gc module:
 *
 *   mark      whatever a root leads to, taking every word for a reference where it is not known to be none
 *   recount   the references among the dead: their counts are exact from then on
 *   release   those without any, one after the other: finalizers, weak references, all as when a count becomes 0
 *   dispose   cycles: trial deletion and disposal as with any other plan
 *
 * Marking decides only whose counts are made anew. What dies, dies because its count is 0, or because trial deletion explains all
 * of its references; and an object that Python code takes hold of meanwhile has a sticky count again.
 */
import type { Generation, VerifyLevel } from "../api.js";
import { knownLedger } from "../bridge/ledger.js";
import { bridgeModule } from "../bridge/pyodide-module.js";
import type { Machine } from "../cpython/machine.js";
import { MoultError } from "../errors.js";
import { type Disposed, dispose } from "../plans/disposal.js";
import type { Findings, Plan, PlanConstraints } from "../plans/plan.js";
import { borrowedRegions } from "./borrowed.js";
import { clearFreeLists, clearUnusedFrames, clearUnusedStack } from "./leftovers.js";
import { opaqueTypes } from "./opaque-types.js";
import { constantsIn, type Region, rootRegions } from "./regions.js";
import { Scratch } from "./scratch.js";
import type { TracedSeat } from "./seat.js";

const GENERATIONS = [2, 1, 0] as const;
/** Sticky counts and addresses must not be mistaken for each other: they are up to here. */
const MOST_MEMORY = 0x2000_0000;
/** The next collection comes when so much more is in use, as a share of what is alive, or when so many bytes more are. */
const GROWTH = 0.75;
const LEAST_GROWTH = 32 << 20;
/** Bytes from where malloc's last block ends to the end of its memory, at the most. */
const TAIL = 128;
/** The first block is so far behind the beginning of the heap, at the most. */
const ALIGNMENT = 64;

const NOTHING = { examined: 0, marked: 0, candidates: 0, collected: 0, uncollectable: 0, resurrected: 0 };

/** What is wanted for tests only. */
export interface TracedFaults {
  /** Collect at each of CPython's triggers, whatever is in use. */
  readonly everyTrigger?: boolean;
  /** Another traced kernel. */
  readonly kernel?: WebAssembly.Module;
}

export class TracedPlan implements Plan {
  readonly name = "traced";
  readonly constraints: PlanConstraints = { replacesCollector: true };
  verify: VerifyLevel = 0;
  readonly #machine: Machine;
  readonly #seat: TracedSeat;
  readonly #scratch: Scratch;
  readonly #faults: TracedFaults;
  readonly #warn: (code: string, message: string) => void;
  #warned = false;
  /** Where references are that keep nothing. */
  readonly #borrowed: readonly Region[];
  readonly #opaqueTypes: readonly number[];
  #goal = 0;

  constructor(
    machine: Machine,
    seat: TracedSeat,
    warn: (code: string, message: string) => void,
    faults: TracedFaults = {},
  ) {
    this.#machine = machine;
    this.#seat = seat;
    this.#warn = warn;
    this.#faults = faults;
    this.#scratch = new Scratch(machine.runtime);
    this.#borrowed = borrowedRegions(machine.state, seat.heapBase);
    describeKinds(machine, seat);
    this.#opaqueTypes = opaqueTypes(machine.runtime);
    const [entry = 0, buffer = 0, random = 0, ...bytes] = this.#opaqueTypes;
    seat.kernel.setBorrowingKinds(entry, buffer);
    seat.kernel.setNumbersKind(random);
    seat.kernel.setBytesKinds(...bytes);
    findFirstChunk(machine, seat);
    nameConstants(machine, seat);
    seat.kernel.setTrigger(...machine.state.triggerWords);
    seat.parts.setTrigger(...machine.state.triggerWords);
    this.#goal = (seat.kernel.bytesInUse() >>> 0) + LEAST_GROWTH;
    this.#setAlarm();
  }

  /**
   * A collection is due by bytes; CPython's own triggers come by objects, and most find nothing due. Then its count begins anew,
   * for it would ask again at every object, and so does the alarm, which may have gone off for what has been freed since.
   */
  select(requested: Generation): Generation | undefined {
    if (requested === 2) return 2;
    if (isSuspended(this.#machine)) return this.#notNow();
    if (this.#faults.everyTrigger === true) return 2;
    if (this.#seat.kernel.bytesInUse() >>> 0 > this.#goal) return 2;
    return this.#notNow();
  }

  #notNow(): undefined {
    this.#machine.state.setCount(0, 0);
    this.#setAlarm();
    return undefined;
  }

  /** What follows runs on stack where others have run, and leaves much of it as it is: that would be taken for references. */
  beforeAsked(): void {
    clearUnusedStack(this.#machine.runtime);
  }

  collect(): Findings {
    const { state, kernel, lists } = this.#machine;
    for (const generation of GENERATIONS) state.setCount(generation, 0);
    const started = performance.now();
    const nothing = (): Findings => ({
      ...NOTHING,
      phases: { mark: performance.now() - started, trial: 0, dispose: 0, slice: 0 },
      handedOver: false,
    });
    if (isSuspended(this.#machine) || !this.#mark()) return nothing();
    const markedAt = performance.now();
    const traced = this.#seat.kernel;
    // What is frozen stays where it is.
    const isFrozen = this.#machine.runtime.load(state.permanent) !== state.permanent;
    const { list, table } = this.#scratch;
    const dead = traced.recount(list, table, isFrozen ? 0 : lists.candidates);
    const recountedAt = performance.now();
    traced.release();
    const old = state.generation(2);
    for (const generation of [1, 0] as const) kernel.merge(state.generation(generation), old);
    kernel.forgetTypes();
    traced.gatherDead(old, lists.candidates);
    kernel.takeAll(lists.candidates);
    const trash = kernel.deduce(lists.candidates, old, lists.trash, 1);
    const candidates = kernel.candidateCount();
    const disposed: Disposed =
      trash === 0
        ? { collected: 0, uncollectable: 0, resurrected: 0 }
        : dispose(this.#machine, old, () => {});
    clearUnusedStack(this.#machine.runtime);
    this.#pace();
    const phases = {
      mark: markedAt - started,
      trial: recountedAt - markedAt,
      dispose: performance.now() - recountedAt,
      slice: 0,
    };
    return { examined: dead, marked: 0, candidates, phases, ...disposed, handedOver: false };
  }

  /** Nothing is ever handed over. */
  afterHandOver(): void {}

  release(): void {
    this.#scratch.release();
  }

  /** Marks all that can be reached; false when there is no memory for that, or too much to tell addresses from counts. */
  #mark(): boolean {
    const { runtime, roots, state } = this.#machine;
    const { kernel, early, held, heapBase } = this.#seat;
    if (runtime.memory.buffer.byteLength > MOST_MEMORY) {
      this.#warnOfMemory();
      return false;
    }
    clearFreeLists(this.#machine);
    clearUnusedFrames(state);
    // It remembers attributes of classes that may be no more.
    runtime.function("PyType_ClearCache")();
    kernel.forgetKinds();
    if (!this.#cover()) return false;
    const heapEnd = endNow(this.#machine);
    const { table, marks, waiting, dead, queue, made, free, leaves, address } = this.#scratch;
    kernel.tabulateLarge(table, heapEnd);
    kernel.setMade(made, heapEnd);
    kernel.setFreeBits(free);
    kernel.setLeafBits(leaves, kernel.bitsFor(heapEnd));
    kernel.beginMarks(marks, heapEnd, waiting, queue);
    runtime.bytes.fill(0, dead, queue);
    kernel.setDeadSet(dead);
    kernel.claimFree();
    for (const dict of roots.interned()) {
      kernel.hideBlock(runtime.load(dict + 24));
      kernel.hideBlock(dict);
    }
    kernel.markDicts(state.interpreter, state.interpreter + state.fact("interpreterSize"));
    for (const type of this.#opaqueTypes) kernel.markObject(type);
    kernel.drain();
    for (const region of rootRegions(runtime, heapBase, this.#borrowed)) kernel.markStatic(...region);
    kernel.markForeign(address);
    for (const object of early) kernel.markObject(object);
    for (const object of held.keys()) kernel.markObject(object);
    const module = bridgeModule(runtime.pyodide);
    const ledger = typeof module === "string" ? undefined : knownLedger(module);
    for (const entry of ledger?.entries() ?? []) kernel.markObject(entry.object);
    kernel.drain();
    return true;
  }

  /** Sees to it that the scratch is large enough for all memory, also for what memory grows by for it; false when there is none. */
  #cover(): boolean {
    const { runtime } = this.#machine;
    const { kernel, parts } = this.#seat;
    const look = () => kernel.lookAround(parts.mapAddress(), parts.mapEntries(), endNow(this.#machine));
    let covered: number;
    do {
      look();
      covered = runtime.memory.buffer.byteLength;
      const large = kernel.countLarge(endNow(this.#machine));
      const blocks = kernel.countSmall() + large;
      const needs = { bits: kernel.bitsFor(covered), queue: kernel.queueFor(covered), blocks, large };
      if (!this.#scratch.cover(needs)) return false;
    } while (endNow(this.#machine) > covered);
    look();
    return true;
  }

  /** Says once that this is the end of collecting: memory never shrinks. */
  #warnOfMemory(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#warn(
      "traced-memory",
      "the traced runtime collects nothing from here on: memory has grown beyond 512 MiB, and addresses can't be told from " +
        "counts there. Run without --runtime traced, or with a memoryLimit",
    );
  }

  #pace(): void {
    const live = this.#seat.kernel.bytesInUse() >>> 0;
    this.#goal = live + Math.max(live * GROWTH, LEAST_GROWTH);
    this.#setAlarm();
  }

  #setAlarm(): void {
    const { kernel, parts } = this.#seat;
    kernel.setAlarm(this.#goal);
    parts.setAlarm(this.#goal);
  }
}

/**
 * True while a task waits in the middle of a call (`run_sync`): it has a thread state of its own. Pieces of its C stack are kept by
 * JavaScript then, and nobody can look for references there, so nothing is collected until it goes on.
 */
function isSuspended({ runtime, state }: Machine): boolean {
  const first = runtime.function("PyInterpreterState_ThreadHead")(state.interpreter);
  return runtime.function("PyThreadState_Next")(first) !== 0;
}

function endNow({ runtime }: Machine): number {
  return runtime.load(runtime.function("emscripten_get_sbrk_ptr")());
}

function describeKinds({ runtime }: Machine, { kernel }: TracedSeat): void {
  const type = (name: string) => runtime.symbol(`Py${name}_Type`);
  const weakref = (name: string) => runtime.symbol(`_PyWeakref_${name}Type`);
  kernel.setKinds(runtime.allocate(kernel.kindsScratch()));
  kernel.setContainerKinds(
    type("Type"),
    type("List"),
    type("Tuple"),
    type("Dict"),
    type("Set"),
    type("FrozenSet"),
    type("Code"),
    type("Function"),
    type("Gen"),
  );
  kernel.setLeafKinds(
    type("Unicode"),
    type("Long"),
    type("Float"),
    type("Bool"),
    type("Complex"),
    type("Bytes"),
  );
  kernel.setWeakrefKinds(weakref("Ref"), weakref("Proxy"), weakref("CallableProxy"));
}

/** Tells the kernel which words of static data are no addresses. */
function nameConstants({ runtime }: Machine, { kernel, heapBase, before }: TracedSeat): void {
  const words = constantsIn(before, [heapBase, MOST_MEMORY]);
  const table = runtime.allocate(words.length * 4);
  new Uint32Array(runtime.memory.buffer).set(words, table >>> 2);
  kernel.setConstants(table, words.length / 2);
}

/** Tells the kernel where malloc's first block is: from there one leads to the next, up to the end of its memory. */
function findFirstChunk(machine: Machine, { kernel, heapBase }: TracedSeat): void {
  const end = endNow(machine);
  for (let block = Math.ceil(heapBase / 8) * 8; block < heapBase + ALIGNMENT; block += 8) {
    kernel.setFirstChunk(block);
    const reached = kernel.endOfChunks(end) >>> 0;
    if (end - reached < TAIL) return;
  }
  throw new MoultError(
    "unsupported-runtime",
    "the blocks of this CPython's malloc do not lead from one to the next; run without --runtime traced",
  );
}
