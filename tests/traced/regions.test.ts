/** Which words of static data are taken for references. */
import { expect, test } from "vitest";
import { changedWords } from "../../src/traced/regions.js";

const HEAP = [0x1000, 0x9000] as const;
const found = (before: readonly number[], now: readonly number[]) =>
  changedWords(Uint32Array.from(now), Uint32Array.from(before), [4, now.length * 4], HEAP);

test("a word that leads into the heap is one, a constant that looks like it is none", () => {
  expect(found([0, 0x2000, 0, 0x2004], [0, 0x2000, 0x2000, 0x2004])).toEqual([8]);
});

test("a word that was a constant once and leads elsewhere now is one", () => {
  expect(found([0, 0x2000], [0, 0x2008])).toEqual([4]);
});

test("what leads before the heap or behind it is none", () => {
  expect(found([0, 0, 0, 0], [0x2000, 0xfff, 0x1000, 0x9000])).toEqual([8]);
});

test("behind the last word that was not 0 every word in range is one", () => {
  expect(found([0], [0, 0x2000, 0, 0x8fff])).toEqual([4, 12]);
});
