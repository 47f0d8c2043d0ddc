/**
 * npm run bench -- traced: what reference counting costs CPython, each step of doing without it apart.
 *
 * Promises: nothing but Markdown on stdout, progress on stderr. Every figure is from a fresh process. Time is what the thread that
 * runs Python spends on a processor while the program runs (where Linux tells), so that other processes disturb it little; the
 * column "round trip" is the stock module, read and written again, and shows how much they do all the same.
 *
 *   node bench/traced.mjs [--runs n] [--columns a,b] [program...]
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Command, InvalidArgumentError } from "commander";
import { positive } from "./arguments.mjs";
import { describeMachine, machineLine } from "./machine.mjs";
import { choosePrograms } from "./programs.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const STOCK = join(HERE, "../node_modules/pyodide");

/** The programs that make objects and not only collections. */
const PROGRAMS = [
  "async_tree",
  "binary_trees",
  "bm_gc_collect",
  "btree",
  "create_gc_cycles",
  "deepcopy",
  "deltablue",
  "gc_traversal",
  "gcbench",
  "json_documents",
  "richards",
];

/**
 * @typedef {object} Column
 * @property {import("../src/traced/recipe.js").RewriteOptions | null} steps  what is done to the module; null: the package's own
 * @property {"off" | "built-in" | "traced"} collector
 */

/** @type {Record<string, Column>} The first is what all others are compared with. */
const COLUMNS = {
  stock: { steps: null, collector: "built-in" },
  "round trip": { steps: { sticky: false, spill: false }, collector: "built-in" },
  "stock gc off": { steps: null, collector: "off" },
  "sticky gc off": { steps: { sticky: true, spill: false }, collector: "off" },
  "spill gc off": { steps: { sticky: false, spill: true }, collector: "off" },
  "both gc off": { steps: { sticky: true, spill: true }, collector: "off" },
  traced: { steps: { sticky: true, spill: true }, collector: "traced" },
};

/** @typedef {{ directory: string, collector: Column["collector"], program: string }} Job */
/** @typedef {{ cpuMs: number, memoryMiB: number, longestMs: number, collections: number }} Figures */

/** @param {string} text */
function columnList(text) {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => COLUMNS[name] === undefined);
  if (unknown !== undefined)
    throw new InvalidArgumentError(`no column "${unknown}"; there are: ${Object.keys(COLUMNS).join(", ")}`);
  return names;
}

const command = new Command("npm run bench -- traced")
  .description(
    "Measures what reference counting costs CPython: the traced runtime beside the stock one, step by step.",
  )
  .argument("[program...]", `programs to run (default: ${PROGRAMS.join(", ")})`)
  .option("--runs <n>", "processes for each figure, of which the fastest counts", positive, 3)
  .option("--columns <list>", `comma-separated, from: ${Object.keys(COLUMNS).join(", ")}`, columnList)
  .addHelpText(
    "after",
    "\nExamples:\n  npm run bench -- traced\n  npm run bench -- traced --runs 1 richards gcbench",
  );

/** Milliseconds that this thread has spent on a processor; with those of the engine's threads where the system does not tell. */
function cpuMs() {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    return process.cpuUsage().user / 1e3;
  }
}

/** @param {Job} job @returns {Promise<Figures>} */
async function measure({ directory, collector, program }) {
  const { loadPyodide } = await import(pathToFileURL(join(directory, "pyodide.mjs")).href);
  const { prepare, runProgram } = await import("./host.mjs");
  /** @type {string[]} */
  const lines = [];
  const load = () => loadPyodide({ stdout: (/** @type {string} */ line) => lines.push(line) });
  let [longestMs, collections] = [0, 0];
  const { loadTraced } = await import("../dist/traced/load.js");
  const [pyodide, moult] = collector === "traced" ? await loadTraced(load) : [await load(), null];
  prepare(pyodide);
  if (collector === "off") pyodide.runPython("import gc; gc.disable()");
  pyodide.runPython("import gc; gc.collect()");
  moult?.on("collection", ({ pauseMs }) => {
    longestMs = Math.max(longestMs, pauseMs);
    collections++;
  });
  const before = cpuMs();
  runProgram({ pyodide, lines }, program);
  const spent = cpuMs() - before;
  return { cpuMs: spent, memoryMiB: pyodide._module.HEAPU8.length / 2 ** 20, longestMs, collections };
}

/** @param {readonly string[]} names @param {readonly string[]} columns @param {number} runs */
async function compare(names, columns, runs) {
  const { buildRuntime } = await import("../dist/traced/node/build.js");
  const { cacheDirectory } = await import("../dist/traced/node/cache.js");
  /** @type {Record<string, string>} */
  const directories = {};
  for (const name of columns) {
    const { steps } = /** @type {Column} */ (COLUMNS[name]);
    const progress = (/** @type {string} */ step) => process.stderr.write(`${name}: ${step}\n`);
    const request = { pyodideDirectory: STOCK, cache: cacheDirectory(), progress };
    directories[name] =
      steps === null ? STOCK : (await buildRuntime({ ...request, options: steps })).directory;
  }
  /** @type {Record<string, Record<string, Figures | string>>} */
  const table = {};
  for (const { name, path } of choosePrograms(names)) {
    /** @type {Record<string, Figures | string>} */
    const row = {};
    table[name] = row;
    for (let run = 0; run < runs; run++) {
      for (const column of columns) {
        process.stderr.write(`${name}: ${column}\n`);
        const job = { directory: directories[column], collector: COLUMNS[column]?.collector, program: path };
        row[column] = better(row[column], await inProcess(job));
      }
    }
  }
  return table;
}

/** @param {object} job @returns {Promise<Figures | string>} the figures, or why there are none */
async function inProcess(job) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      fileURLToPath(import.meta.url),
      "--job",
      JSON.stringify(job),
    ]);
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr = "", message } = /** @type {{ stderr?: string, message: string }} */ (error);
    return lastLine(stderr || message);
  }
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "failed";
}

/** @param {Figures | string | undefined} one @param {Figures | string} other */
function better(one, other) {
  if (one === undefined || typeof one === "string") return other;
  return typeof other === "string" || one.cpuMs <= other.cpuMs ? one : other;
}

/** @param {Record<string, Record<string, Figures | string>>} table @param {readonly string[]} columns */
function render(table, columns) {
  const base = columns[0] ?? "stock";
  const head = ["program", `${base}, ms`, ...columns.slice(1), "MiB", "MiB traced", "longest pause, ms"];
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |\n`;
  let text = line(head) + line(head.map(() => "---"));
  /** @type {Record<string, number[]>} */
  const ratios = {};
  for (const [program, row] of Object.entries(table)) {
    const first = row[base];
    const cells = columns.slice(1).map((column) => {
      const figures = row[column];
      if (typeof figures !== "object" || typeof first !== "object") return `failed: ${figures}`;
      const ratio = figures.cpuMs / first.cpuMs;
      ratios[column] = [...(ratios[column] ?? []), ratio];
      return `${ratio.toFixed(2)}x`;
    });
    const { traced } = row;
    text += line([
      program,
      typeof first === "object" ? first.cpuMs.toFixed(0) : `failed: ${first}`,
      ...cells,
      typeof first === "object" ? first.memoryMiB.toFixed(0) : "",
      typeof traced === "object" ? traced.memoryMiB.toFixed(0) : "",
      typeof traced === "object" ? traced.longestMs.toFixed(0) : "",
    ]);
  }
  const geomean = (/** @type {number[]} */ values) =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  const means = columns
    .slice(1)
    .map((column) => (ratios[column] ? `${geomean(ratios[column]).toFixed(2)}x` : ""));
  return text + line(["geometric mean", "", ...means, "", "", ""]);
}

if (process.argv[2] === "--job") {
  try {
    process.stdout.write(JSON.stringify(await measure(JSON.parse(process.argv[3] ?? ""))));
  } catch (error) {
    // Only why: the engine would quote the source, of which Pyodide's is one line.
    process.stderr.write(`${lastLine(String(error))}\n`);
    process.exitCode = 1;
  }
} else {
  command.parse();
  const { runs, columns = Object.keys(COLUMNS) } = command.opts();
  const table = await compare(command.args.length > 0 ? command.args : PROGRAMS, columns, runs);
  process.stdout.write(`${machineLine(describeMachine())}\n\n${render(table, columns)}`);
}
