/** The memory of a collection: whatever is needed one time after the other, all of its areas are within what was allocated for them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Runtime } from "../../src/cpython/runtime.js";
import { Scratch, type ScratchNeeds } from "../../src/traced/scratch.js";

const KEPT = 3;

/** Gives away one block after the other, and frees none. */
function memory() {
  const bytes = new Uint8Array(1 << 22);
  const state = { end: 1024, allocated: 0 };
  const runtime = {
    bytes,
    tryAllocate(size: number) {
      const address = state.end;
      state.end += size;
      state.allocated = size;
      return state.end <= bytes.length ? address : 0;
    },
    free() {},
  };
  return { runtime: runtime as unknown as Runtime, bytes, state };
}

const needs = fc
  .record({
    bits: fc.integer({ min: 8, max: 4000 }),
    queue: fc.integer({ min: 8, max: 4000 }),
    small: fc.integer({ min: 0, max: 4000 }),
    large: fc.integer({ min: 0, max: 500 }),
  })
  .map(({ bits, queue, small, large }): ScratchNeeds => ({ bits, queue, blocks: small + large, large }));

test("areas follow one another, each with room for what is needed, and end where the block does", () => {
  fc.assert(
    fc.property(fc.array(needs, { minLength: 1, maxLength: 12 }), (times) => {
      const { runtime, state } = memory();
      const scratch = new Scratch(runtime);
      for (const need of times) {
        if (!scratch.cover(need)) return;
        const { made, free, leaves, marks, waiting, dead, queue, list, table } = scratch;
        const starts = [made, free, leaves, marks, waiting, dead, queue, list, table];
        const sizes = [...Array<number>(6).fill(need.bits), need.queue, 4 * need.blocks, 8 * need.large];
        const ends = [...starts.slice(1), scratch.address + state.allocated];
        starts.forEach((start, i) => {
          expect(start + sizes[i]!).toBeLessThanOrEqual(ends[i]!);
        });
      }
    }),
    { numRuns: 2000 },
  );
});

test("bitmaps that are kept are where they were, or have moved with it", () => {
  const { runtime, bytes } = memory();
  const scratch = new Scratch(runtime);
  const needed = { bits: 64, queue: 64, blocks: 10, large: 2 };
  scratch.cover(needed);
  const maps = () => [scratch.made, scratch.free, scratch.leaves];
  maps().forEach((map, i) => {
    bytes.fill(i + 1, map, map + needed.bits);
  });
  scratch.cover({ bits: 1000, queue: 900, blocks: 5000, large: 100 });
  const kept = maps().map((map) => [...bytes.slice(map, map + needed.bits)]);
  expect(kept).toEqual(Array.from({ length: KEPT }, (_, i) => Array(needed.bits).fill(i + 1)));
});
