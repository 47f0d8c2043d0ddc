/**
 * Regions of memory where references may be: static data, and the part of C's stack that is in use.
 *
 *   ╒═ memory ══════════════════════════════════════════════════════════════════════════╕
 *   │ static data │ unused stack │ stack in use │ static data │ malloc's blocks │ …        │
 *   └─────────────┴── ▲ ─────────┴── ▲ ─────────┴─────────────┴─── ▲ ───────────┴── ▲ ────┘
 *              stack's end     stack pointer                   heap base        the break
 */
import type { Runtime } from "../cpython/runtime.js";

/** Nothing is below. */
export const LOWEST = 1024;

/** From and to. */
export type Region = readonly [from: number, to: number];

/** The regions as they are now, without those that are `borrowed`. */
export function rootRegions(runtime: Runtime, heapBase: number, borrowed: readonly Region[]): Region[] {
  const call = (name: string) => runtime.function(name)() >>> 0;
  const [base, end, pointer] = [
    call("emscripten_stack_get_base"),
    call("emscripten_stack_get_end"),
    call("emscripten_stack_get_current"),
  ];
  const regions: Region[] = [
    [LOWEST, end],
    [pointer, base],
    [base, heapBase],
  ];
  return borrowed.reduce(without, regions).filter(([from, to]) => from < to);
}

function without(regions: readonly Region[], [first, last]: Region): Region[] {
  return regions.flatMap(([from, to]): Region[] =>
    last <= from || first >= to
      ? [[from, to]]
      : [
          [from, first],
          [last, to],
        ],
  );
}

/**
 * Constants that look like addresses in the heap: static data has tables and texts with tens of thousands of them. They are what they
 * were before any memory was given away, and a variable that refers to something is not.
 *
 * @param before static data as it was then, from address 0 on
 * @returns for each the address it stands at and the word, of which the highest bit is turned over: so they look like none here
 */
export function constantsIn(before: Uint32Array, [lowest, highest]: Region): number[] {
  const found: number[] = [];
  before.forEach((word, at) => {
    if (word >= lowest && word < highest) found.push(at * 4, (word ^ 0x8000_0000) >>> 0);
  });
  return found;
}
