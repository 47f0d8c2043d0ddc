/** Entries of `performance`: where, how long, and that they do not pile up. */
import { loadPyodide, type PyodideInterface } from "pyodide";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { attach } from "../../src/attach.js";
import type { CollectionEvent } from "../../src/events/events.js";
import { KEPT, PerformanceEntries } from "../../src/events/performance-entries.js";
import { collection } from "./samples.js";

const entries = () =>
  performance.getEntriesByType("measure").filter(({ name }) => name.startsWith("moult: "));

afterEach(() => performance.clearMeasures());

describe("performance entries", () => {
  it("are on Moult's track, where the collection was, with the slice within", () => {
    const own = new PerformanceEntries(performance, 100);
    const phases = { mark: 0, trial: 0.5, dispose: 0.25, slice: 1 };
    const parts = [{ phase: "mark", ms: 0.9 }] as const;
    own.add(collection({ generation: 0, startedAtMs: 50, pauseMs: 2, phases, parts }));
    const [whole, slice] = entries();
    expect([whole!.name, whole!.startTime, whole!.duration]).toEqual(["moult: young collection", 150, 2]);
    expect([slice!.name, slice!.startTime, slice!.duration]).toEqual(["moult: slice", 150.75, 1]);
    const { devtools } = (slice as PerformanceMeasure).detail as { devtools: object };
    expect(devtools).toMatchObject({
      dataType: "track-entry",
      track: "Moult",
      properties: [["mark", "0.90 ms"]],
    });
  });

  it("never pile up, and leave those of others alone", () => {
    performance.measure("mine", { start: 0, end: 1 });
    const own = new PerformanceEntries(performance, 0);
    let most = 0;
    for (let n = 0; n < 2.5 * KEPT; n++) {
      own.add(collection({ startedAtMs: n }));
      if (n % 10 === 0) most = Math.max(most, entries().length);
    }
    expect(most).toBeGreaterThan(KEPT / 2);
    expect(most).toBeLessThanOrEqual(KEPT);
    own.clear();
    expect(performance.getEntriesByType("measure").map(({ name }) => name)).toEqual(["mine"]);
  });
});

describe("the option performanceEntries", () => {
  let pyodide: PyodideInterface;
  beforeAll(async () => {
    pyodide = await loadPyodide();
    pyodide.runPython("import gc; gc.disable()");
  });

  it("makes an entry for each collection, on the clock of `performance`, and none is left after detaching", async () => {
    const moult = await attach(pyodide, { performanceEntries: true });
    const heard: CollectionEvent[] = [];
    moult.on("collection", (event) => heard.push(event));
    const before = performance.now();
    pyodide.runPython("gc.collect(1)");
    const after = performance.now();
    const own = entries().filter(({ name }) => name === "moult: middle collection");
    expect(own).toHaveLength(1);
    const [{ startTime, duration }] = own as [PerformanceEntry];
    expect(startTime).toBeGreaterThanOrEqual(before);
    expect(startTime + duration).toBeLessThanOrEqual(after);
    expect(duration).toBeCloseTo(heard[0]!.pauseMs, 3);
    moult.detach();
    expect(entries()).toEqual([]);
  });

  it("is off unless wanted", async () => {
    const moult = await attach(pyodide);
    pyodide.runPython("gc.collect()");
    expect(entries()).toEqual([]);
    moult.detach();
  });
});
