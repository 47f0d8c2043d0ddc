/**
 * One cycle over the old generation, in slices with Python running between them.
 *
 *   gates   where it is due, frozen objects that lead to others (frozen.ts)
 *   mark    everything the roots reach, once more from the roots at the end
 *   sort    the old list, front to end: what is not marked is a suspect; what is marked is not even written to
 *   prove   suspects in groups: trial deletion and disposal of each; then those that a group left alive, all at once
 *   clear   what these were, piece by piece, each held until its turn
 *
 * No write barrier is needed, for marking only proposes: what Python moves behind its back becomes a suspect, and trial
 * deletion keeps it. What dies after it was marked floats until the next cycle finds it: no longer, since every cycle
 * begins with nothing marked.
 *
 * What becomes old during a cycle joins generation 2 marked, so that this cycle does not suspect it.
 */
import type { CycleState, Work } from "../api.js";
import type { Machine } from "../cpython/machine.js";
import type { CycleSummary, SlicePart, Uncut } from "../events/events.js";
import type { Verifier } from "../verify/verifier.js";
import type { Bitmaps } from "./bitmaps.js";
import { dispose, isWatched } from "./disposal.js";
import type { Frozen } from "./frozen.js";
import type { Marking } from "./marking.js";
import { minus, NO_WORK, plus } from "./work.js";

/** How many objects are worked on between two looks at the clock. */
export interface Portions {
  /** Bytes of a bitmap. */
  readonly wipe: number;
  readonly mark: number;
  readonly sort: number;
  /** Suspects in a group, at the least: one that refers to many others brings them along. */
  readonly group: number;
  readonly clear: number;
}

/** Each is some 50 microseconds of work. */
export const PORTIONS: Portions = { wipe: 1 << 15, mark: 1000, sort: 1500, group: 400, clear: 300 };
/** As small as can be, so that a cycle has many slices even in a small heap. */
export const STRESS_PORTIONS: Portions = { wipe: 1 << 14, mark: 500, sort: 500, group: 5, clear: 3 };
/** So often the sort begins again at the front in slices: after that, it is done in one piece. */
const FRESH_STARTS = 2;
/**
 * Roots are marked at first, and once more at the end: what frames and modules refer to has changed meanwhile, and would all
 * be suspected.
 */
const ROUNDS = 2;
/** Objects of one proof that are worth mention: a few tenths of a millisecond. */
const MENTIONED = 2000;
const NOTHING_UNCUT: Uncut = { objects: 0, slots: 0 };
/** More than there can be. */
const ALL = 0xffff_ffff;

export class OldCycle {
  readonly #machine: Machine;
  readonly #marking: Marking;
  readonly #frozen: Frozen;
  readonly #candidates: Bitmaps;
  readonly #verifier: Verifier;
  readonly #portions: Portions;
  #state: CycleState = "idle";
  /** The bitmaps are ready for the phase. */
  #isWiped = false;
  /** How often the roots have been marked. */
  #rootsMarked = 0;
  /**
   * The headers at which portions of the sort ended. Objects stay where they are, and may die between two slices: where
   * the last of these has, the sort goes on from the one before.
   */
  #trail: number[] = [];
  #freshStarts = 0;
  /** The last frozen object when the cycle began: gc.freeze changes what is old. */
  #lastFrozen = 0;
  /** Addresses of what is to be cleared: { block, next, end }. */
  #held = { block: 0, next: 0, end: 0 };
  /** Of all cycles, and what that was when this one began. */
  #work = NO_WORK;
  #workBefore = NO_WORK;
  #suspects = 0;
  #uncut = NOTHING_UNCUT;
  #parts: { phase: SlicePart["phase"]; ms: number }[] = [];
  #slices = 0;
  #workMs = 0;
  #longestSliceMs = 0;

  constructor(
    machine: Machine,
    marking: Marking,
    frozen: Frozen,
    candidates: Bitmaps,
    verifier: Verifier,
    portions: Portions,
  ) {
    this.#portions = portions;
    this.#machine = machine;
    this.#marking = marking;
    this.#frozen = frozen;
    this.#candidates = candidates;
    this.#verifier = verifier;
  }

  get state(): CycleState {
    return this.#state;
  }

  get underWay(): boolean {
    return this.#state !== "idle";
  }

  /** What all cycles have done, this one so far. */
  get work(): Work {
    return this.#work;
  }

  /** What of the slices since the last call could not be cut, where it was enough to be worth mention. */
  takeUncut(): Uncut | undefined {
    const uncut = this.#uncut;
    this.#uncut = NOTHING_UNCUT;
    return uncut.objects >= MENTIONED || uncut.slots > 0 ? uncut : undefined;
  }

  /** What was done since the last call, phase by phase; undefined: nothing. */
  takeParts(): readonly SlicePart[] | undefined {
    const parts = this.#parts;
    this.#parts = [];
    return parts.length > 0 ? parts : undefined;
  }

  /** Begins a cycle; false when there is no memory to mark with. */
  begin(): boolean {
    const { kernel, state, runtime } = this.#machine;
    kernel.forgetTypes();
    const gates = this.#frozen.beginGates(true);
    if (!gates && !this.#marking.begin()) return false;
    this.#lastFrozen = runtime.load(state.permanent + 4);
    this.#state = gates ? "gates" : "mark";
    this.#isWiped = false;
    this.#rootsMarked = 0;
    this.#workBefore = this.#work;
    this.#suspects = 0;
    this.#slices = 0;
    this.#workMs = 0;
    this.#longestSliceMs = 0;
    return true;
  }

  /**
   * Works for about `ms` milliseconds, Infinity allowed; a portion is done even where that is no time at all, so that
   * steps however short come to an end.
   *
   * @returns what the cycle did, when this was its last slice
   */
  step(ms: number): CycleSummary | undefined {
    if (!this.underWay) return undefined;
    const started = performance.now();
    const deadline = started + ms;
    if (this.#isOvertaken()) this.#abandon();
    let now = started;
    while (this.#state !== "idle") {
      const [phase, from] = [this.#state, now];
      this.#advance(deadline);
      now = performance.now();
      const last = this.#parts.at(-1);
      if (last?.phase === phase) last.ms += now - from;
      else this.#parts.push({ phase, ms: now - from });
      if (now >= deadline) break;
    }
    const spent = performance.now() - started;
    this.#slices++;
    this.#workMs += spent;
    this.#longestSliceMs = Math.max(this.#longestSliceMs, spent);
    if (!this.underWay) this.#frozen.waste(this.#suspects - minus(this.#work, this.#workBefore).collected);
    return this.underWay ? undefined : this.#summary();
  }

  /** The middle generation becomes old. As far as a cycle under way goes, what joins is alive. */
  join(): void {
    const { kernel, state } = this.#machine;
    const middle = state.generation(1);
    if ((this.#state === "mark" && this.#isWiped) || this.#state === "sort") kernel.markAll(middle);
    kernel.merge(middle, state.generation(2));
  }

  /** Ends the cycle now, before something that wants the old generation whole. What is dead is still cleared. */
  settle(): void {
    if (this.#state === "clear") this.#clear(Number.POSITIVE_INFINITY);
    if (this.underWay) this.#abandon();
  }

  /** One phase, until it is over or the time is: one portion of it at the least. */
  #advance(deadline: number): void {
    if (this.#state === "gates") this.#findGates(deadline);
    else if (!this.#isWiped) this.#wipe(deadline);
    else if (this.#state === "mark") this.#mark(deadline);
    else if (this.#state === "sort") this.#sort(deadline);
    else if (this.#state === "prove") this.#prove(deadline);
    else this.#clear(deadline);
  }

  #findGates(deadline: number): void {
    const { kernel } = this.#machine;
    kernel.forgetTypes();
    while (kernel.findGates(this.#portions.mark) === 0) if (performance.now() >= deadline) return;
    this.#state = this.#marking.begin() ? "mark" : "idle";
  }

  /** Makes the bitmaps ready for the phase. */
  #wipe(deadline: number): void {
    do {
      this.#isWiped = this.#machine.kernel.wipe(this.#portions.wipe) !== 0;
    } while (!this.#isWiped && performance.now() < deadline);
  }

  #mark(deadline: number): void {
    const { kernel, roots } = this.#machine;
    this.#marking.resume();
    if (this.#rootsMarked === 0) this.#markRoots();
    for (;;) {
      if (kernel.markSlice(this.#portions.mark) !== 0) {
        if (this.#rootsMarked === ROUNDS) {
          roots.markLeaves(kernel);
          kernel.beginSort();
          this.#trail = [];
          this.#freshStarts = 0;
          this.#enter("sort");
          return;
        }
        this.#markRoots();
      }
      if (performance.now() >= deadline) return;
    }
  }

  #markRoots(): void {
    this.#rootsMarked++;
    this.#machine.roots.mark(this.#machine.kernel);
  }

  #sort(deadline: number): void {
    const { kernel, state } = this.#machine;
    this.#marking.resume();
    const old = state.generation(2);
    do {
      const last = kernel.sortOld(old, this.#trail.at(-1) ?? old, this.#portions.sort);
      this.#work = plus(this.#work, { examined: kernel.sortedCount() });
      if (last === old) {
        kernel.beginGroups();
        this.#enter("prove");
        return;
      }
      if (last !== 0) this.#trail.push(last);
      else {
        this.#trail.pop();
        if (this.#trail.length === 0) this.#freshStarts++;
      }
    } while (performance.now() < deadline || this.#freshStarts > FRESH_STARTS);
  }

  /** Group by group, and at last all that are left. A group is not cut, whatever the deadline. */
  #prove(deadline: number): void {
    const { kernel } = this.#machine;
    do {
      if (this.#proveGroup(this.#portions.group, true)) continue;
      kernel.beginHearing();
      this.#state = "idle";
      this.#proveGroup(ALL, false);
      return;
    } while (performance.now() < deadline);
  }

  /**
   * Finds out exactly which of the next suspects are dead, and disposes of them. With `again` the others get a second
   * hearing; without, this is it, and what is dead may be left to be cleared in pieces.
   *
   * @returns false when there were none
   */
  #proveGroup(least: number, again: boolean): boolean {
    const { kernel, lists, state } = this.#machine;
    const old = state.generation(2);
    this.#marking.resume();
    this.#candidates.cover();
    const suspects = kernel.takeGroup(lists.candidates, least);
    if (suspects === 0) return false;
    this.#uncut = {
      objects: Math.max(this.#uncut.objects, suspects),
      slots: Math.max(this.#uncut.slots, kernel.slotsOfLargest() >>> 0),
    };
    if (again) this.#suspects += suspects;
    this.#verifier.beforeProof(lists.candidates);
    const dead = kernel.deduce(lists.candidates, lists.rest, lists.trash, 1);
    if (again) kernel.hearAll(lists.rest);
    kernel.merge(lists.rest, old);
    try {
      this.#verifier.beforeDisposal(lists.trash);
      if (dead > 0) this.#dispose(old, again);
    } catch (error) {
      kernel.clearCollectingAll(lists.trash);
      kernel.merge(lists.trash, old);
      throw error;
    }
    return true;
  }

  #dispose(old: number, atOnce: boolean): void {
    const { lists } = this.#machine;
    const disposed = dispose(
      this.#machine,
      old,
      () => this.#verifier.beforeClearing(lists.trash),
      () => !atOnce && this.#hold(old),
    );
    this.#work = plus(this.#work, disposed);
  }

  /** Puts off the clearing of what is dead; false when there is no memory for that. */
  #hold(old: number): boolean {
    const { kernel, lists, runtime } = this.#machine;
    const bytes = 4 * kernel.size(lists.trash);
    if (bytes === 0) return true;
    const block = runtime.tryScratch(bytes);
    if (block === 0) return false;
    kernel.holdTrash(lists.trash, block, old);
    this.#held = { block, next: block, end: block + bytes };
    this.#state = "clear";
    return true;
  }

  #clear(deadline: number): void {
    const { kernel, runtime } = this.#machine;
    const held = this.#held;
    while (held.next < held.end) {
      const end = Math.min(held.next + 4 * this.#portions.clear, held.end);
      const from = held.next;
      held.next = end;
      kernel.clearHeld(from, end, Number(!isWatched(this.#machine)));
      if (performance.now() >= deadline) break;
    }
    if (held.next < held.end) return;
    runtime.free(held.block);
    this.#state = "idle";
  }

  /** True when gc.freeze has been called since the cycle began: what is frozen is none of its business. */
  #isOvertaken(): boolean {
    const { runtime, state } = this.#machine;
    return this.#state !== "clear" && runtime.load(state.permanent + 4) !== this.#lastFrozen;
  }

  #enter(phase: CycleState): void {
    this.#state = phase;
    this.#isWiped = false;
  }

  #abandon(): void {
    this.#state = "idle";
  }

  #summary(): CycleSummary {
    return {
      ...minus(this.#work, this.#workBefore),
      suspects: this.#suspects,
      slices: this.#slices,
      workMs: this.#workMs,
      longestSliceMs: this.#longestSliceMs,
    };
  }
}
