/**
 * Checks of the collector by itself, `verify` 1 to 3:
 *
 *   1 full collections are computed again by the naive twin, and what is about to be cleared must be closed
 *   2 so is every collection, and the lists and the pool must be well formed afterwards
 *   3 moreover CPython's own pass disposes of what was found: it must find the same
 *
 * A mismatch throws VerifyError before anything is freed on its word.
 */
import type { Generation, VerifyLevel } from "../api.js";
import { objectsOf } from "../cpython/gc-lists.js";
import type { Machine } from "../cpython/machine.js";
import { VerifyError } from "../errors.js";
import { allObjects, dumpObject } from "./dump.js";
import { referencesLeft, unreachableAmong } from "./twin.js";

const OLDEST = 2;

export class Verifier {
  level: VerifyLevel;
  readonly #machine: Machine;
  #expected: Set<number> | undefined;

  constructor(machine: Machine, level: VerifyLevel) {
    this.#machine = machine;
    this.level = level;
  }

  /** True when CPython is to dispose of the trash (level 3). */
  get handsOver(): boolean {
    return this.level === 3;
  }

  /**
   * Before anything is moved: the twin makes up its mind about the generations to be collected.
   *
   * @param young so many of the youngest, from the front, will be looked at
   */
  beforeCollection(generation: Generation, young: number): void {
    this.#expected = undefined;
    if (this.level < (generation === OLDEST ? 1 : 2)) return;
    const { runtime, state } = this.#machine;
    const [youngest = [], ...older] = state.lists
      .slice(0, generation + 1)
      .map((list) => [...objectsOf(runtime, list)]);
    this.#expected = unreachableAmong(this.#machine, [...older.flat(), ...youngest.slice(0, young)]);
  }

  /** Before the proof of a cycle in slices: the twin makes up its mind about its candidates. */
  beforeProof(candidates: number): void {
    this.#expected = undefined;
    if (this.level < 1) return;
    this.#expected = unreachableAmong(this.#machine, [...objectsOf(this.#machine.runtime, candidates)]);
  }

  /** Trial deletion is done: the list `trash` must be what the twin found. */
  beforeDisposal(trash: number): void {
    if (this.#expected === undefined) return;
    const found = new Set(objectsOf(this.#machine.runtime, trash));
    for (const object of found) {
      if (!this.#expected.has(object)) this.#fail("an object that is alive was found dead", object);
    }
    for (const object of this.#expected) {
      if (!found.has(object)) this.#fail("an object that is dead was not found", object);
    }
  }

  /** Weak references are cleared and finalizers have run: nothing outside of `trash` may refer into it. */
  beforeClearing(trash: number): void {
    if (this.#expected === undefined) return;
    const objects = [...objectsOf(this.#machine.runtime, trash)];
    for (const [object, left] of referencesLeft(this.#machine, objects)) {
      if (left !== 0) this.#fail(`an object about to be cleared has ${left} references from outside`, object);
    }
  }

  /** The collection is over: every list must be whole. */
  afterCollection(): void {
    if (this.level < 2) return;
    const { kernel, state } = this.#machine;
    for (const list of state.lists) {
      if (kernel.isWellFormed(list) === 0)
        throw new VerifyError("a list of the collector is broken", `list at ${list}`);
    }
    const page = kernel.poolFault() >>> 0;
    if (page !== 0) throw new VerifyError("the pool is broken", `page at ${page}`);
  }

  /** CPython's own pass is over (level 3): it must have found what we handed to it, and nothing else. */
  afterHandOver(handed: number, found: number): void {
    if (handed === found) return;
    throw new VerifyError(
      `CPython found ${found} of the ${handed} objects unreachable that Moult found dead`,
      "",
    );
  }

  #fail(message: string, object: number): never {
    throw new VerifyError(message, dumpObject(this.#machine, object, allObjects(this.#machine)));
  }
}
