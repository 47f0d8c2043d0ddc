/**
 * Slots of hiwire made weak for a while. While a slot is demoted it holds the tombstone, a proxy of which every use throws a
 * ReferenceError: code that came to it by a way that nobody thought of would hear of it. What was in it is known by a
 * WeakRef, which was made in an earlier job: a WeakRef holds its target until the end of the job that made it.
 *
 *   demote    the slot, and where the map of hiwire has it, its entry there
 *   restore   once for each slot; afterwards the slot is Pyodide's again, which may free it and put it to another use
 */
import { type Hiwire, isObject, type JsRef } from "./hiwire.js";
import { isSlot, numberIn } from "./mirror.js";

const MESSAGE =
  "the JavaScript object behind this JsProxy was garbage collected together with the cycle that it was part of";

/** What is in the slot of a JavaScript object that is gone. */
export const TOMBSTONE: object = tombstone();

function tombstone(): object {
  const refuse = (): never => {
    throw new ReferenceError(MESSAGE);
  };
  const handler: ProxyHandler<() => void> = {
    get: refuse,
    set: refuse,
    has: refuse,
    apply: refuse,
    construct: refuse,
    ownKeys: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
    getPrototypeOf: refuse,
    getOwnPropertyDescriptor: refuse,
  };
  return new Proxy(() => {}, handler);
}

/** WeakRefs to what is in slots, each made once. */
export class SlotReferences {
  readonly #known = new WeakMap<object, WeakRef<object>>();

  /** Makes those that are missing. To be done in a job before the one that demotes. */
  prepare(hiwire: Hiwire): void {
    hiwire.forEach((value) => {
      if (isObject(value) && !this.#known.has(value)) this.#known.set(value, new WeakRef(value));
    });
  }

  get(value: object): WeakRef<object> | undefined {
    return this.#known.get(value);
  }
}

/** No JsRef in the map. */
const NONE = 0;

/** The slots that one pass demotes, numbered; in arrays, since there may be many. */
export class Demotion {
  readonly #hiwire: Hiwire;
  readonly #slots: number[] = [];
  readonly #values: WeakRef<object>[] = [];
  /** The JsRef in the map, or NONE. */
  readonly #mapped: JsRef[] = [];
  /** By slot: its number, plus 1, while it is not restored. */
  readonly #pending: Uint32Array;
  #lost = 0;

  private constructor(hiwire: Hiwire, highest: number) {
    this.#hiwire = hiwire;
    this.#pending = new Uint32Array(highest + 1);
  }

  /**
   * Chooses, among the slots in `pairs`, those that only JsProxies in `pairs` refer to; nothing is changed yet. Puts into
   * `values` what is in each slot.
   */
  static plan(
    hiwire: Hiwire,
    references: SlotReferences,
    pairs: Uint32Array,
    values: (object | undefined)[],
  ): Demotion {
    let highest = 0;
    for (let i = 1; i < pairs.length; i += 2) {
      if (isSlot(pairs[i]!)) highest = Math.max(highest, numberIn(pairs[i]!));
    }
    const demotion = new Demotion(hiwire, highest);
    const holders = new Uint32Array(highest + 1);
    for (let i = 1; i < pairs.length; i += 2) if (isSlot(pairs[i]!)) holders[numberIn(pairs[i]!)]!++;
    values.length = highest + 1;
    for (let slot = 1; slot <= highest; slot++) {
      if (holders[slot] !== 0) values[slot] = demotion.#choose(references, slot, holders[slot]!);
    }
    return demotion;
  }

  /** What is in the slot; it is to be demoted if there are so many references to it. */
  #choose(references: SlotReferences, slot: number, count: number): object | undefined {
    const value = this.#hiwire.get(slot);
    if (!isObject(value) || value === TOMBSTONE) return undefined;
    const reference = references.get(value);
    if (reference === undefined || this.#hiwire.count(slot) !== count) return value;
    this.#mapped.push(this.#hiwire.mapped(value, slot) ?? NONE);
    this.#values.push(reference);
    this.#pending[slot] = this.#slots.push(slot);
    return value;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Slots whose JavaScript object was gone when they were restored. */
  get lost(): number {
    return this.#lost;
  }

  demote(): void {
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i]!;
      if (this.#mapped[i] !== NONE) this.#hiwire.map.delete(this.#hiwire.get(slot));
      this.#hiwire.set(slot, TOMBSTONE);
    }
  }

  /** Makes a slot strong again; a second time nothing happens. */
  restore(slot: number): void {
    const number = this.#pending[slot] ?? 0;
    if (number === 0) return;
    this.#pending[slot] = 0;
    const value = this.#values[number - 1]!.deref();
    if (value === undefined) {
      this.#lost++;
      return;
    }
    this.#hiwire.set(slot, value);
    const mapped = this.#mapped[number - 1]!;
    if (mapped !== NONE) this.#hiwire.map.set(value, mapped);
  }

  restoreAll(): void {
    for (const slot of this.#slots) this.restore(slot);
  }

  /** Slots that still hold the tombstone; once what was collected is freed, there must be none. */
  buried(): number {
    let count = 0;
    for (const slot of this.#slots)
      if (this.#hiwire.count(slot) > 0 && this.#hiwire.get(slot) === TOMBSTONE) count++;
    return count;
  }

  /** The slots of what was in the map, by value; to be asked for before demoting. */
  mappedValues(): WeakMap<object, number> {
    const slots = new WeakMap<object, number>();
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i]!;
      if (this.#mapped[i] !== NONE) slots.set(this.#hiwire.get(slot) as object, slot);
    }
    return slots;
  }

  /** For a value that was in the map: its slot is restored, and its JsRef returned. */
  find(value: unknown, by: WeakMap<object, number>): JsRef | undefined {
    const slot = isObject(value) ? by.get(value) : undefined;
    const number = slot === undefined ? 0 : (this.#pending[slot] ?? 0);
    // A slot that was restored is Pyodide's: it may have been freed since, and be another's.
    if (slot === undefined || number === 0) return undefined;
    this.restore(slot);
    return this.#mapped[number - 1];
  }
}
