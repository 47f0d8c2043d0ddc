/** The histogram against exact quantiles: its error bound is part of its promise. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/events/histogram.js";

function histogramOf(durations: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const duration of durations) histogram.add(duration);
  return histogram;
}

/** Nearest rank over all values. */
function exactQuantile(durations: readonly number[], q: number): number {
  const sorted = [...durations].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

describe("Histogram", () => {
  it("is all zeros when empty", () => {
    const { count, total, min, max } = new Histogram();
    expect([count, total, min, max, new Histogram().quantile(0.5)]).toEqual([0, 0, 0, 0, 0]);
  });

  it("keeps count, total, min and max exactly", () => {
    const { count, total, min, max } = histogramOf([0.25, 3, 0.125, 100]);
    expect([count, total, min, max]).toEqual([4, 103.375, 0.125, 100]);
  });

  it("gives a single duration back exactly at every quantile", () => {
    const histogram = histogramOf([1.7]);
    expect([0, 0.5, 0.99, 1].map((q) => histogram.quantile(q))).toEqual([1.7, 1.7, 1.7, 1.7]);
  });

  it("is at most 1/128 off between 1 µs and 35 min", () => {
    const duration = fc.double({ min: 0.001, max: 2 ** 21, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 50 }),
        fc.constantFrom(0, 0.5, 0.9, 0.99, 1),
        (durations, q) => {
          const exact = exactQuantile(durations, q);
          expect(Math.abs(histogramOf(durations).quantile(q) - exact)).toBeLessThanOrEqual(exact / 128);
        },
      ),
    );
  });

  it("keeps quantiles inside of min and max for any duration", () => {
    const duration = fc.double({ min: -1, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, q) => {
          const histogram = histogramOf(durations);
          expect(histogram.quantile(q)).toBeGreaterThanOrEqual(histogram.min);
          expect(histogram.quantile(q)).toBeLessThanOrEqual(histogram.max);
        },
      ),
    );
  });

  it("takes a clock that stepped back, or gave no number, as 0", () => {
    expect(histogramOf([-5, Number.NaN])).toMatchObject({ count: 2, total: 0, min: 0, max: 0 });
  });

  it("adds another's durations", () => {
    const sum = histogramOf([1, 2, 3]);
    sum.addAll(histogramOf([100, 0.5]));
    const all = histogramOf([1, 2, 3, 100, 0.5]);
    expect([sum.count, sum.total, sum.min, sum.max]).toEqual([all.count, all.total, all.min, all.max]);
    expect(sum.quantile(0.5)).toBe(all.quantile(0.5));
    const same = histogramOf([4]);
    same.addAll(new Histogram());
    expect([same.count, same.min, same.max]).toEqual([1, 4, 4]);
  });
});
