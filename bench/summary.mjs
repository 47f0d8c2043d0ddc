/** From runs to figures: medians over fresh processes, ratios, noise, goals. Pure. */
import { goalsOf } from "./goal-results.mjs";

/** @typedef {import("./schedule.mjs").ProgramResult} ProgramResult */

/**
 * One column's figures for one measurement, in its unit.
 *
 * @typedef {object} Cell
 * @property {number} median  median over the processes of each process's own median
 * @property {number} min
 * @property {number} max
 * @property {number} runs
 * @property {number | null} ratio  the built-in column's median over this one: 2 is twice as fast
 * @property {number | null} perSecond  operations a second, where the program counts operations
 */

/**
 * @typedef {object} Row
 * @property {string} program
 * @property {string} measurement
 * @property {string} unit  "ms" and others, see python/measure.py
 * @property {Record<string, Cell>} cells  by column; a column without a successful run is missing
 * @property {number | null} noise  how far the second built-in column is from the first: 0.01 is 1 %
 * @property {import("./goal-results.mjs").GoalResult[]} goals
 */

/** @param {readonly number[]} values  not empty @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("the median of nothing");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Whether the program reports its memory among its measurements. @param {ProgramResult} result */
export function measuresMemory({ runs }) {
  return runs.some(({ report }) => report?.measurements.memory !== undefined);
}

/** One row per measurement. @param {ProgramResult} result @returns {Row[]} */
export function summarise(result) {
  const program = result.program.name;
  const names = new Set(result.runs.flatMap(({ report }) => Object.keys(report?.measurements ?? {})));
  /** @type {Row[]} */
  const rows = [...names].map((measurement) => {
    const unit =
      result.runs.map(({ report }) => report?.measurements[measurement]?.unit).find(Boolean) ?? "ms";
    const cells = cellsOf(result, measurement);
    const first = cells["built-in"];
    const again = cells.again;
    const noise = first && again && first.median > 0 ? Math.abs(again.median / first.median - 1) : null;
    return { program, measurement, unit, cells, noise, goals: [] };
  });
  return rows.map((row) => ({ ...row, goals: goalsOf(row, rows) }));
}

/** @param {ProgramResult} result @param {string} measurement @returns {Record<string, Cell>} */
function cellsOf(result, measurement) {
  /** @type {Record<string, number[]>} */
  const times = {};
  let operations = 0;
  for (const { column, report } of result.runs) {
    const figure = report?.measurements[measurement];
    if (figure === undefined) continue;
    times[column] = [...(times[column] ?? []), figure.median];
    operations = report?.operations[measurement] ?? 0;
  }
  const builtIn = times["built-in"];
  /** @type {Record<string, Cell>} */
  const cells = {};
  for (const [column, values] of Object.entries(times)) {
    const middle = median(values);
    cells[column] = {
      median: middle,
      min: Math.min(...values),
      max: Math.max(...values),
      runs: values.length,
      ratio: builtIn === undefined ? null : median(builtIn) / middle,
      perSecond: operations === 0 ? null : (operations / middle) * 1000,
    };
  }
  return cells;
}

/** Median WebAssembly memory (native: peak resident set) by column, in bytes. @param {ProgramResult} result */
export function memoryOf(result) {
  return mediansByColumn(result, (report) => report.memory_bytes);
}

/** How often the system took the processor away in the worst run. @param {ProgramResult} result */
export function preemptionsOf({ runs }) {
  return Math.max(0, ...runs.map(({ report }) => report?.preemptions ?? 0));
}

/** Milliseconds of every attach in these results. @param {readonly ProgramResult[]} results @returns {number[]} */
export function attachTimes(results) {
  const runs = results.flatMap((result) => result.runs).filter((run) => run.column === "moult");
  return runs.flatMap(({ report }) => (report?.moult === undefined ? [] : [report.moult.attachMs]));
}

/**
 * @param {ProgramResult} result
 * @param {(report: import("./schedule.mjs").Report) => number} figure
 * @returns {Record<string, number>}
 */
function mediansByColumn(result, figure) {
  /** @type {Record<string, number[]>} */
  const values = {};
  for (const { column, report } of result.runs) {
    if (report !== null) values[column] = [...(values[column] ?? []), figure(report)];
  }
  return Object.fromEntries(Object.entries(values).map(([column, each]) => [column, median(each)]));
}
