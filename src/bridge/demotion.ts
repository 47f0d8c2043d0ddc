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
    for (const [, value] of hiwire.slots()) {
      if (isObject(value) && !this.#known.has(value)) this.#known.set(value, new WeakRef(value));
    }
  }

  get(value: object): WeakRef<object> | undefined {
    return this.#known.get(value);
  }
}

/** One demoted slot. */
interface Demoted {
  readonly slot: number;
  readonly value: WeakRef<object>;
  /** The JsRef in the map. */
  readonly mapped: JsRef | undefined;
  restored: boolean;
}

/** The slots that one pass demotes. */
export class Demotion {
  readonly #hiwire: Hiwire;
  readonly #slots = new Map<number, Demoted>();
  #lost = 0;

  private constructor(hiwire: Hiwire) {
    this.#hiwire = hiwire;
  }

  /**
   * Chooses, among the slots in `pairs`, those that only JsProxies in `pairs` refer to; nothing is changed yet. Adds to
   * `values` what is in each slot. Throws nothing.
   */
  static plan(
    hiwire: Hiwire,
    references: SlotReferences,
    pairs: Uint32Array,
    values: Map<number, object>,
  ): Demotion {
    const holders = new Map<number, number>();
    for (let i = 1; i < pairs.length; i += 2) {
      if (!isSlot(pairs[i]!)) continue;
      const slot = numberIn(pairs[i]!);
      holders.set(slot, (holders.get(slot) ?? 0) + 1);
    }
    const demotion = new Demotion(hiwire);
    for (const [slot, count] of holders) {
      const value = hiwire.get(slot);
      if (!isObject(value) || value === TOMBSTONE) continue;
      values.set(slot, value);
      const reference = references.get(value);
      if (reference === undefined || hiwire.count(slot) !== count) continue;
      const mapped = hiwire.mapped(value, slot);
      demotion.#slots.set(slot, { slot, value: reference, mapped, restored: false });
    }
    return demotion;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Slots whose JavaScript object was gone when they were restored. */
  get lost(): number {
    return this.#lost;
  }

  demote(): void {
    for (const { slot, mapped } of this.#slots.values()) {
      if (mapped !== undefined) this.#hiwire.map.delete(this.#hiwire.get(slot));
      this.#hiwire.set(slot, TOMBSTONE);
    }
  }

  /** Makes a slot strong again; a second time nothing happens. */
  restore(slot: number): void {
    const demoted = this.#slots.get(slot);
    if (demoted === undefined || demoted.restored) return;
    demoted.restored = true;
    const value = demoted.value.deref();
    if (value === undefined) {
      this.#lost++;
      return;
    }
    this.#hiwire.set(slot, value);
    if (demoted.mapped !== undefined) this.#hiwire.map.set(value, demoted.mapped);
  }

  restoreAll(): void {
    for (const slot of this.#slots.keys()) this.restore(slot);
  }

  /** Slots that still hold the tombstone; once what was collected is freed, there must be none. */
  buried(): number {
    let count = 0;
    for (const slot of this.#slots.keys())
      if (this.#hiwire.count(slot) > 0 && this.#hiwire.get(slot) === TOMBSTONE) count++;
    return count;
  }

  /** For a value that was in the map: its slot is restored, and its JsRef returned. */
  find(value: unknown, by: WeakMap<object, number>): JsRef | undefined {
    const demoted = isObject(value) ? this.#slots.get(by.get(value) ?? 0) : undefined;
    // A slot that was restored is Pyodide's: it may have been freed since, and be another's.
    if (demoted === undefined || demoted.restored) return undefined;
    this.restore(demoted.slot);
    return demoted.mapped;
  }

  /** The slots of what was in the map, by value; to be asked for before demoting. */
  mappedValues(): WeakMap<object, number> {
    const slots = new WeakMap<object, number>();
    for (const { slot, mapped } of this.#slots.values()) {
      if (mapped !== undefined) slots.set(this.#hiwire.get(slot) as object, slot);
    }
    return slots;
  }
}
