/**
 * The compile-time check of the table against the documented types. `npm run types` is the test: an
 * expected error that does not come is an error.
 */
import { expect, it } from "vitest";
import { level, toggle } from "../../src/options/kinds.js";
import type { Option, TableFor } from "../../src/options/table.js";

interface Documented {
  depth?: 0 | 1;
}

const text = { summary: "", details: "", changeable: false };
const depth: Option<0 | 1> = { kind: level([0, 1]), default: 0, ...text };

it("accepts a table that agrees with the documented type", () => {
  expect({ depth } satisfies TableFor<Documented>).toHaveProperty("depth");
});

it("is a type error when an option is missing, too many, wider or narrower", () => {
  // @ts-expect-error: `depth` is missing.
  ({}) satisfies TableFor<Documented>;
  // @ts-expect-error: nobody documented `width`.
  ({ depth, width: depth }) satisfies TableFor<Documented>;
  // @ts-expect-error: another type.
  ({ depth: { kind: toggle(), default: false, ...text } }) satisfies TableFor<Documented>;
  // @ts-expect-error: the table would let 2 pass.
  ({ depth: { kind: level([0, 1, 2]), default: 0, ...text } }) satisfies TableFor<Documented>;
  // @ts-expect-error: the table would refuse 1.
  ({ depth: { kind: level([0]), default: 0, ...text } }) satisfies TableFor<Documented>;
});
