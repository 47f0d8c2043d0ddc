/** Memory pressure: its sum, and when it asks for a collection. */
import { describe, expect, test } from "vitest";
import { Pressure } from "../../src/memory/pressure.js";

describe("memory pressure", () => {
  test("is a sum that is never below 0", () => {
    const pressure = new Pressure();
    expect([100, 50, -30, -1_000, 7].map((bytes) => pressure.add(bytes))).toEqual([100, 150, 120, 0, 7]);
    expect(pressure.bytes).toBe(7);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "7", 7n, null, undefined])(
    "refuses %s",
    (bytes) => {
      const pressure = new Pressure();
      expect(() => pressure.add(bytes as number)).toThrow(TypeError);
      expect(pressure.bytes).toBe(0);
    },
  );

  test("asks for a collection once it has grown by a quarter of everything", () => {
    const pressure = new Pressure();
    pressure.add(25);
    expect(pressure.due(100)).toBe(false);
    pressure.add(1);
    expect(pressure.due(100)).toBe(true);
    pressure.collected();
    pressure.add(31);
    expect(pressure.due(100)).toBe(false);
    pressure.add(1);
    expect(pressure.due(100)).toBe(true);
  });

  test("what was given back is not new when it comes again", () => {
    const pressure = new Pressure();
    pressure.add(1_000);
    pressure.collected();
    pressure.add(-1_000);
    pressure.add(26);
    expect(pressure.due(100)).toBe(true);
  });
});
