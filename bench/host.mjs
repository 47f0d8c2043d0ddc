/** One fresh Pyodide for one benchmark program: loading, attaching, running. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadPyodide } from "pyodide";

const HELPERS = join(dirname(fileURLToPath(import.meta.url)), "python");
const HOME = "/bench";

/** @typedef {{ pyodide: import("pyodide").PyodideAPI, lines: string[] }} Host */

/**
 * Loads Pyodide; `lines` collects what Python prints on stdout.
 *
 * @param {(on: boolean) => void} [measuring]  called when a program begins to measure pauses, and when it ends
 * @returns {Promise<Host>}
 */
export async function loadHost(measuring = () => {}) {
  /** @type {string[]} */
  const lines = [];
  const pyodide = await loadPyodide({ stdout: (line) => lines.push(line) });
  prepare(pyodide, measuring);
  return { pyodide, lines };
}

/**
 * Gives a Pyodide what the programs import.
 *
 * @param {import("pyodide").PyodideAPI} pyodide
 * @param {(on: boolean) => void} [measuring]
 */
export function prepare(pyodide, measuring = () => {}) {
  pyodide.FS.mkdirTree(HOME);
  for (const name of readdirSync(HELPERS).filter((file) => file.endsWith(".py"))) {
    pyodide.FS.writeFile(`${HOME}/${name}`, readFileSync(join(HELPERS, name)));
  }
  pyodide.registerJsModule("bench_host", { measuring });
  pyodide.runPython(`import sys; sys.path.insert(0, "${HOME}")`);
  const scale = process.env.MOULT_BENCH_SCALE;
  if (scale !== undefined) {
    pyodide.runPython(`import os; os.environ["MOULT_BENCH_SCALE"] = ${JSON.stringify(scale)}`);
  }
}

/**
 * Attaches the collector that a module exports.
 *
 * @param {Host} host
 * @param {string} file  a module with `attach`, as dist/index.js
 * @param {import("../src/api.js").MoultOptions} [options]
 */
export async function attachFrom(host, file, options = {}) {
  /** @type {{ attach: typeof import("../src/attach.js").attach }} */
  const module = await import(pathToFileURL(file).href);
  // Pyodide's own types do not mention `_module`, which is there.
  const like = /** @type {import("../src/api.js").PyodideLike} */ (/** @type {unknown} */ (host.pyodide));
  return module.attach(like, { plan: "generational", ...options });
}

/**
 * Runs a program to its end and returns what it reported.
 *
 * @param {Host} host
 * @param {string} program  path of the file
 * @returns {import("./schedule.mjs").Report}
 */
export function runProgram(host, program) {
  // Beside the helpers, not among them: nobody can import it in the place of a module of that name.
  host.pyodide.FS.mkdirTree(`${HOME}/programs`);
  const path = `${HOME}/programs/${basename(program)}`;
  host.pyodide.FS.writeFile(path, readFileSync(program));
  host.pyodide.runPython(`import runpy; runpy.run_path("${path}", run_name="__main__"); None`);
  const last = host.lines.at(-1);
  if (last === undefined) throw new Error(`${basename(program)} ended without a report`);
  return JSON.parse(last);
}
