/**
 * The columns of the tables: under which collector a program runs.
 *
 * `built-in` and `again` are the same configuration on purpose: what differs between them is noise.
 * `tuned` stands for several configurations of which the best is shown, see schedule.mjs.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("./programs.mjs").Program} Program */

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Column
 * @property {string} name  what `--columns` and the JSON file call it
 * @property {string} title  its heading
 * @property {"pyodide" | "native"} host
 * @property {string | null} attach  a module that exports `attach`, or null for CPython's own collector
 * @property {import("../src/api.js").MoultOptions} options  what it is attached with
 * @property {string | null} setup  a name of python/tuning.py, when it is always the same
 * @property {boolean} recorded  whether a timeline of it is written to a file, and a report page's data kept
 * @property {boolean} tuned  whether it is the best of several tunings
 * @property {string | null} python  the native interpreter
 */

/** @typedef {{ executable: string, version: string }} NativePython */

/** What a column is unless it says otherwise: the built-in collector, untouched. */
const BUILT_IN = {
  /** @type {"pyodide" | "native"} */
  host: "pyodide",
  /** @type {"moult" | "canary" | null} */
  module: null,
  /** @type {import("../src/api.js").MoultOptions} */
  options: {},
  /** @type {string | null} */
  setup: null,
  recorded: false,
  tuned: false,
};

/** All columns in the order of the tables. One more is one more entry here, and its name in GROUPS. */
const COLUMNS = [
  { ...BUILT_IN, name: "off", title: "gc off", setup: "off" },
  { ...BUILT_IN, name: "built-in", title: "built-in" },
  { ...BUILT_IN, name: "again", title: "built-in again" },
  { ...BUILT_IN, name: "tuned", title: "built-in tuned", tuned: true },
  moult("moult", "Moult generational", "moult", { plan: "generational" }),
  moult("incremental", "Moult incremental", "moult", { plan: "incremental" }),
  { ...moult("recorded", "incremental, recorded", "moult", { plan: "incremental" }), recorded: true },
  moult("canary", "canary generational", "canary", { plan: "generational" }),
  moult("canary-incremental", "canary incremental", "canary", { plan: "incremental" }),
  { ...BUILT_IN, name: "native", title: "native CPython", host: /** @type {const} */ ("native") },
];

/**
 * @param {string} name
 * @param {string} title
 * @param {"moult" | "canary"} module
 * @param {import("../src/api.js").MoultOptions} options
 */
function moult(name, title, module, options) {
  return { ...BUILT_IN, name, title, module, options };
}

export const COLUMN_NAMES = COLUMNS.map(({ name }) => name);

/** The columns that programs of a group run under unless `--columns` says otherwise. */
export const GROUPS = {
  speed: ["built-in", "again", "tuned", "moult", "canary", "native"],
  pauses: ["off", "built-in", "again", "tuned", "moult", "incremental", "canary-incremental"],
};

/** Tunings tried for programs whose collections are automatic; manual ones are full whatever the settings. */
const ALL_TUNINGS = ["freeze", "thresholds", "full-500", "full-2000"];
const MANUAL_TUNINGS = ["freeze"];

/** The tunings to try for a program. @param {Pick<Program, "automatic" | "group">} program @returns {readonly string[]} */
export function tuningsFor({ automatic, group }) {
  if (!automatic) return MANUAL_TUNINGS;
  return group === "pauses" ? [...ALL_TUNINGS, "freeze-2000"] : ALL_TUNINGS;
}

/**
 * The columns asked for, in the order of the table, and a note for each that had to be left out.
 *
 * @param {readonly string[]} names
 * @param {{ moult: string | null, canary: string | null }} modules  null: dist/index.js; no canary
 * @returns {{ columns: Column[], notes: string[] }}
 */
export function chooseColumns(names, modules) {
  const files = { moult: modules.moult ?? join(HERE, "../dist/index.js"), canary: modules.canary };
  /** @type {Column[]} */
  const columns = [];
  /** @type {string[]} */
  const notes = [];
  for (const { module, ...column } of COLUMNS.filter(({ name }) => names.includes(name))) {
    if (column.host === "native") {
      const python = findPython();
      if (python === null) notes.push("No native CPython: none of python3.14, python3.13, python3 runs.");
      else {
        const title = `${column.title} ${python.version}`;
        columns.push({ ...column, title, attach: null, python: python.executable });
      }
    } else {
      const file = module === null ? null : files[module];
      if (module !== null && file === null) continue;
      columns.push({ ...column, attach: file === null ? null : existing(column.name, file), python: null });
    }
  }
  return { columns, notes };
}

/** @param {string} name @param {string} file */
function existing(name, file) {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new Error(`the column "${name}" needs ${path}, which is not there; "npm run build" makes dist/`);
  }
  return path;
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
