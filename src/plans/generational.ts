/**
 * The generational plan: CPython's three generations and its pacing, with full collections that mark first.
 *
 * A young collection is trial deletion over the young generations, as CPython does it. A full one marks from
 * roots and puts only what marking did not reach through trial deletion; on a heap that is mostly alive that
 * is a small remainder. What dies is exactly what CPython would collect.
 */
import type { Generation, VerifyLevel } from "../api.js";
import type { Machine } from "../cpython/machine.js";
import type { Verifier } from "../verify/verifier.js";
import { Bitmaps } from "./bitmaps.js";
import { type Disposed, dispose } from "./disposal.js";
import { Frozen } from "./frozen.js";
import { Marking } from "./marking.js";
import { OldCycle, type Portions } from "./old-cycle.js";
import type { Findings, Plan, PlanConstraints } from "./plan.js";

const OLDEST: Generation = 2;
/** More than there can be. */
const ALL = 0x7fff_ffff;
/** Bytes of the candidate set that a young collection makes usable: a tenth of a millisecond, or more where memory is new. */
const CANDIDATES_AT_ONCE = 1 << 18;

/** The generation that survivors of a collection become old in. */
function nextOf(generation: Generation): Generation {
  return generation === 0 ? 1 : OLDEST;
}

/** How many objects are old, and how many became so since the last full collection: the 25 % rule's two. */
interface LongLived {
  total: number;
  pending: number;
}

export class GenerationalPlan implements Plan {
  readonly name = "generational";
  readonly constraints: PlanConstraints = { replacesCollector: true };
  readonly #machine: Machine;
  readonly #marking: Marking;
  readonly #candidates: Bitmaps;
  readonly #frozen: Frozen;
  readonly #verifier: Verifier;
  readonly #longLived: LongLived;

  constructor(machine: Machine, verifier: Verifier) {
    this.#machine = machine;
    this.#marking = new Marking(machine);
    this.#candidates = new Bitmaps(machine.runtime, 1, machine.kernel.setCandidateSet);
    this.#frozen = new Frozen(machine);
    this.#verifier = verifier;
    this.#longLived = longLivedOf(machine);
  }

  /** The oldest generation whose count exceeds its threshold; the oldest of all only by the 25 % rule. */
  select(requested: Generation): Generation | undefined {
    const { state, layout } = this.#machine;
    if (layout.choosesGeneration || requested !== 1) return requested;
    for (const generation of [2, 1, 0] as const) {
      if (state.count(generation) <= state.threshold(generation)) continue;
      const { pending, total } = this.#longLived;
      if (generation === OLDEST && pending < Math.floor(total / 4)) continue;
      return generation;
    }
    return undefined;
  }

  /**
   * @param survivorsTo the generation that survivors are in afterwards
   * @param young so many young objects are looked at, at the most; the others stay young
   */
  collect(generation: Generation, survivorsTo = nextOf(generation), young = ALL): Findings {
    const { state, kernel } = this.#machine;
    const old = state.generation(survivorsTo);
    for (let younger: Generation = 0; younger <= generation; younger++)
      state.setCount(younger as Generation, 0);
    if (generation < OLDEST) {
      const next = nextOf(generation);
      state.setCount(next, state.count(next) + 1);
    }
    this.#verifier.beforeCollection(generation, young);
    kernel.forgetTypes();
    this.#frozen.refresh();
    this.#coverCandidates(generation === OLDEST ? ALL : CANDIDATES_AT_ONCE);
    const started = performance.now();
    const marked = generation === OLDEST ? this.#gatherAll() : this.#gatherYoung(generation, young);
    const markedAt = performance.now();
    const trash = this.#deduce(generation, old);
    const deducedAt = performance.now();
    const examined = kernel.examinedCount();
    const candidates = kernel.candidateCount();
    this.#age(generation, survivorsTo, examined - trash);
    if (generation === OLDEST) this.#frozen.waste(candidates - trash);
    const disposed = this.#dispose(old, trash);
    this.#verifier.afterCollection();
    const mark = markedAt - started;
    const phases = { mark, trial: deducedAt - markedAt, dispose: performance.now() - deducedAt, slice: 0 };
    return { examined, marked, candidates, phases, ...disposed };
  }

  /** The young generation joins the middle one as it is. */
  promoteYoung(): void {
    const { state, kernel } = this.#machine;
    this.#frozen.refresh();
    kernel.merge(state.generation(0), state.generation(1));
    state.setCount(0, 0);
  }

  get verify(): VerifyLevel {
    return this.#verifier.level;
  }

  set verify(level: VerifyLevel) {
    this.#verifier.level = level;
  }

  afterHandOver(found: number): void {
    const { kernel } = this.#machine;
    // Where finalizers or weakref callbacks may have run, some may have come back to life.
    if (kernel.trashSurvey() === 0) this.#verifier.afterHandOver(kernel.trashCount(), found);
  }

  /** A cycle over the old generation with the same bitmaps; for the plan that makes slices of it. */
  oldCycle(portions: Portions): OldCycle {
    return new OldCycle(
      this.#machine,
      this.#marking,
      this.#frozen,
      this.#candidates,
      this.#verifier,
      portions,
    );
  }

  release(): void {
    this.#marking.release();
    this.#candidates.release();
    this.#frozen.release();
  }

  /** Makes one list of all three generations: what marking reaches stays in it, unwritten, the rest are candidates. */
  #gatherAll(): number {
    const { kernel, state, lists } = this.#machine;
    const all = state.generation(OLDEST);
    for (const generation of [1, 0] as const) kernel.merge(state.generation(generation), all);
    if (this.#frozen.beginGates()) kernel.findGates(ALL);
    const marked = this.#marking.run(this.#longLived.total + this.#longLived.pending);
    if (marked === undefined) {
      kernel.merge(all, lists.candidates);
      kernel.takeAll(lists.candidates);
      return 0;
    }
    kernel.takeUnmarked(all, lists.candidates);
    return marked;
  }

  /** The set of candidates for all memory, of which so many bytes more are made usable: without it trial deletion is slower. */
  #coverCandidates(bytes: number): void {
    this.#candidates.cover();
    this.#machine.kernel.wipeCandidates(bytes);
  }

  #gatherYoung(generation: Generation, young: number): number {
    const { kernel, state, lists } = this.#machine;
    if (generation === 1) kernel.merge(state.generation(1), lists.candidates);
    kernel.moveFirst(state.generation(0), lists.candidates, young);
    kernel.takeAll(lists.candidates);
    return 0;
  }

  /** Trial deletion; survivors are untracked where CPython would, and join `old`. Returns how many do not survive. */
  #deduce(generation: Generation, old: number): number {
    const { kernel, lists, layout } = this.#machine;
    const trash = kernel.deduce(lists.candidates, old, lists.trash, 1);
    if (generation === OLDEST && layout.untracksDicts) kernel.untrackDicts(old);
    return trash;
  }

  /** Checks what was found, and disposes of it, or leaves that to CPython's own pass where that is to check us. */
  #dispose(old: number, found: number): Disposed & { handedOver: boolean } {
    const { kernel, lists } = this.#machine;
    const verifier = this.#verifier;
    const nothing = { collected: 0, uncollectable: 0, resurrected: 0, handedOver: false };
    try {
      verifier.beforeDisposal(lists.trash);
      if (found === 0) return nothing;
      if (!verifier.handsOver) {
        return {
          ...dispose(this.#machine, old, () => verifier.beforeClearing(lists.trash)),
          handedOver: false,
        };
      }
      kernel.clearCollectingAll(lists.trash);
      return { ...nothing, handedOver: true };
    } catch (error) {
      // Whatever was found is wrong: all of it goes back among the living.
      kernel.clearCollectingAll(lists.trash);
      kernel.merge(lists.trash, old);
      throw error;
    }
  }

  #age(generation: Generation, survivorsTo: Generation, survivors: number): void {
    if (generation === OLDEST) {
      this.#longLived.total = survivors;
      this.#longLived.pending = 0;
    } else if (survivorsTo === OLDEST) this.#longLived.pending += survivors;
  }
}

/** The rule's two numbers: in CPython's own state where it has them, so that its trigger sees them. */
function longLivedOf({ runtime, state, layout }: Machine): LongLived {
  const offsets = layout.gc.longLived;
  if (offsets === undefined) return { total: 0, pending: 0 };
  const word = (offset: number) => state.address + offset;
  return {
    get total() {
      return runtime.load(word(offsets.total));
    },
    set total(value) {
      runtime.store(word(offsets.total), value);
    },
    get pending() {
      return runtime.load(word(offsets.pending));
    },
    set pending(value) {
      runtime.store(word(offsets.pending), value);
    },
  };
}
