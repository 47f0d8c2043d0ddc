/** The harness itself: figures, tables, heads, and that a wrong result cannot become a figure. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COLUMN_NAMES, chooseColumns, GROUPS, tuningsFor } from "./columns.mjs";
import { written } from "./figures.mjs";
import { GOALS, LEADS, LIMITS, RATE_GOALS } from "./goals.mjs";
import { INSIDE, PauseRecorder, Preemptions } from "./pauses.mjs";
import { allPrograms, choosePrograms, parseHead } from "./programs.mjs";
import { bestTuning } from "./schedule.mjs";
import { median, summarise } from "./summary.mjs";
import { renderTables } from "./table.mjs";

/** @typedef {import("./programs.mjs").Program} Program */
/** @typedef {import("./schedule.mjs").Run} Run */

/** @type {Program} */
const PROGRAM = { name: "plain_heap", path: "", title: "", automatic: false, group: "speed" };

/**
 * @param {string} column
 * @param {Record<string, number>} times
 * @param {Partial<Run>} [more]
 * @returns {Run}
 */
function run(column, times, more = {}) {
  const measurements = Object.fromEntries(
    Object.entries(times).map(([name, value]) => [
      name,
      { median: value, min: value, samples: 1, unit: "ms" },
    ]),
  );
  const report = { measurements, operations: {}, memory_bytes: 1 << 20, python: "3.14.2", objects: 1 };
  return { column, tuning: null, run: 1, wallMs: 1, report, error: null, givenUp: false, ...more };
}

/** @type {Program} */
const PAUSE = { ...PROGRAM, name: "pause", automatic: true, group: "pauses" };
const QUEUE = { ...PAUSE, name: "bounded_queue" };

/** A column as of the built-in collector. @param {string} name */
function column(name) {
  const [builtIn] = chooseColumns(["built-in"], { moult: null, canary: null }).columns;
  if (builtIn === undefined) throw new Error("no column built-in");
  return { ...builtIn, name, title: name };
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

  it("shows a figure in its unit, and nothing where a column has none", () => {
    const [one, other] = [run("built-in", { worst: 4 }), run("incremental", { worst: 2 })];
    if (other.report !== null)
      other.report.measurements.memory = { median: 46 << 20, min: 46 << 20, samples: 1, unit: "bytes" };
    const columns = ["built-in", "incremental"].map(column);
    const table = renderTables([{ ...resultOf([one, other]), program: QUEUE }], columns, []);
    expect(table).toContain("| bounded_queue: worst | 4.00 ms | 2.00 ms (2.00x) |");
    expect(table).toContain(
      "| bounded_queue: memory |  | 46 MiB |  | at most 45 MiB: 46 MiB (not reached) |",
    );
    expect(table).not.toContain("memory at the end");
    expect(written(1.234, "x")).toBe("1.23x");
    expect(written(36_010, "objects")).toBe("36,010");
  });

  it("holds limits against another column, and against the built-in collector at its best", () => {
    const figures = { off: [3, 100], "built-in": [400, 300], tuned: [40, 90], moult: [90, 110] };
    const runs = Object.entries(figures).map(([name, [worst = 0, total = 0]]) => run(name, { worst, total }));
    const rows = summarise({
      ...resultOf([...runs, run("incremental", { worst: 6, total: 120 })]),
      program: PAUSE,
    });
    expect(rows.map(({ goals }) => goals)).toEqual([
      [
        { text: "at most 5.00 ms (off + 2.00 ms): 6.00 ms", reached: false },
        { text: "tuned 5x worse in worst or total: worst 6.67x, total 0.75x", reached: true },
      ],
      [
        { text: "at most 121 ms (1.1x moult): 120 ms", reached: true },
        { text: "at most 150 ms (0.5x built-in): 120 ms", reached: true },
      ],
    ]);
  });

  it("counts the pauses of automatic collections while the program measures", () => {
    const recorder = new PauseRecorder(1);
    /** @param {number} slice @returns {Parameters<PauseRecorder["add"]>[0]} */
    const event = (slice) => ({
      reason: "automatic",
      pauseMs: slice + 1,
      phases: { mark: 0, trial: 1, dispose: 0, slice },
    });
    recorder.add(event(9));
    recorder.measuring = true;
    recorder.add({ ...event(9), reason: "explicit" });
    recorder.add(event(0));
    expect(Object.keys(recorder.measurements())).toEqual([INSIDE.pause]);
    for (const slice of [1.5, 3, 2]) recorder.add(event(slice));
    // Long slices that had to be are counted apart.
    for (const slice of [2.5, 1]) recorder.add({ ...event(slice), uncut: { objects: 50_000, slots: 0 } });
    const found = Object.entries(recorder.measurements()).map(([name, { median, unit }]) => [
      name,
      median,
      unit,
    ]);
    expect(found).toEqual([
      [INSIDE.pause, 4, "ms"],
      [INSIDE.slice, 3, "ms"],
      [INSIDE.over, 1, "slices"],
      [INSIDE.uncut, 1, "slices"],
    ]);
  });

  it("tells how often the processor was taken away, where that happened", () => {
    const preemptions = new Preemptions();
    for (const on of [true, false, true, false]) preemptions.measure(on);
    expect(preemptions.count).toBeGreaterThanOrEqual(0);
    const [quiet, disturbed] = [run("built-in", { worst: 1 }), run("built-in", { worst: 9 })];
    expect(renderTables([resultOf([quiet])], [column("built-in")], [])).not.toContain("taken away");
    if (disturbed.report !== null) disturbed.report.preemptions = 1200;
    const table = renderTables([resultOf([quiet, disturbed])], [column("built-in")], []);
    expect(table).toContain(
      "Processor taken away while measuring, times in the worst run: plain_heap 1,200.",
    );
  });

  it("chooses the tuning with the lowest geometric mean", () => {
    const trials = [
      run("tuned", { a: 1, b: 100 }, { tuning: "freeze" }),
      run("tuned", { a: 5, b: 5 }, { tuning: "full-500" }),
      run("tuned", {}, { tuning: "full-2000", report: null, error: "failed" }),
    ];
    expect(bestTuning(trials)).toBe("full-500");
    expect(bestTuning([])).toBeNull();
    expect(tuningsFor({ automatic: false, group: "speed" })).toEqual(["freeze"]);
    expect(tuningsFor({ automatic: true, group: "pauses" })).toContain("freeze-2000");
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
    for (const goal of [...GOALS, ...RATE_GOALS, ...LIMITS, ...LEADS]) expect(names).toContain(goal.program);
    for (const name of Object.values(GROUPS).flat()) expect(COLUMN_NAMES).toContain(name);
  });

  it("are refused with the missing label, or by name", () => {
    expect(() => parseHead('"""Title.\n"""', "x.py")).toThrow('x.py: its head lacks "From:"');
    const head = '"""T.\n\nFrom:\nCollections: manual\nGroup: x\nParameters:\nMeasures:\nPublished:\n"""';
    expect(() => parseHead(head, "x.py")).toThrow('x.py: its head has "Group: x"; there are: speed, pauses');
    expect(() => choosePrograms(["gcbench", "nope"])).toThrow('no benchmark "nope"; there are: async_tree');
  });
});

describe("a process", () => {
  const DIST = fileURLToPath(new URL("../dist/index.js", import.meta.url));

  /**
   * Runs a file, a hundredth of its work where it can do less.
   *
   * @param {string} program
   * @param {Partial<import("./runtime.mjs").Job>} [job]
   */
  function runFile(program, job = {}) {
    const runtime = fileURLToPath(new URL("runtime.mjs", import.meta.url));
    const text = JSON.stringify({ program, attach: null, tuning: "full-500", ...job });
    const env = { ...process.env, MOULT_BENCH_SCALE: "0.01" };
    return spawnSync(process.execPath, [runtime, text], { encoding: "utf8", env });
  }

  /** @param {string} source @param {Partial<import("./runtime.mjs").Job>} [job] */
  function runProgram(source, job) {
    const folder = mkdtempSync(join(tmpdir(), "moult-bench-"));
    try {
      const program = join(folder, "program.py");
      writeFileSync(program, source);
      return runFile(program, job);
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

  it.each(choosePrograms([], "pauses").map(({ name, path }) => [name, path]))(
    "of %s checks what it did, and tells its figures with units, with slices and without a collector",
    (_name, path) => {
      /** @type {Partial<import("./runtime.mjs").Job>[]} */
      const jobs = [
        { tuning: "off" },
        { tuning: null, attach: DIST, options: { plan: "incremental", stress: true, verify: 2 } },
      ];
      for (const job of jobs) {
        const { stdout, stderr, status } = runFile(path, job);
        expect(`${status} ${stderr}`).toBe("0 ");
        const { measurements } = JSON.parse(stdout);
        expect(measurements.memory.unit).toBe("bytes");
        expect(measurements.total.unit).toBe("ms");
      }
    },
  );

  it("adds what the events say of the measured part only, and the objects alive at most", () => {
    const { stdout, stderr, status } = runProgram(
      `
import gc
from measure import check, report
from pauses import building, census, run_operations

class Node:
    def __init__(self):
        self.me = self

def operation(number):
    for _ in range(1_000):
        Node()

alive = census(Node)
with building():
    check(gc.isenabled(), False, "automatic collection while building")
    kept = [Node() for _ in range(20_000)]
check(gc.isenabled(), True, "automatic collection afterwards")
check(abs(alive() - 20_000) < 5, True, "nodes alive")
run = run_operations(operation, 2, 10, alive)
check(len(run.latencies), 10, "latencies")
check(21_000 <= run.most <= 32_005, True, "nodes alive at most")
report(run.latency_figures())
`,
      { tuning: null, attach: DIST, options: { plan: "incremental", stress: true } },
    );
    expect(`${status} ${stderr}`).toBe("0 ");
    const { measurements } = JSON.parse(stdout);
    expect(Object.keys(measurements)).toEqual(["worst", "p99.9", "p50", "total", ...Object.values(INSIDE)]);
    expect(measurements[INSIDE.slice].median).toBeLessThanOrEqual(measurements[INSIDE.pause].median);
  });

  it("freezes what was built where the tuning says so, and has no collector where it is off", () => {
    const source = `
import gc
from measure import check, report
from pauses import building
with building():
    kept = [[] for _ in range(1_000)]
before = gc.get_freeze_count()
report({"frozen": [before], "enabled": [int(gc.isenabled())]})
`;
    /** @param {string} tuning */
    const figures = (tuning) => {
      const { stdout, stderr } = runProgram(source, { tuning });
      expect(stderr).toBe("");
      const { frozen, enabled } = JSON.parse(stdout).measurements;
      return { frozen: frozen.median, enabled: enabled.median };
    };
    const [some, all] = [figures("full-2000"), figures("freeze-2000")];
    expect(all.frozen - some.frozen).toBeGreaterThan(900);
    expect(all.enabled).toBe(1);
    expect(figures("off")).toEqual({ frozen: 0, enabled: 0 });
  });
});

describe("the runner", () => {
  /** @param {string[]} parameters */
  function runBench(...parameters) {
    const runner = fileURLToPath(new URL("run.mjs", import.meta.url));
    return spawnSync(process.execPath, [runner, ...parameters], { encoding: "utf8" });
  }

  it("prints a table for each group with its own columns", () => {
    const { stdout, status } = runBench(
      ..."small_cycles create_gc_cycles --scale 0.01 --runs 1 --columns off,incremental".split(" "),
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\| create_gc_cycles: collect \|[\s\S]*\| small_cycles: trash \|[\s\S]*Only a part of the work/,
    );
    expect(stdout).toContain("|  | gc off | Moult incremental | noise | goal: measured |");
  });

  it("says how it is used, and refuses what makes no sense", () => {
    expect(runBench("--help").stdout).toContain("--pauses");
    expect(runBench("--list").stdout).toMatch(/^pause +pauses +Latency/m);
    const both = runBench("--pauses", "gcbench");
    expect(both.status).toBe(2);
    expect(both.stderr).toContain("--pauses chooses all programs of a group");
    expect(runBench("--scale", "2").stderr).toContain("a number above 0, at most 1");
  });
});
