/** Which words of static data are known to be no references. */
import { expect, test } from "vitest";
import { constantsIn } from "../../src/traced/regions.js";

const HEAP = [0x1000, 0x9000] as const;
const found = (...words: readonly number[]) => constantsIn(Uint32Array.from(words), HEAP);

test("those that look like addresses in the heap: where they are, and what they are in a form that looks like none", () => {
  expect(found(0, 0x2000, 5, 0x2004)).toEqual([4, 0x8000_2000, 12, 0x8000_2004]);
});

test("what leads before the heap or behind it is none of them", () => {
  expect(found(0xfff, 0x1000, 0x8fff, 0x9000)).toEqual([4, 0x8000_1000, 8, 0x8000_8fff]);
});
