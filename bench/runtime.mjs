/**
 * Runs one benchmark program in one fresh Pyodide and prints one line of JSON on stdout:
 * what the program reported, WebAssembly memory, and, when a collector was attached, its statistics.
 *
 *   node bench/runtime.mjs '{"program": "…/gcbench.py", "attach": null, "tuning": null}'
 *
 * The runner starts it; nothing here differs between columns but the two fields `attach` (a module that
 * exports `attach`) and `tuning` (a name of python/tuning.py).
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadPyodide, version } from "pyodide";

const HELPERS = join(dirname(fileURLToPath(import.meta.url)), "python");
const HOME = "/bench";

/** @typedef {{ program: string, attach: string | null, tuning: string | null }} Job */

/** @param {string} text @returns {Job} */
function parseJob(text) {
  const job = JSON.parse(text);
  return { program: job.program, attach: job.attach ?? null, tuning: job.tuning ?? null };
}

/** @param {Job} job */
async function run(job) {
  /** @type {string[]} */
  const lines = [];
  const pyodide = await loadPyodide({ stdout: (line) => lines.push(line) });
  const moult = job.attach === null ? null : await attachFrom(job.attach, pyodide);

  pyodide.FS.mkdirTree(HOME);
  for (const name of readdirSync(HELPERS).filter((file) => file.endsWith(".py"))) {
    pyodide.FS.writeFile(`${HOME}/${name}`, readFileSync(join(HELPERS, name)));
  }
  const path = `${HOME}/${basename(job.program)}`;
  pyodide.FS.writeFile(path, readFileSync(job.program));
  pyodide.runPython(`import sys; sys.path.insert(0, "${HOME}")`);
  if (job.tuning !== null) pyodide.runPython(`import tuning; tuning.apply("${job.tuning}")`);
  pyodide.runPython(`import runpy; runpy.run_path("${path}", run_name="__main__"); None`);

  const report = JSON.parse(lines.at(-1) ?? "null");
  if (report === null) throw new Error(`${basename(job.program)} ended without a report`);
  report.host = `pyodide ${version}`;
  if (moult !== null) {
    report.moult = moult.stats();
    moult.detach();
  }
  return report;
}

/**
 * @param {string} file
 * @param {import("pyodide").PyodideAPI} pyodide
 */
async function attachFrom(file, pyodide) {
  /** @type {{ attach: typeof import("../src/attach.js").attach }} */
  const module = await import(pathToFileURL(file).href);
  // Pyodide's own types do not mention `_module`, which is there.
  const host = /** @type {import("../src/api.js").PyodideLike} */ (/** @type {unknown} */ (pyodide));
  return module.attach(host, { plan: "generational" });
}

try {
  process.stdout.write(`${JSON.stringify(await run(parseJob(process.argv[2] ?? "")))}\n`);
} catch (error) {
  // Not thrown on: Node would print the whole of Pyodide's one-line source beside it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
