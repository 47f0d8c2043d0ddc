/**
 * Runs one benchmark program in one fresh Pyodide and prints one line of JSON on stdout:
 * what the program reported, WebAssembly memory, and, when a collector was attached, its statistics.
 *
 *   node bench/runtime.mjs '{"program": "…/gcbench.py", "attach": null, "tuning": null}'
 *
 * The runner starts it; nothing here differs between columns but the two fields `attach` (a module that
 * exports `attach`) and `tuning` (a name of python/tuning.py).
 */
import { version } from "pyodide";
import { attachFrom, loadHost, runProgram } from "./host.mjs";

/** @typedef {{ program: string, attach: string | null, tuning: string | null }} Job */

/** @param {string} text @returns {Job} */
function parseJob(text) {
  const job = JSON.parse(text);
  return { program: job.program, attach: job.attach ?? null, tuning: job.tuning ?? null };
}

/** @param {Job} job */
async function run(job) {
  const host = await loadHost();
  const moult = job.attach === null ? null : await attachFrom(host, job.attach);
  if (job.tuning !== null) host.pyodide.runPython(`import tuning; tuning.apply("${job.tuning}")`);
  const report = runProgram(host, job.program);
  report.host = `pyodide ${version}`;
  if (moult !== null) {
    report.moult = moult.stats();
    moult.detach();
  }
  return report;
}

try {
  process.stdout.write(`${JSON.stringify(await run(parseJob(process.argv[2] ?? "")))}\n`);
} catch (error) {
  // Not thrown on: Node would print the whole of Pyodide's one-line source beside it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
