/** The harness itself: figures, tables, heads, and that a wrong result cannot become a figure. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chooseColumns, tuningsFor } from "./columns.mjs";
import { GOALS, RATE_GOALS } from "./goals.mjs";
import { allPrograms, choosePrograms, parseHead } from "./programs.mjs";
import { bestTuning } from "./schedule.mjs";
import { median, summarise } from "./summary.mjs";
import { renderTables } from "./table.mjs";

/** @typedef {import("./schedule.mjs").Run} Run */

const PROGRAM = { name: "plain_heap", path: "", title: "", automatic: false };

/**
 * @param {string} column
 * @param {Record<string, number>} times
 * @param {Partial<Run>} [more]
 * @returns {Run}
 */
function run(column, times, more = {}) {
  const measurements = Object.fromEntries(
    Object.entries(times).map(([name, value]) => [name, { median: value, min: value, samples: 1 }]),
  );
  const report = { measurements, operations: {}, memory_bytes: 1 << 20, python: "3.14.2", objects: 1 };
  return { column, tuning: null, run: 1, wallMs: 1, report, error: null, givenUp: false, ...more };
}

/** @param {Run[]} runs */
const resultOf = (runs) => ({ program: PROGRAM, runs, trials: [], tuning: null });

describe("figures", () => {
  it("takes medians over processes and ratios against the built-in column", () => {
    const runs = [10, 30, 20].map((time) => run("built-in", { live: time }));
    const [row] = summarise(resultOf([...runs, run("moult", { live: 5 }), run("moult", { live: 3 })]));
    expect(row?.cells["built-in"]).toMatchObject({ median: 20, min: 10, max: 30, runs: 3, ratio: 1 });
    expect(row?.cells.moult).toMatchObject({ median: 4, ratio: 5 });
    expect(row?.goals).toEqual([{ text: "4.5x built-in: 5.00x", reached: true }]);
  });

  it("reports noise as the distance between two columns of the same kind", () => {
    const [row] = summarise(resultOf([run("built-in", { live: 100 }), run("again", { live: 97 })]));
    expect(row?.noise).toBeCloseTo(0.03);
  });

  it("leaves a column out that never succeeded", () => {
    const failed = run("canary", {}, { report: null, error: "WrongResult" });
    const result = resultOf([run("built-in", { live: 1 }), failed]);
    expect(summarise(result)[0]?.cells).not.toHaveProperty("canary");
    const canary = fileURLToPath(import.meta.url);
    const { columns } = chooseColumns(["built-in", "canary"], { moult: null, canary });
    expect(renderTables([result], columns, [])).toContain("| plain_heap: live | 1.00 ms | failed |");
  });

  it("turns operations into a rate", () => {
    const one = run("moult", { sum: 4 });
    if (one.report !== null) one.report.operations = { sum: 10_000 };
    const program = { ...PROGRAM, name: "python_gc" };
    const [row] = summarise({ ...resultOf([one]), program });
    expect(row?.cells.moult?.perSecond).toBe(2_500_000);
    expect(row?.goals.map((goal) => goal.reached)).toEqual([true]);
  });

  it("chooses the tuning with the lowest geometric mean", () => {
    const trials = [
      run("tuned", { a: 1, b: 100 }, { tuning: "freeze" }),
      run("tuned", { a: 5, b: 5 }, { tuning: "full-500" }),
      run("tuned", {}, { tuning: "full-2000", report: null, error: "failed" }),
    ];
    expect(bestTuning(trials)).toBe("full-500");
    expect(bestTuning([])).toBeNull();
    expect(tuningsFor(false)).toEqual(["freeze"]);
  });

  it("knows the median of even and odd counts", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("programs", () => {
  it("have complete heads, and every goal names one of them", () => {
    const names = allPrograms().map((program) => program.name);
    for (const goal of [...GOALS, ...RATE_GOALS]) expect(names).toContain(goal.program);
  });

  it("are refused with the missing label, or by name", () => {
    expect(() => parseHead('"""Title.\n"""', "x.py")).toThrow('x.py: its head lacks "From:"');
    expect(() => choosePrograms(["gcbench", "nope"])).toThrow('no benchmark "nope"; there are: async_tree');
  });
});

describe("a process", () => {
  /** @param {string} source */
  function runProgram(source) {
    const folder = mkdtempSync(join(tmpdir(), "moult-bench-"));
    try {
      const program = join(folder, "program.py");
      writeFileSync(program, source);
      const runtime = fileURLToPath(new URL("runtime.mjs", import.meta.url));
      const job = JSON.stringify({ program, attach: null, tuning: "full-500" });
      return spawnSync(process.execPath, [runtime, job], { encoding: "utf8" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("reports what the program measured, under a tuning that makes automatic collections full", () => {
    const { stdout, status } = runProgram(`
import gc
from measure import report, timed
before = gc.get_stats()[2]["collections"]
elapsed, kept = timed(lambda: [[] for _ in range(5_000)])
full = gc.get_stats()[2]["collections"] - before
assert full >= 5, full
report({"total": [elapsed, elapsed, elapsed]})
`);
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.measurements.total.samples).toBe(3);
    expect(report.memory_bytes).toBeGreaterThan(1 << 20);
  });

  it("fails without a figure when a check does, and says why in few lines", () => {
    const { stdout, stderr, status } = runProgram("from measure import collect\ncollect(1, expected=-1)\n");
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("WrongResult: unreachable objects found by gc.collect(): expected -1");
    expect(stderr.length).toBeLessThan(5_000);
  });
});
