/**
 * The columns of the table: under which collector a program runs.
 *
 * `built-in` and `again` are the same configuration on purpose: what differs between them is noise.
 * `tuned` stands for several configurations of which the best is shown, see schedule.mjs.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Column
 * @property {string} name  what `--columns` and the JSON file call it
 * @property {string} title  its heading
 * @property {"pyodide" | "native"} host
 * @property {string | null} attach  a module that exports `attach`, or null for CPython's own collector
 * @property {readonly string[]} tunings  names of python/tuning.py; empty for default settings
 * @property {string | null} python  the native interpreter
 */

/** @typedef {{ executable: string, version: string }} NativePython */

export const COLUMN_NAMES = ["built-in", "again", "tuned", "moult", "canary", "native"];

/** Tunings tried for programs whose collections are automatic; manual ones are full whatever the settings. */
const ALL_TUNINGS = ["freeze", "thresholds", "full-500", "full-2000"];
const MANUAL_TUNINGS = ["freeze"];

/** @param {boolean} automatic @returns {readonly string[]} */
export function tuningsFor(automatic) {
  return automatic ? ALL_TUNINGS : MANUAL_TUNINGS;
}

/** @type {Omit<Column, "name" | "title">} */
const BUILT_IN = { host: "pyodide", attach: null, tunings: [], python: null };

/**
 * The columns asked for, in the order of the table, and a note for each that had to be left out.
 *
 * @param {readonly string[]} names
 * @param {{ moult: string | null, canary: string | null }} modules  null: dist/index.js; no canary
 * @returns {{ columns: Column[], notes: string[] }}
 */
export function chooseColumns(names, modules) {
  /** @type {Column[]} */
  const columns = [];
  /** @type {string[]} */
  const notes = [];
  for (const name of COLUMN_NAMES.filter((each) => names.includes(each))) {
    if (name === "built-in") columns.push({ ...BUILT_IN, name, title: "built-in" });
    if (name === "again") columns.push({ ...BUILT_IN, name, title: "built-in again" });
    if (name === "tuned") columns.push({ ...BUILT_IN, name, title: "built-in tuned", tunings: ALL_TUNINGS });
    if (name === "moult") columns.push(attached(name, modules.moult ?? join(HERE, "../dist/index.js")));
    if (name === "canary" && modules.canary !== null) columns.push(attached(name, modules.canary));
    if (name === "native") {
      const python = findPython();
      if (python === null) notes.push("No native CPython: none of python3.14, python3.13, python3 runs.");
      else {
        const title = `native CPython ${python.version}`;
        columns.push({ ...BUILT_IN, name, title, host: "native", python: python.executable });
      }
    }
  }
  return { columns, notes };
}

/** @param {string} name @param {string} file @returns {Column} */
function attached(name, file) {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new Error(`the column "${name}" needs ${path}, which is not there; "npm run build" makes dist/`);
  }
  return { ...BUILT_IN, name, title: name === "moult" ? "Moult" : name, attach: path };
}

/** The native interpreter: `MOULT_BENCH_PYTHON`, or the first that runs. @returns {NativePython | null} */
export function findPython() {
  const chosen = process.env.MOULT_BENCH_PYTHON;
  const candidates = chosen === undefined ? ["python3.14", "python3.13", "python3"] : [chosen];
  for (const candidate of candidates) {
    const code = "import sys; print(sys.executable); print(sys.version.split()[0])";
    const { status, stdout } = spawnSync(candidate, ["-I", "-c", code], { encoding: "utf8" });
    const [executable, version] = status === 0 ? stdout.trim().split("\n") : [];
    if (executable !== undefined && version !== undefined) return { executable, version };
  }
  if (chosen !== undefined) throw new Error(`MOULT_BENCH_PYTHON=${chosen} is not a Python that runs`);
  return null;
}
