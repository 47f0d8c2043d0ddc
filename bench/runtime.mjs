/**
 * Runs one benchmark program in one fresh Pyodide and prints one line of JSON on stdout:
 * what the program reported, WebAssembly memory, and, when a collector was attached, its statistics and the
 * pauses that its events tell of.
 *
 *   node bench/runtime.mjs '{"program": "…/gcbench.py", "attach": null, "options": {}, "tuning": null}'
 *
 * The runner starts it; nothing here differs between columns but the fields `attach` (a module that exports
 * `attach`), `options` (what it is called with), `recorded` (whether a timeline is written meanwhile, and data for a report
 * page are kept, as by `moult run --trace-events --report-html`) and `tuning` (a name of python/tuning.py). A program of the group
 * pauses does a part of its work when the environment variable MOULT_BENCH_SCALE is below 1.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "pyodide";
import { attachFrom, loadHost, runProgram } from "./host.mjs";
import { PauseRecorder, Preemptions } from "./pauses.mjs";

/**
 * @typedef {object} Job
 * @property {string} program
 * @property {string | null} attach
 * @property {import("../src/api.js").MoultOptions} options
 * @property {boolean} recorded
 * @property {string | null} tuning
 */

/** @param {string} text @returns {Job} */
function parseJob(text) {
  const job = JSON.parse(text);
  const { program, attach = null, options = {}, recorded = false, tuning = null } = job;
  return { program, attach, options, recorded, tuning };
}

/** @param {Job} job */
async function run(job) {
  /** @type {PauseRecorder | undefined} */
  let pauses;
  const preemptions = new Preemptions();
  const host = await loadHost((on) => {
    preemptions.measure(on);
    if (pauses !== undefined) pauses.measuring = on;
    else if (on && moult !== null) pauses = listen(host, moult);
  });
  const moult = job.attach === null ? null : await attachFrom(host, job.attach, job.options);
  const stop = moult !== null && job.recorded ? await record(moult) : () => {};
  if (job.tuning !== null) host.pyodide.runPython(`import tuning; tuning.apply("${job.tuning}")`);
  const report = runProgram(host, job.program);
  report.host = `pyodide ${version}`;
  report.preemptions = preemptions.count;
  if (moult !== null) {
    report.moult = moult.stats();
    if (pauses !== undefined) Object.assign(report.measurements, pauses.measurements());
    moult.detach();
    stop();
  }
  return report;
}

/**
 * Listens from when a program says that it measures pauses: without listeners no event is built, as it should be
 * where times are measured.
 *
 * @param {import("./host.mjs").Host} host
 * @param {import("../src/api.js").Moult} moult
 */
function listen({ pyodide }, moult) {
  const recorder = new PauseRecorder(pyodide.runPython("import moult; moult.options['pauseGoal']"));
  moult.on("collection", (event) => recorder.add(event));
  recorder.measuring = true;
  return recorder;
}

/**
 * Records as the command line does.
 *
 * @param {import("../src/api.js").Moult} moult
 * @returns {Promise<() => void>} ends it
 */
async function record(moult) {
  const { CLOSING, follow, RunSeries, TraceEventWriter } = await import("../dist/timeline/index.js");
  const { GrowingFile } = await import("../dist/platform/node/growing-file.js");
  const folder = mkdtempSync(join(tmpdir(), "moult-bench-"));
  const file = new GrowingFile(join(folder, "trace.json"), CLOSING);
  const writer = new TraceEventWriter((/** @type {string} */ text) => file.write(text), { plan: moult.plan });
  const stop = follow(moult, writer, new RunSeries());
  return () => {
    stop();
    writer.end();
    file.close();
    rmSync(folder, { recursive: true });
  };
}

try {
  process.stdout.write(`${JSON.stringify(await run(parseJob(process.argv[2] ?? "")))}\n`);
} catch (error) {
  // Not thrown on: Node would print the whole of Pyodide's one-line source beside it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
