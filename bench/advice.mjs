/**
 * The advice that people give about Python's gc, measured: each program in examples/tuning/ with and without it, on CPython's own
 * collector and on Moult. One process a run, all in turns; medians.
 *
 *   node bench/advice.mjs [--size N] [--runs N] [NAME...]
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attachFrom, loadHost } from "./host.mjs";
import { median } from "./summary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const programs = join(here, "../examples/tuning");
const COLLECTORS = /** @type {const} */ (["built-in", "moult"]);
const WAYS = /** @type {const} */ (["plain", "advised"]);

const usage = `Usage: node bench/advice.mjs [--size N] [--runs N] [NAME...]

Measures advice about Python's gc on CPython's own collector and on Moult.

  --size N    of the programs (default 200000)
  --runs N    processes for each figure, of which the median counts (default 5)
  -h, --help  print this help

Programs: ${names().join(", ")} (default: all)`;

/** @returns {string[]} */
function names() {
  return readdirSync(programs)
    .filter((file) => file.endsWith(".py"))
    .map((file) => file.slice(0, -".py".length));
}

/**
 * What one run gives.
 *
 * @typedef {object} Run
 * @property {number} ms      of the program
 * @property {number} gcMs    of it in collections
 * @property {number} longest the longest collection, in milliseconds
 */

/** Around the program: time, and the time between the collector's callbacks. */
const MEASURE = `
import gc, time
spans = []
def listen(phase, info):
    if phase == "start": spans.append(-time.perf_counter())
    else: spans[-1] += time.perf_counter()
gc.callbacks.append(listen)
`;

/** @param {string} name @param {string} way @param {string} collector @param {number} size @returns {Promise<Run>} */
async function run(name, way, collector, size) {
  const host = await loadHost(() => {});
  if (collector === "moult") await attachFrom(host, join(here, "../dist/index.js"), { plan: "incremental" });
  const { pyodide } = host;
  pyodide.runPython(readFileSync(join(programs, `${name}.py`), "utf8") + MEASURE);
  const [ms, gcMs, longest] = pyodide
    .runPython(`
gc.collect(); spans.clear()
_began = time.perf_counter()
${way}(${size})
_took = time.perf_counter() - _began
[1000 * x for x in (_took, sum(spans), max(spans, default=0))]`)
    .toJs();
  return { ms, gcMs, longest };
}

/** @param {readonly Run[]} runs */
function cell(runs) {
  const [ms, gcMs, longest] = /** @type {const} */ (["ms", "gcMs", "longest"]).map((key) =>
    median(runs.map((run) => run[key])).toFixed(1),
  );
  return `${ms} ms (${gcMs}; ${longest})`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "200000" },
    runs: { type: "string", default: "5" },
    child: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) console.log(usage);
else if (values.child) {
  const [name = "", way = "", collector = ""] = positionals;
  try {
    console.log(JSON.stringify(await run(name, way, collector, Number(values.size))));
  } catch (error) {
    // Not thrown on: Node would print the whole of Pyodide's one-line source beside it.
    console.error(`${name}, ${way}, ${collector}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} else {
  const chosen = positionals.length > 0 ? positionals : names();
  const unknown = chosen.find((name) => !names().includes(name));
  if (unknown !== undefined || !/^\d+$/.test(values.size) || !/^[1-9]\d*$/.test(values.runs)) {
    console.error(
      `advice: ${unknown === undefined ? "want numbers" : `no program "${unknown}"`}\n\n${usage}`,
    );
    process.exit(2);
  }
  console.log(
    "| advice | built-in without | built-in with | Moult without | Moult with |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const name of chosen) {
    const columns = COLLECTORS.flatMap((collector) =>
      WAYS.map((way) => ({ collector, way, runs: /** @type {Run[]} */ ([]) })),
    );
    for (let i = 0; i < Number(values.runs); i++)
      for (const { collector, way, runs } of columns) {
        const child = [
          fileURLToPath(import.meta.url),
          "--child",
          "--size",
          values.size,
          name,
          way,
          collector,
        ];
        const { status, stdout } = spawnSync(process.execPath, child, {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "inherit"],
        });
        if (status !== 0) process.exit(1);
        runs.push(JSON.parse(stdout));
      }
    console.log(`| ${name.replaceAll("_", " ")} | ${columns.map(({ runs }) => cell(runs)).join(" | ")} |`);
  }
}
