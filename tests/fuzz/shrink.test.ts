/** Shrinking finds what matters, and knows when to stop. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrink } from "./shrink.js";

describe("shrink", () => {
  it("keeps exactly the items that a failure needs", async () => {
    const arrays = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(arrays, fc.infiniteStream(fc.boolean()), async (items, picks) => {
        const needed = items.filter(() => picks.next().value);
        if (needed.length === 0) needed.push(items[0]!);
        const kept = await shrink(items, async (rest) => needed.every((n) => rest.includes(n)), 10_000);
        expect(kept).toEqual(items.filter((item) => needed.includes(item)));
      }),
      { numRuns: 50 },
    );
  });

  it("gives the shortest list so far when its attempts are used up", async () => {
    const items = Array.from({ length: 64 }, (_, i) => i);
    let attempts = 0;
    const kept = await shrink(
      items,
      async (rest) => {
        attempts += 1;
        return rest.includes(63);
      },
      3,
    );
    expect(attempts).toBe(3);
    expect(kept.length).toBeLessThan(64);
    expect(kept).toContain(63);
  });
});
