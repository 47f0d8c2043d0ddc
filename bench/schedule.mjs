/**
 * Runs every program under every column, each time in a fresh process, in turns: A B C A B C. Whatever
 * slows the machine down for a while then slows all columns down alike.
 *
 * The column `tuned` first tries each of its tunings once; the one with the lowest times (geometric mean
 * over the program's measurements) is the one that takes part in the turns.
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
 * @property {Record<string, { median: number, min: number, samples: number }>} measurements
 * @property {Record<string, number>} operations
 * @property {number} memory_bytes
 * @property {string} python
 * @property {number} objects
 * @property {string} [host]
 * @property {import("../src/api.js").MoultStats} [moult]
 */

/** @typedef {{ column: string, tuning: string | null, run: number, report: Report | null, error: string | null }} Run */

/** @typedef {{ program: Program, runs: Run[], trials: Run[], tuning: string | null }} ProgramResult */

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 300_000;

/**
 * @param {Program} program
 * @param {readonly Column[]} columns
 * @param {{ runs: number, trials: boolean, signal: AbortSignal, progress: (text: string) => void }} options
 *   trials: false takes the first tuning without trying the others
 * @returns {Promise<ProgramResult>}
 */
export async function measureProgram(program, columns, options) {
  /** @type {ProgramResult} */
  const result = { program, runs: [], trials: [], tuning: null };
  if (columns.some((column) => column.tunings.length > 0)) {
    const tunings = tuningsFor(program.automatic);
    result.tuning = tunings[0] ?? null;
    const tuned = columns.find((column) => column.tunings.length > 0);
    if (options.trials && tunings.length > 1 && tuned !== undefined) {
      for (const tuning of tunings) {
        if (options.signal.aborted) return result;
        result.trials.push(await runOnce(program, tuned, tuning, 0, options));
      }
      result.tuning = bestTuning(result.trials) ?? result.tuning;
    }
  }
  for (let run = 1; run <= options.runs; run++) {
    for (const column of columns) {
      if (options.signal.aborted) return result;
      const tuning = column.tunings.length > 0 ? result.tuning : null;
      result.runs.push(await runOnce(program, column, tuning, run, options));
    }
  }
  return result;
}

/** @param {readonly Run[]} trials @returns {string | null} the tuning with the lowest times */
export function bestTuning(trials) {
  let best = null;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { tuning, report } of trials) {
    if (report === null) continue;
    const medians = Object.values(report.measurements).map((each) => each.median);
    const mean = medians.reduce((sum, each) => sum + Math.log(each), 0) / medians.length;
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
 * @param {string | null} tuning
 * @param {number} run
 * @param {{ signal: AbortSignal, progress: (text: string) => void }} options
 * @returns {Promise<Run>}
 */
async function runOnce(program, column, tuning, run, options) {
  const started = performance.now();
  /** @type {Run} */
  const result = { column: column.name, tuning, run, report: null, error: null };
  try {
    result.report = await start(program, column, tuning, options.signal);
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const what = run === 0 ? `trying ${tuning}` : `run ${run}`;
  options.progress(
    `${program.name}: ${column.name}, ${what}: ${result.error === null ? `${seconds} s` : "failed"}`,
  );
  return result;
}

/**
 * @param {Program} program
 * @param {Column} column
 * @param {string | null} tuning
 * @param {AbortSignal} signal
 * @returns {Promise<Report>}
 */
function start(program, column, tuning, signal) {
  const job = JSON.stringify({ program: program.path, attach: column.attach, tuning });
  const [command, parameters] =
    column.python === null
      ? [process.execPath, [join(HERE, "runtime.mjs"), job]]
      : [column.python, ["-B", program.path]];
  const env = { ...process.env, PYTHONPATH: join(HERE, "python") };
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      env,
      signal,
      timeout: TIMEOUT_MS,
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
      if (killedBy !== null)
        reject(new Error(`killed by ${killedBy} (after ${TIMEOUT_MS / 1000} s, or interrupted)`));
      else if (code !== 0) reject(new Error(stderr.trim() || `exit code ${code}`));
      else resolve(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    });
  });
}
