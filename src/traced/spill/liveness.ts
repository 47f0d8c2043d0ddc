/**
 * Which variables are still needed after a call: those that are used before they are set again, on any way that control may take.
 *
 * The code is gone through backwards. What is needed at the start of a loop is known only then, so it is done again until no loop
 * needs more than was thought.
 */
import { Op } from "../wasm/instructions.js";
import { addBit, type Bits, noBits, removeBit, unite } from "./bits.js";
import { type Flow, FUNCTION } from "./flow.js";
import type { Values } from "./values.js";

/** The variables that are needed after each call that may collect. */
export function neededAfterCalls(
  flow: Flow,
  values: Values,
  mayCollect: (at: number) => boolean,
): Map<number, Bits> {
  const pass = new Backwards(flow, values, mayCollect);
  while (pass.run());
  return pass.afterCalls;
}

class Backwards {
  readonly afterCalls = new Map<number, Bits>();
  readonly #flow: Flow;
  readonly #values: Values;
  readonly #mayCollect: (at: number) => boolean;
  /** What is needed where branches to a block lead: at the start of a loop, behind the end of any other. */
  readonly #atLabel = new Map<number, Bits>();
  /** What is needed at the start of the `else` of an `if`. */
  readonly #atElse = new Map<number, Bits>();
  /** What those need that catch an exception, one for each `try` that is open. */
  #handlers: Bits[] = [];
  #live: Bits;
  /** A loop needs more than was known when its end was gone through. */
  #isMore = false;

  constructor(flow: Flow, values: Values, mayCollect: (at: number) => boolean) {
    this.#flow = flow;
    this.#values = values;
    this.#mayCollect = mayCollect;
    this.#live = this.#none();
    this.#atLabel.set(FUNCTION, this.#none());
  }

  /** Goes through the code once; true when it has to be done again. */
  run(): boolean {
    this.#isMore = false;
    this.#live = this.#none();
    this.#handlers = [];
    for (let at = this.#flow.code.length - 1; at >= 0; at--) this.#step(at);
    return this.#isMore;
  }

  #none(): Bits {
    return noBits(this.#values.variables.length);
  }

  #step(at: number): void {
    const { sets, uses, ofLocal } = this.#values;
    const { op, value } = this.#flow.code[at]!;
    const left = sets.get(at);
    if (left !== undefined) removeBit(this.#live, left);
    this.#control(op, at);
    for (const used of uses.get(at) ?? []) addBit(this.#live, used);
    if (op !== Op.get && op !== Op.set && op !== Op.tee) return;
    const variable = ofLocal[value];
    if (variable === undefined) return;
    if (op === Op.get) addBit(this.#live, variable);
    else removeBit(this.#live, variable);
  }

  #control(op: number, at: number): void {
    const { opener, targets, code, withElse } = this.#flow;
    const inside = opener[at]!;
    switch (op) {
      case Op.end:
      case Op.delegate:
        if (inside === FUNCTION) return;
        if (code[inside]!.op === Op.try) this.#handlers.push(this.#none());
        if (code[inside]!.op !== Op.loop) this.#atLabel.set(inside, this.#live.slice());
        return;
      case Op.else:
        this.#atElse.set(inside, this.#live);
        this.#live = this.#label(inside).slice();
        return;
      case Op.catch:
      case Op.catchAll:
        unite(this.#handlers.at(-1)!, this.#live);
        this.#live = this.#label(inside).slice();
        return;
      case Op.try:
        this.#handlers.pop();
        return;
      case Op.if:
        unite(this.#live, withElse.has(at) ? this.#atElse.get(at)! : this.#label(at));
        return;
      case Op.loop: {
        const known = this.#label(at);
        if (unite(known, this.#live)) this.#isMore = true;
        return;
      }
      case Op.call:
      case Op.callIndirect:
        for (const handler of this.#handlers) unite(this.#live, handler);
        if (this.#mayCollect(at)) this.afterCalls.set(at, this.#live.slice());
        return;
      case Op.unreachable:
      case Op.throw:
      case Op.rethrow:
        this.#live = this.#none();
        for (const handler of this.#handlers) unite(this.#live, handler);
        return;
      case Op.return:
        this.#live = this.#none();
        return;
      case Op.br:
      case Op.brTable:
        this.#live = this.#none();
        for (const to of targets.get(at)!) unite(this.#live, this.#label(to));
        return;
      case Op.brIf:
        for (const to of targets.get(at)!) unite(this.#live, this.#label(to));
    }
  }

  /** What is needed where branches to a block lead, as far as it is known. */
  #label(block: number): Bits {
    let known = this.#atLabel.get(block);
    if (known === undefined) {
      known = this.#none();
      this.#atLabel.set(block, known);
    }
    return known;
  }
}
