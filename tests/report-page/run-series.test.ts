/** A run in time: constant memory, and nothing that matters is lost when it grows coarse. */
import fc from "fast-check";
import { loadPyodide } from "pyodide";
import { describe, expect, it } from "vitest";
import { attach } from "../../src/attach.js";
import type { CollectionEvent } from "../../src/events/events.js";
import { INTERVALS, RunSeries } from "../../src/report-page/run-series.js";
import { follow } from "../../src/timeline/follow.js";
import { collection } from "../events/samples.js";

function seriesOf(events: readonly CollectionEvent[]) {
  const series = new RunSeries();
  for (const event of events) series.add(event);
  return series.json();
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

describe("a run in time", () => {
  it("keeps each short run's collections apart", () => {
    const { intervalMs, intervals } = seriesOf([
      collection({ startedAtMs: 3.5 }),
      collection({ startedAtMs: 9 }),
    ]);
    expect(intervalMs).toBe(1);
    expect(intervals.map(({ collections }) => collections)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  });

  it("loses no pause, no peak and no count, however long the run", () => {
    const one = fc.record({
      gap: fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true })),
      pauseMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
      bytesInUse: fc.nat(),
      collected: fc.nat(1000),
      generation: fc.constantFrom(0, 1, 2),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 200 }), (all) => {
        let at = 0;
        const events = all.map(({ gap, generation, ...rest }) => {
          at += gap;
          return collection({ ...rest, generation: generation as 0 | 1 | 2, startedAtMs: at });
        });
        const { intervals, intervalMs, longest, lengths } = seriesOf(events);
        expect(intervals.length).toBeLessThanOrEqual(INTERVALS);
        expect(intervals.length).toBe(Math.floor(at / intervalMs) + 1);
        expect(sum(intervals.map(({ collections }) => collections))).toBe(all.length);
        expect(sum(intervals.map(({ collected }) => collected))).toBe(
          sum(all.map(({ collected }) => collected)),
        );
        const pauses = all.map(({ pauseMs }) => pauseMs);
        expect(Math.max(...intervals.map((interval) => interval.longest?.pauseMs ?? 0))).toBe(
          Math.max(...pauses),
        );
        expect(longest.map(({ pauseMs }) => pauseMs)).toEqual(pauses.sort((a, b) => b - a).slice(0, 20));
        const ranges = intervals.flatMap(({ inUse }) => inUse ?? []);
        const used = all.map(({ bytesInUse }) => bytesInUse);
        expect(Math.max(...ranges.map(({ most }) => most))).toBe(Math.max(...used));
        expect(Math.min(...ranges.map(({ least }) => least))).toBe(Math.min(...used));
        expect(sum(lengths.flatMap(({ counts }) => [...counts]))).toBe(all.length);
        for (const event of events) {
          const interval = intervals[Math.floor(event.startedAtMs / intervalMs)]!;
          expect(interval.longest!.pauseMs).toBeGreaterThanOrEqual(event.pauseMs);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("agrees with a real run", async () => {
    const pyodide = await loadPyodide();
    const moult = await attach(pyodide);
    const series = new RunSeries();
    const stop = follow(moult, series);
    const before = moult.stats();
    pyodide.runPython("import gc\nfor _ in range(50_000):\n    l = []; l.append(l)\ngc.collect()");
    const after = moult.stats();
    stop();
    const { intervals, longest, lengths } = series.json();
    const collections =
      sum(after.pauses.map(({ count }) => count)) - sum(before.pauses.map(({ count }) => count));
    expect(sum(intervals.map((interval) => interval.collections))).toBe(collections);
    expect(sum(lengths.flatMap(({ counts }) => [...counts]))).toBe(collections);
    expect(longest[0]!.pauseMs).toBeLessThanOrEqual(after.pauseMaxMs);
    expect(intervals.findLast(({ oldObjects }) => oldObjects !== null)?.oldObjects?.most).toBeGreaterThan(
      1000,
    );
    moult.detach();
  });
});
