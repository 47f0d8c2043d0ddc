/**
 * One cycle over the old generation, in slices with Python running between them.
 *
 *   mark    everything the roots reach, once more from the roots at the end
 *   sort    the old list, front to end: what is not marked is a suspect          gen 2 ─▶ gen 1
 *   prove   suspects in groups: trial deletion and disposal of each; then those that a group left alive, all at once
 *   clear   what these were, piece by piece, each held until its turn
 *
 * No write barrier is needed, for marking only proposes: what Python moves behind its back becomes a suspect, and trial
 * deletion keeps it. What dies after it was marked floats until the next cycle finds it: no longer, since every cycle
 * begins with nothing marked.
 *
 * What becomes old during a cycle joins generation 1, which this cycle does not look at. Between cycles everything old is
 * in generation 2, or in generation 1 while it waits for the next.
 */
import type { Machine } from "../cpython/machine.js";
import type { CycleSummary } from "../events/events.js";
import type { Verifier } from "../verify/verifier.js";
import type { Bitmaps } from "./bitmaps.js";
import { type Disposed, dispose, isWatched } from "./disposal.js";
import type { Marking } from "./marking.js";

/** How many objects are worked on between two looks at the clock. */
export interface Portions {
  readonly mark: number;
  readonly sort: number;
  /** Suspects in a group, at the least: one that refers to many others brings them along. */
  readonly group: number;
  readonly clear: number;
}

/** Each is some 50 microseconds of work. */
export const PORTIONS: Portions = { mark: 1000, sort: 4000, group: 1000, clear: 500 };
/** As small as can be, so that a cycle has many slices even in a small heap. */
export const STRESS_PORTIONS: Portions = { mark: 500, sort: 500, group: 5, clear: 3 };
/** More than there can be. */
const ALL = 0xffff_ffff;

type State = "idle" | "mark" | "sort" | "prove" | "clear";

export class OldCycle {
  readonly #machine: Machine;
  readonly #marking: Marking;
  readonly #candidates: Bitmaps;
  readonly #verifier: Verifier;
  readonly #portions: Portions;
  #state: State = "idle";
  #rootsAgain = false;
  /** The last frozen object when the cycle began: gc.freeze changes what is old. */
  #lastFrozen = 0;
  /** Addresses of what is to be cleared: { block, next, end }. */
  #held = { block: 0, next: 0, end: 0 };
  #examined = 0;
  #suspects = 0;
  #disposed: Disposed = NOTHING;
  #slices = 0;
  #workMs = 0;
  #longestSliceMs = 0;

  constructor(
    machine: Machine,
    marking: Marking,
    candidates: Bitmaps,
    verifier: Verifier,
    portions: Portions,
  ) {
    this.#portions = portions;
    this.#machine = machine;
    this.#marking = marking;
    this.#candidates = candidates;
    this.#verifier = verifier;
  }

  get underWay(): boolean {
    return this.#state !== "idle";
  }

  /** Begins a cycle; false when there is no memory to mark with. */
  begin(): boolean {
    const { kernel, state, runtime } = this.#machine;
    kernel.forgetTypes();
    if (!this.#marking.begin()) return false;
    kernel.merge(state.generation(1), state.generation(2));
    this.#lastFrozen = runtime.load(state.permanent + 4);
    this.#state = "mark";
    this.#rootsAgain = false;
    this.#examined = 0;
    this.#suspects = 0;
    this.#disposed = NOTHING;
    this.#slices = 0;
    this.#workMs = 0;
    this.#longestSliceMs = 0;
    return true;
  }

  /**
   * Works for about `ms` milliseconds, Infinity allowed.
   *
   * @returns what the cycle did, when this was its last slice
   */
  step(ms: number): CycleSummary | undefined {
    if (!this.underWay) return undefined;
    const started = performance.now();
    const deadline = started + ms;
    if (this.#isOvertaken()) this.#abandon();
    while (this.underWay) {
      if (this.#state === "mark") this.#mark(deadline);
      if (this.#state === "sort") this.#sort(deadline);
      if (this.#state === "prove") this.#prove(deadline);
      if (this.#state === "clear") this.#clear(deadline);
      if (performance.now() >= deadline) break;
    }
    const spent = performance.now() - started;
    this.#slices++;
    this.#workMs += spent;
    this.#longestSliceMs = Math.max(this.#longestSliceMs, spent);
    return this.underWay ? undefined : this.#summary();
  }

  /** Ends the cycle now, before something that wants the old generation whole. What is dead is still cleared. */
  settle(): void {
    if (this.#state === "clear") this.#clear(Number.POSITIVE_INFINITY);
    if (this.underWay) this.#abandon();
  }

  #mark(deadline: number): void {
    const { kernel, roots } = this.#machine;
    if (!this.#marking.resume()) {
      this.#abandon();
      return;
    }
    for (;;) {
      if (kernel.markSlice(this.#portions.mark) !== 0) {
        if (this.#rootsAgain) {
          roots.markLeaves(kernel);
          kernel.beginSort();
          this.#state = "sort";
          return;
        }
        // What frames and modules refer to has changed meanwhile; without this it would all be suspected.
        this.#rootsAgain = true;
        roots.mark(kernel);
      }
      if (performance.now() >= deadline) return;
    }
  }

  #sort(deadline: number): void {
    const { kernel, state } = this.#machine;
    if (!this.#marking.resume()) {
      this.#abandon();
      return;
    }
    while (performance.now() < deadline) {
      const sorted = kernel.sortOld(state.generation(2), state.generation(1), this.#portions.sort);
      this.#examined += sorted;
      if (sorted === 0) {
        kernel.beginGroups();
        kernel.merge(state.generation(1), state.generation(2));
        this.#state = "prove";
        return;
      }
    }
  }

  /** Group by group, and at last all that are left. A group is not cut, whatever the deadline. */
  #prove(deadline: number): void {
    const { kernel } = this.#machine;
    while (performance.now() < deadline) {
      if (this.#proveGroup(this.#portions.group, true)) continue;
      kernel.beginHearing();
      this.#state = "idle";
      this.#proveGroup(ALL, false);
      return;
    }
  }

  /**
   * Finds out exactly which of the next suspects are dead, and disposes of them. With `again` the others get a second
   * hearing; without, this is it, and what is dead may be left to be cleared in pieces.
   *
   * @returns false when there were none, or there is no memory to go on with: then they float until the next cycle
   */
  #proveGroup(least: number, again: boolean): boolean {
    const { kernel, lists, state } = this.#machine;
    const old = state.generation(2);
    // Finalizers of the group before may have made memory grow.
    if (!this.#marking.resume()) return false;
    this.#candidates.cover();
    const suspects = kernel.takeGroup(lists.candidates, least);
    if (suspects === 0) return false;
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
    this.#disposed = {
      collected: this.#disposed.collected + disposed.collected,
      uncollectable: this.#disposed.uncollectable + disposed.uncollectable,
      resurrected: this.#disposed.resurrected + disposed.resurrected,
    };
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
      if (performance.now() >= deadline) return;
      const end = Math.min(held.next + 4 * this.#portions.clear, held.end);
      const from = held.next;
      held.next = end;
      kernel.clearHeld(from, end, Number(!isWatched(this.#machine)));
    }
    runtime.free(held.block);
    this.#state = "idle";
  }

  /** True when gc.freeze has been called since the cycle began: what is frozen is none of its business. */
  #isOvertaken(): boolean {
    const { runtime, state } = this.#machine;
    return this.#state !== "clear" && runtime.load(state.permanent + 4) !== this.#lastFrozen;
  }

  #abandon(): void {
    const { kernel, state } = this.#machine;
    kernel.merge(state.generation(1), state.generation(2));
    this.#state = "idle";
  }

  #summary(): CycleSummary {
    return {
      examined: this.#examined,
      suspects: this.#suspects,
      ...this.#disposed,
      slices: this.#slices,
      workMs: this.#workMs,
      longestSliceMs: this.#longestSliceMs,
    };
  }
}

const NOTHING: Disposed = { collected: 0, uncollectable: 0, resurrected: 0 };
