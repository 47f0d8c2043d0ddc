/** When passes are due, with a clock of the test's. */
import { describe, expect, test } from "vitest";
import { BridgePacer } from "../../src/bridge/pacer.js";

function grow(pacer: BridgePacer, count: number): boolean[] {
  return Array.from({ length: count }, () => pacer.grew()).filter(Boolean);
}

describe("a pass", () => {
  test("is not due for hardly any PyProxies, however long ago the last was", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 9);
    expect(pacer.delay(1e9, false)).toBeUndefined();
  });

  test("is due for a few a second after the last, and for many at once", () => {
    const pacer = new BridgePacer(0);
    expect(grow(pacer, 10)).toHaveLength(1);
    expect(pacer.delay(400, false)).toBe(600);
    expect(grow(pacer, 90)).toHaveLength(1);
    expect(pacer.delay(400, false)).toBe(0);
  });

  test("takes a twentieth of all time at most", () => {
    const pacer = new BridgePacer(0);
    pacer.passed(0, 50, 1000, 0);
    grow(pacer, 100);
    expect(pacer.delay(1000, false)).toBe(1000);
  });

  test("waits for the engine while slots are weak", () => {
    const pacer = new BridgePacer(0);
    pacer.passed(0, 1, 1000, 0);
    grow(pacer, 100);
    expect(pacer.delay(1500, true)).toBe(1500);
  });

  test("counts what is made while it is under way for the next one", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 100);
    pacer.begins();
    grow(pacer, 100);
    pacer.passed(0, 0, 10, 0);
    expect(pacer.delay(10_000, false)).toBe(0);
  });

  test("that could not be made is due again", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 100);
    pacer.begins();
    pacer.missed(500);
    expect(pacer.delay(500, false)).toBe(20);
  });

  test("with many alive is due when half as many are new", () => {
    const pacer = new BridgePacer(0);
    pacer.passed(0, 0, 0, 10_000);
    expect(grow(pacer, 4999)).toHaveLength(1); // The ten.
    expect(pacer.grew()).toBe(true);
  });

  test("that made slots weak is followed by one more when they no longer are, and by no third", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 100);
    pacer.begins();
    pacer.passed(50, 1, 1000, 200);
    expect(pacer.delay(1000, true)).toBeUndefined();
    expect(pacer.delay(1000, false)).toBe(1000);
    pacer.begins();
    pacer.passed(50, 1, 3000, 200);
    expect(pacer.delay(1e9, false)).toBeUndefined();
  });

  test("has the engine made to collect soon for many, and late for a few", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 10);
    expect(pacer.patience()).toBe(2000);
    grow(pacer, 90);
    expect(pacer.patience()).toBe(500);
  });

  test("that made none weak is the last", () => {
    const pacer = new BridgePacer(0);
    grow(pacer, 100);
    pacer.begins();
    pacer.passed(0, 1, 1000, 200);
    expect(pacer.delay(1e9, false)).toBeUndefined();
  });
});
