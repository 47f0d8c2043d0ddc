/**
 * The census: which types hold the memory. It walks everything that the collector tracks and everything that these
 * objects and the interpreter's frames refer to, and asks each object's size.
 *
 * What it remembers is in JavaScript's memory: it is taken when Python's is full. At safe points only.
 */
import type { TypeUse } from "../api.js";
import { objectsOf } from "../cpython/gc-lists.js";
import type { Machine } from "../cpython/machine.js";
import { ObjectSizes, type TypeSize } from "../cpython/object-size.js";

const LARGEST = 10;

/** What a census found. */
export interface Census {
  readonly types: readonly TypeUse[];
  readonly objects: number;
  readonly objectBytes: number;
}

interface Tally extends TypeSize {
  objects: number;
  bytes: number;
}

/** Takes censuses of one heap. */
export class CensusTaker {
  readonly #machine: Machine;
  readonly #sizes: ObjectSizes;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#sizes = new ObjectSizes(machine.runtime);
  }

  take(): Census {
    const { kernel, recorder, roots, runtime, state } = this.#machine;
    const tallies = new Map<number, Tally>();
    const seen = new Bits(runtime.bytes.length / 8);
    const work: number[] = [];
    const visit = (object: number) => {
      if (!seen.add(object / 8)) return;
      const tally = this.#tallyOf(tallies, object);
      tally.objects++;
      tally.bytes += tally.own(object) + tally.blocks(object);
      // A static type is no object of the collector's, although it is of a type that has some.
      if (tally.isGc && kernel.isGcObject(object) !== 0) work.push(object);
    };
    kernel.forgetTypes();
    for (const list of state.lists) for (const object of objectsOf(runtime, list)) visit(object);
    // Frames only propose: what is no object is left out, and what refers to others is tracked already.
    roots.mark({ markRoot: (address) => this.#sizes.isLeaf(address) && visit(address) });
    for (let object = work.pop(); object !== undefined; object = work.pop()) {
      const inspected = object;
      for (const referent of recorder.during(() => kernel.inspect(inspected))) visit(referent);
    }
    return summary([...tallies.values()]);
  }

  #tallyOf(tallies: Map<number, Tally>, object: number): Tally {
    const type = this.#sizes.typeAddress(object);
    let tally = tallies.get(type);
    if (tally === undefined) {
      tally = { ...this.#sizes.typeSize(type), objects: 0, bytes: 0 };
      tallies.set(type, tally);
    }
    return tally;
  }
}

function summary(tallies: readonly Tally[]): Census {
  const sum = (what: "objects" | "bytes") => tallies.reduce((total, tally) => total + tally[what], 0);
  const largest = [...tallies].sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST);
  return {
    types: largest.map(({ name, objects, bytes }) => ({ name, objects, bytes })),
    objects: sum("objects"),
    objectBytes: sum("bytes"),
  };
}

/** A set of small whole numbers. */
class Bits {
  readonly #words: Uint32Array;

  constructor(size: number) {
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }

  /** Returns false when it was there. */
  add(number: number): boolean {
    const bit = 1 << (number & 31);
    const word = this.#words[number >>> 5] ?? -1;
    if ((word & bit) !== 0) return false;
    this.#words[number >>> 5] = word | bit;
    return true;
  }
}
