/** The report, as text and as JSON, from events with given times. */
import { describe, expect, it } from "vitest";
import type { MemoryLimitEvent } from "../../src/events/events.js";
import { Report } from "../../src/events/report.js";
import { collection } from "./samples.js";

function young(sequence: number, pauseMs: number) {
  return collection({
    sequence,
    generation: 0,
    startedAtMs: sequence * 100,
    pauseMs,
    phases: { mark: 0, trial: pauseMs / 2, dispose: pauseMs / 4, slice: 0 },
    examined: 2000,
    candidates: 2000,
    collected: 10,
    memoryBytes: 2 ** 24 + sequence,
  });
}

function sampleReport(): Report {
  const report = new Report();
  for (let n = 1; n <= 99; n++) report.add(young(n, 0.25));
  report.add(young(100, 4));
  report.add(
    collection({ reason: "explicit", sequence: 101, startedAtMs: 10_100, uncollectable: 1, resurrected: 2 }),
  );
  return report;
}

describe("the memory limit in a report", () => {
  const type = (name: string, mebibytes: number) => ({ name, objects: 7, bytes: mebibytes * 2 ** 20 });
  const refusal = (...types: ReturnType<typeof type>[]): MemoryLimitEvent => ({
    type: "memory-limit",
    atMs: 10_200,
    limitBytes: 2 ** 26,
    requestedBytes: 2 ** 27,
    memoryBytes: 2 ** 26,
    collected: 0,
    report: {
      limitBytes: 2 ** 26,
      memoryBytes: 2 ** 26,
      usedBytes: 2 ** 25,
      pressureBytes: 0,
      headroomBytes: 2 ** 25,
      types,
      objects: 99,
      objectBytes: 2 ** 24,
    },
  });

  it("is not there when it was never reached", () => {
    expect(sampleReport().json().memoryLimit).toBeNull();
    expect(sampleReport().text()).not.toContain("limit");
  });

  it("tells how often it was reached, and what held the memory the last time", () => {
    const report = sampleReport();
    report.addRefusal(refusal(type("str", 9)));
    report.addRefusal(refusal(type("list", 30), type("dict", 2.25), type("int", 1), type("str", 0.5)));
    expect(report.json().memoryLimit).toMatchObject({ limitBytes: 2 ** 26, refusals: 2 });
    expect(report.json().memoryLimit?.types[0]).toEqual(type("list", 30));
    const line =
      "  limit     2 refusals at 64.0 MiB; most was held by list (30.0 MiB), dict (2.3 MiB), int (1.0 MiB)\n";
    expect(report.text()).toContain(line);
  });

  it("is told also where nothing was collected", () => {
    const report = new Report("builtin");
    report.addRefusal(refusal(type("list", 30)));
    expect(report.text()).toContain("  limit     1 refusal at 64.0 MiB; most was held by list (30.0 MiB)\n");
  });
});

describe("Report as JSON", () => {
  it("sums up by generation and all together", () => {
    const json = sampleReport().json({ elapsedMs: 20_000, memoryBytes: 2 ** 26 });
    expect(json).toMatchObject({
      format: "moult-report",
      version: 1,
      plan: "generational",
      elapsedMs: 20_000,
      peakMemoryBytes: 2 ** 26,
    });
    expect(json.generations[0]).toMatchObject({
      collections: 100,
      forced: 0,
      examined: 200_000,
      candidates: 200_000,
      collected: 1000,
      uncollectable: 0,
      resurrected: 0,
    });
    expect(json.generations[0].pause.maxMs).toBe(4);
    expect(json.generations[0].pause.totalMs).toBe(28.75);
    expect(json.generations[1]).toEqual({
      collections: 0,
      forced: 0,
      examined: 0,
      candidates: 0,
      collected: 0,
      uncollectable: 0,
      resurrected: 0,
      pause: { p50Ms: 0, p99Ms: 0, maxMs: 0, totalMs: 0 },
    });
    expect(json.total).toMatchObject({ collections: 101, forced: 1, uncollectable: 1, resurrected: 2 });
    expect(json.pauseShare).toBeCloseTo(30.55 / 20_000, 12);
    expect(json.phasesMs.trial).toBeCloseTo(28.75 / 2 + 0.22, 12);
  });

  it("gives quantiles within 1/128", () => {
    const { pause } = sampleReport().json().generations[0];
    expect(Math.abs(pause.p50Ms - 0.25)).toBeLessThanOrEqual(0.25 / 128);
    expect(Math.abs(pause.p99Ms - 0.25)).toBeLessThanOrEqual(0.25 / 128);
  });

  it("takes the end of the last collection when the host tells no end", () => {
    expect(sampleReport().json()).toMatchObject({ elapsedMs: 10_101.8, peakMemoryBytes: 33_030_144 });
  });

  it("reports a run without collections", () => {
    expect(new Report("builtin").json()).toMatchObject({
      plan: "builtin",
      elapsedMs: 0,
      pauseShare: 0,
      peakMemoryBytes: 0,
      total: { collections: 0 },
    });
    expect(new Report().json().plan).toBeNull();
  });

  it("survives JSON and can't be changed through it", () => {
    const report = sampleReport();
    const json = report.json();
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    json.phasesMs.mark = -1;
    expect(report.json().phasesMs.mark).toBeCloseTo(0.41, 12);
  });
});

describe("Report as text", () => {
  it("is a table by generation with the sums below", () => {
    expect(sampleReport().text({ elapsedMs: 20_000 })).toMatchInlineSnapshot(`
      "moult: 101 collections, plan generational
              collections  examined  freed  uncollectable  p50 ms  p99 ms  max ms
        gen0          100    200000   1000              0    0.25    0.25    4.00
        gen1            0         0      0              0       -       -       -
        gen2            1    618203   2000              1    1.80    1.80    1.80
        all           101    818203   3000              1    0.25    1.80    4.00
        phases    mark 0.41, trial 14.60, dispose 8.29 ms
        pauses    30.55 ms, 0.2 % of 20000 ms
        memory    31.5 MiB at its peak
        forced    1 collection
        revived   2 objects, by finalizers
        garbage   1 object, in gc.garbage
      "
    `);
  });

  it("leaves out what the built-in collector does not say", () => {
    const report = new Report();
    report.add(collection({ plan: "builtin", examined: 0, candidates: 0 }));
    expect(report.text({ elapsedMs: 3600 })).toMatchInlineSnapshot(`
      "moult: 1 collection, plan builtin
              collections  examined  freed  uncollectable  p50 ms  p99 ms  max ms
        gen0            0         -      0              0       -       -       -
        gen1            0         -      0              0       -       -       -
        gen2            1         -   2000              0    1.80    1.80    1.80
        all             1         -   2000              0    1.80    1.80    1.80
        pauses    1.80 ms, 0.1 % of 3600 ms
        memory    31.5 MiB at its peak
        forced    0 collections
      "
    `);
  });

  it("is short when nothing was collected", () => {
    expect(new Report("generational").text({ elapsedMs: 5, memoryBytes: 2 ** 20 })).toBe(
      "moult: 0 collections, plan generational\n  memory    1.0 MiB at its peak\n",
    );
  });
});
