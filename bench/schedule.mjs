/**
 * Runs every program under every column, each time in a fresh process, in turns: A B C A B C. Whatever
 * slows the machine down for a while then slows all columns down alike.
 *
 * The column `tuned` first tries each of its tunings once; the one with the lowest figures (geometric mean
 * over the program's measurements) is the one that takes part in the turns. A tuning that takes several
 * times as long as the first is given up: full collections of a growing heap can take minutes.
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { tuningsFor } from "./columns.mjs";

/** @typedef {import("./columns.mjs").Column} Column */
/** @typedef {import("./programs.mjs").Program} Program */

/**
 * What one run reports; see python/measure.py.
 *
 * @typedef {object} Report
 * @property {Record<string, Measurement>} measurements
 * @property {Record<string, number>} operations
 * @property {number} memory_bytes
 * @property {string} python
 * @property {number} objects
 * @property {string} [host]
 * @property {number} [preemptions]  see pauses.mjs
 * @property {import("../src/api.js").MoultStats} [moult]
 */

/** @typedef {{ median: number, min: number, samples: number, unit: string }} Measurement */

/**
 * @typedef {object} Run
 * @property {string} column
 * @property {string | null} tuning
 * @property {number} run  from 1 up; 0 for the trial of a tuning
 * @property {number} wallMs  of the whole process
 * @property {Report | null} report  null when it failed
 * @property {string | null} error
 * @property {boolean} givenUp  a trial that took too long: no failure
 */

/** @typedef {{ program: Program, runs: Run[], trials: Run[], tuning: string | null }} ProgramResult */

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 300_000;
const TRIAL_FACTOR = 3;
const TRIAL_AT_LEAST_MS = 10_000;

/**
 * @typedef {object} Options
 * @property {number} runs
 * @property {boolean} trials  false takes the first tuning without trying the others
 * @property {AbortSignal} signal
 * @property {(text: string) => void} progress
 */

/**
 * @param {Program} program
 * @param {readonly Column[]} columns
 * @param {Options} options
 * @returns {Promise<ProgramResult>}
 */
export async function measureProgram(program, columns, options) {
  const tuned = columns.find((column) => column.tuned);
  const trials = tuned === undefined ? [] : await tryTunings(program, tuned, options);
  const tuning = tuned === undefined ? null : (bestTuning(trials) ?? tuningsFor(program)[0] ?? null);
  /** @type {ProgramResult} */
  const result = { program, runs: [], trials, tuning };
  for (let run = 1; run <= options.runs && !options.signal.aborted; run++) {
    for (const column of columns) {
      const own = column === tuned ? tuning : column.setup;
      const finished = await runOnce(program, column, { tuning: own, run, limitMs: TIMEOUT_MS }, options);
      // A run that the user cut short says nothing about the program.
      if (options.signal.aborted) return result;
      result.runs.push(finished);
    }
  }
  return result;
}

/**
 * One run of each tuning, or none when there is nothing to choose.
 *
 * @param {Program} program
 * @param {Column} column
 * @param {Options} options
 * @returns {Promise<Run[]>}
 */
async function tryTunings(program, column, options) {
  const tunings = tuningsFor(program);
  if (!options.trials || tunings.length < 2) return [];
  /** @type {Run[]} */
  const trials = [];
  for (const tuning of tunings) {
    if (options.signal.aborted) break;
    const first = trials[0]?.wallMs;
    const patience = Math.ceil((first ?? 0) * TRIAL_FACTOR);
    const limitMs = first === undefined ? TIMEOUT_MS : Math.max(TRIAL_AT_LEAST_MS, patience);
    trials.push(await runOnce(program, column, { tuning, run: 0, limitMs }, options));
  }
  return trials;
}

/** The least that counts, in any unit: a figure of 0 would outweigh all others. */
const NEXT_TO_NOTHING = 1e-3;

/** @param {readonly Run[]} trials @returns {string | null} the tuning with the lowest figures */
export function bestTuning(trials) {
  let best = null;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { tuning, report } of trials) {
    if (report === null) continue;
    const medians = Object.values(report.measurements).map((each) => each.median);
    const logarithms = medians.map((each) => Math.log(Math.max(each, NEXT_TO_NOTHING)));
    const mean = logarithms.reduce((sum, each) => sum + each, 0) / medians.length;
    if (mean < lowest) {
      lowest = mean;
      best = tuning;
    }
  }
  return best;
}

/**
 * @param {Program} program
 * @param {Column} column
 * @param {{ tuning: string | null, run: number, limitMs: number }} which
 * @param {Options} options
 * @returns {Promise<Run>}
 */
async function runOnce(program, column, { tuning, run, limitMs }, options) {
  const started = performance.now();
  /** @type {Run} */
  const result = { column: column.name, tuning, run, wallMs: 0, report: null, error: null, givenUp: false };
  try {
    result.report = await start(
      program,
      column,
      tuning,
      AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)]),
    );
  } catch (error) {
    const late = error instanceof Error && error.name === "AbortError" && !options.signal.aborted;
    result.error = late
      ? `not finished in ${seconds(limitMs)}`
      : String(error instanceof Error ? error.message : error);
    result.givenUp = late && limitMs < TIMEOUT_MS;
  }
  result.wallMs = performance.now() - started;
  const what = run === 0 ? `trying ${tuning}` : `run ${run}`;
  const ending = result.error === null ? "" : result.givenUp ? ", given up" : ", failed";
  options.progress(`${program.name}: ${column.name}, ${what}: ${seconds(result.wallMs)}${ending}`);
  return result;
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * @param {Program} program
 * @param {Column} column
 * @param {string | null} tuning
 * @param {AbortSignal} signal  ends the process
 * @returns {Promise<Report>}
 */
function start(program, column, tuning, signal) {
  const { attach, options, recorded } = column;
  const job = JSON.stringify({ program: program.path, attach, options, recorded, tuning });
  const [command, parameters] =
    column.python === null
      ? [process.execPath, [join(HERE, "runtime.mjs"), job]]
      : [column.python, ["-B", program.path]];
  const env = { ...process.env, PYTHONPATH: join(HERE, "python") };
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      env,
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      if (killedBy !== null) reject(new Error(`killed by ${killedBy}`));
      else if (code !== 0) reject(new Error(stderr.trim() || `exit code ${code}`));
      else resolve(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    });
  });
}
