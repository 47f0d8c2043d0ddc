/** What a person wants to see of an object on which two collectors disagree. */

import { objectsOf } from "../cpython/gc-lists.js";
import type { Machine } from "../cpython/machine.js";
import { typeName } from "../cpython/object-type.js";
import { referentsOf } from "./twin.js";

const MOST_REFERRERS = 10;

/** Type, address, counts, and who refers to the object. */
export function dumpObject(machine: Machine, object: number, searched: Iterable<number>): string {
  const referrers: string[] = [];
  for (const other of searched) {
    if (referrers.length >= MOST_REFERRERS) break;
    if (referentsOf(machine, other).includes(object))
      referrers.push(`  referred to by ${describe(machine, other)}`);
  }
  const referents = referentsOf(machine, object).map((other) => `  refers to ${describe(machine, other)}`);
  if (referrers.length === 0) referrers.push("  no tracked object refers to it");
  return [describe(machine, object), ...referrers, ...referents.slice(0, MOST_REFERRERS)].join("\n");
}

/** Every tracked object, frozen ones too. */
export function* allObjects(machine: Machine): Iterable<number> {
  for (const list of machine.state.lists) yield* objectsOf(machine.runtime, list);
}

function describe({ runtime }: Machine, object: number): string {
  const name = typeName(runtime, object);
  return `<${name} 0x${object.toString(16)}> with ${runtime.load(object)} references`;
}
