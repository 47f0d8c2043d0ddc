/**
 * Which variables have to be stored before a call: those that are needed after it and are not in memory as they are now. A variable
 * that was stored before an earlier call is there still, unless it was set since on some way that leads here.
 *
 * The code is gone through forwards. At the start of a loop only that counts as stored which is so at its end as well, so it is
 * done again until no loop has less than was thought.
 */
import { Op } from "../wasm/instructions.js";
import { allBits, type Bits, intersect, noBits, removeBit, unite, without } from "./bits.js";
import { type Flow, FUNCTION } from "./flow.js";
import type { Values } from "./values.js";

/** The variables to be stored before calls, in order. Calls before which there is none are left out. */
export function storesBeforeCalls(
  flow: Flow,
  values: Values,
  needed: ReadonlyMap<number, Bits>,
): Map<number, readonly number[]> {
  const pass = new Forwards(flow, values, needed);
  while (pass.run());
  return pass.stores;
}

class Forwards {
  readonly stores = new Map<number, readonly number[]>();
  readonly #flow: Flow;
  readonly #values: Values;
  readonly #needed: ReadonlyMap<number, Bits>;
  /** What is stored wherever branches to a block come from; of loops it is kept from one time to the next. */
  readonly #atLabel = new Map<number, Bits>();
  /** What is stored when an `if` has been decided. */
  readonly #atIf = new Map<number, Bits>();
  /** Everything, where no way leads to. */
  #stored: Bits;
  /** A loop has less than was thought when its start was gone through. */
  #isLess = false;

  constructor(flow: Flow, values: Values, needed: ReadonlyMap<number, Bits>) {
    this.#flow = flow;
    this.#values = values;
    this.#needed = needed;
    this.#stored = this.#none();
  }

  /** Goes through the code once; true when it has to be done again. */
  run(): boolean {
    this.#isLess = false;
    this.#stored = this.#none();
    this.#flow.code.forEach((_, at) => {
      this.#step(at);
    });
    return this.#isLess;
  }

  #none(): Bits {
    return noBits(this.#values.variables.length);
  }

  #all(): Bits {
    return allBits(this.#values.variables.length);
  }

  #step(at: number): void {
    const { sets, ofLocal } = this.#values;
    const { op, value } = this.#flow.code[at]!;
    const needed = this.#needed.get(at);
    if (needed !== undefined) {
      const missing = without(needed, this.#stored);
      if (missing.length > 0) this.stores.set(at, missing);
      else this.stores.delete(at);
      unite(this.#stored, needed);
    }
    this.#control(op, at);
    const set = op === Op.set || op === Op.tee ? ofLocal[value] : undefined;
    if (set !== undefined) removeBit(this.#stored, set);
    const left = sets.get(at);
    if (left !== undefined) removeBit(this.#stored, left);
  }

  #control(op: number, at: number): void {
    const { opener, targets, code, withElse } = this.#flow;
    const inside = opener[at]!;
    switch (op) {
      case Op.block:
      case Op.try:
        this.#atLabel.set(at, this.#all());
        return;
      case Op.loop:
        intersect(this.#stored, this.#label(at));
        return;
      case Op.if:
        this.#atLabel.set(at, this.#all());
        this.#atIf.set(at, this.#stored.slice());
        return;
      case Op.else:
        this.#join(inside);
        this.#stored = this.#atIf.get(inside)!.slice();
        return;
      case Op.catch:
      case Op.catchAll:
        this.#join(inside);
        this.#stored = this.#none();
        return;
      case Op.end:
      case Op.delegate:
        if (inside === FUNCTION || code[inside]!.op === Op.loop) return;
        intersect(this.#stored, this.#label(inside));
        if (code[inside]!.op === Op.if && !withElse.has(inside))
          intersect(this.#stored, this.#atIf.get(inside)!);
        return;
      case Op.br:
      case Op.brIf:
      case Op.brTable:
        for (const to of targets.get(at)!) this.#join(to);
        if (op !== Op.brIf) this.#stored = this.#all();
        return;
      case Op.return:
      case Op.unreachable:
      case Op.throw:
      case Op.rethrow:
        this.#stored = this.#all();
    }
  }

  /** What is stored here may be all that is where a block's branches lead. */
  #join(block: number): void {
    if (block === FUNCTION) return;
    const isLess = intersect(this.#label(block), this.#stored);
    if (isLess && this.#flow.code[block]!.op === Op.loop) this.#isLess = true;
  }

  #label(block: number): Bits {
    let known = this.#atLabel.get(block);
    if (known === undefined) {
      known = this.#all();
      this.#atLabel.set(block, known);
    }
    return known;
  }
}
