/**
 * Runs CPython's own tests in stock Pyodide and with Moult attached, and compares them test by test.
 * How it works and how to read its summary: docs/testing-cpython.md.
 */
import fs from "node:fs";
import path from "node:path";
import { judge, tally } from "./judge.mjs";
import { CI_MODULES, MODULES } from "./modules.mjs";
import { HELP, OptionError, parse } from "./options.mjs";
import { addCollections, noCollections, runModule, WorkerError } from "./process.mjs";
import { moduleLine, summary, totals } from "./report.mjs";
import { findSuite, hasModule, SuiteError } from "./suites.mjs";

const LIBRARY = path.resolve(import.meta.dirname, "../../dist/index.js");

/** Only a collector of our own can differ in ways that are known. */
const PLANS_WITH_KNOWN_DIFFERENCES = ["incremental", "generational"];

/** @returns {import("./judge.mjs").Known[]} those that apply to this plan, this CPython and this suite */
function knownDifferences(file, plan, python, suite) {
  if (!PLANS_WITH_KNOWN_DIFFERENCES.includes(plan)) return [];
  const all = JSON.parse(fs.readFileSync(file, "utf8"));
  return all.filter(
    (known) =>
      (known.python === undefined || [known.python].flat().some((line) => python.startsWith(`${line}.`))) &&
      (known.suites === undefined || known.suites.includes(suite)),
  );
}

/** One module in both modes, as often as it takes to tell a difference from a flaky test. */
async function runBoth(module, options, suite) {
  const started = performance.now();
  const job = { ...options.job, module, suite: suite.directory };
  const rounds = [];
  const collections = noCollections();
  const problems = [];
  for (;;) {
    const runs = ["stock", "attached"].map((mode) => runModule({ ...job, mode }, options.timeoutMs));
    // Waits for both even if one fails: the other must not go on beside the next module.
    await Promise.allSettled(runs);
    const [stock, attached] = await Promise.all(runs);
    rounds.push({ stock: stock.outcomes, attached: attached.outcomes });
    addCollections(collections, attached.collections);
    if (attached.lost) problems.push(`${module}: at the end, gc.collect() was not Moult's any more`);
    const known = knownDifferences(options.known, options.job.plan, stock.python, suite.label);
    const { verdicts, undecided } = judge(rounds, new Map(known.map((entry) => [entry.id, entry])));
    if (undecided) continue;
    const same = new Set(verdicts.filter(({ kind }) => kind === "same").map(({ id }) => id));
    return {
      module,
      verdicts,
      tally: tally(verdicts),
      collections,
      problems,
      gone: known.map(({ id }) => id).filter((id) => same.has(id)),
      python: stock.python,
      rounds: rounds.length,
      seconds: (performance.now() - started) / 1000,
    };
  }
}

/** The directory of the traced runtime that is made of a package; from the user's cache, where it is there. */
async function tracedRuntime(pyodideDirectory) {
  const { buildRuntime } = await import("../../dist/traced/node/build.js");
  const { cacheDirectory } = await import("../../dist/traced/node/cache.js");
  const { ALL_STEPS } = await import("../../dist/traced/recipe.js");
  const request = { pyodideDirectory, cache: cacheDirectory(), options: ALL_STEPS, progress() {} };
  return (await buildRuntime(request)).directory;
}

function chooseModules(options, suite) {
  const usual = options.ci ? CI_MODULES : MODULES.flatMap((group) => group.modules);
  const chosen = options.modules ?? usual;
  const missing = chosen.filter((module) => !hasModule(suite.directory, module));
  if (options.modules !== undefined && missing.length > 0) {
    throw new OptionError(`no ${missing.join(", ")} in ${suite.directory}`);
  }
  if (missing.length > 0) console.log(`Not in this suite: ${missing.join(", ")}`);
  return chosen.filter((module) => !missing.includes(module));
}

function list() {
  for (const { why, modules } of MODULES) console.log(`${why}\n  ${modules.join(" ")}`);
  console.log(`With --ci\n  ${CI_MODULES.join(" ")}`);
}

/** @returns {Promise<number>} the exit code */
async function main(argv) {
  const options = parse(argv);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.list) {
    list();
    return 0;
  }
  const suite = findSuite(process.env.CPYTHON_TESTS);
  if (options.job.plan !== "none" && !fs.existsSync(LIBRARY)) {
    throw new OptionError("dist/index.js is not there: run `npm run build` first, or use --plan none");
  }
  const modules = chooseModules(options, suite);
  if (options.job.plan === "traced") options.job.traced = await tracedRuntime(options.job.pyodide);
  console.log(`Tests of CPython ${suite.label} (${suite.directory}), plan ${options.job.plan}`);
  const results = [];
  const problems = [];
  for (const module of modules) {
    try {
      const result = await runBoth(module, options, suite);
      results.push(result);
      problems.push(...result.problems);
      console.log(moduleLine(result));
    } catch (error) {
      // If not even the first module starts, none will.
      if (!(error instanceof WorkerError) || results.length === 0) throw error;
      problems.push(error.message);
      console.log(`${module}: ${error.message}`);
    }
  }
  const sum = totals(results);
  if (sum.passed === 0) problems.push("no test passed in both modes: nothing was compared");
  const gone = results.flatMap((result) => result.gone);
  console.log(summary({ results, problems, gone, plan: options.job.plan, verbose: options.verbose }));
  if (options.json !== undefined) {
    const report = { suite, options: options.job, totals: sum, problems, gone, results };
    fs.writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  return sum.difference + problems.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const misuse = error instanceof OptionError || error instanceof SuiteError;
  if (!misuse && !(error instanceof WorkerError)) throw error;
  console.error(`test:cpython: ${error.message}`);
  process.exitCode = misuse ? 2 : 1;
}
