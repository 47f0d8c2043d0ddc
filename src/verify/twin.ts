/**
 * The naive twin: the same question, answered once more in the plainest way.
 *
 * It knows neither typed tracing nor marking: every object of the generations collected is asked through
 * its own tp_traverse, with CPython's own visit_decref for counting. Sets and arrays, no cleverness, and
 * no matter how long it takes.
 *
 *   1 count     every object's references, less those that tp_traverse reports from inside
 *   2 reach     from objects with references left, everything that tp_traverse visits
 *   3 trash     the rest
 */

import { HEAD } from "../cpython/gc-lists.js";
import type { Machine } from "../cpython/machine.js";

const COLLECTING = 2;
const FLAGS = 3;

/** The objects among `universe` to which no reference leads from outside of it. */
export function unreachableAmong(machine: Machine, universe: readonly number[]): Set<number> {
  const left = referencesLeft(machine, universe);
  const inside = new Set(universe);
  const reached = new Set<number>();
  const work = universe.filter((object) => left.get(object) !== 0);
  for (const object of work) reached.add(object);
  for (let object = work.pop(); object !== undefined; object = work.pop()) {
    for (const referent of referentsOf(machine, object)) {
      if (!inside.has(referent) || reached.has(referent)) continue;
      reached.add(referent);
      work.push(referent);
    }
  }
  return new Set(universe.filter((object) => !reached.has(object)));
}

/** The objects of a set, each with its count of references that do not come from the set. */
export function referencesLeft(machine: Machine, universe: readonly number[]): Map<number, number> {
  const { runtime, kernel, visitDecref } = machine;
  // visit_decref counts in `_gc_prev`; what stands there is put back afterwards.
  const saved = universe.map((object) => runtime.load(object - HEAD + 4));
  universe.forEach((object, i) => {
    const count = runtime.load(object) << 2;
    runtime.store(object - HEAD + 4, count | COLLECTING | (saved[i]! & 1));
  });
  const opaque = universe.filter((object) => !asks(machine, object));
  for (const object of universe) {
    if (asks(machine, object)) kernel.callTraverse(object, visitDecref);
  }
  const left = new Map(universe.map((object) => [object, (runtime.load(object - HEAD + 4) & ~FLAGS) >> 2]));
  for (const object of opaque) left.set(object, 1); // Nobody knows what it refers to: it stays.
  universe.forEach((object, i) => {
    runtime.store(object - HEAD + 4, saved[i]!);
  });
  return left;
}

/** What an object refers to, by its own tp_traverse. */
export function referentsOf(machine: Machine, object: number): number[] {
  if (!asks(machine, object)) return [];
  const visitor = machine.tableIndex("visitInspect");
  return machine.recorder.during(() => void machine.kernel.callTraverse(object, visitor));
}

/** True when the object's tp_traverse can be called. */
function asks(machine: Machine, object: number): boolean {
  return machine.guard.probe(machine.runtime.load(object + 4), object) !== 0;
}
