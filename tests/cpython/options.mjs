/** The runner's command line. */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../..");

const PLANS = ["incremental", "generational", "builtin", "traced", "none"];

export const HELP = `Runs CPython's own tests in stock Pyodide and with Moult attached, and compares them test by test.

Usage: npm run test:cpython -- [options]
       node tests/cpython/run.mjs [options]

  --modules a,b          only these modules, such as test_gc,test_weakref (--list shows the default)
  --ci                   only the core of the default modules, for continuous integration
  --match TEXT           only tests whose name contains TEXT
  --plan NAME            Moult's plan: incremental (default), generational, builtin, traced: a runtime without reference
                         counting, or none: stock against stock
  --stress               with the plan incremental: a slice at every collection, of random length
  --verify N             Moult checks itself: 0 (default) to 3
  --threshold N          gc.set_threshold(N) in both modes: 50 is a good stress
  --full-every-trigger   attached, each automatic collection is followed by a full one
  --pyodide DIR          another copy of the npm package (default: node_modules/pyodide)
  --timeout S            seconds without progress after which a test is killed (default: 60)
  --known FILE           the differences that are allowed (default: tests/cpython/known-differences.json)
  --json FILE            also writes every outcome to FILE
  --verbose              also names the tests that failed in both modes
  --list                 shows the modules and why they are run
  --help                 shows this

The tests are those of Debian's packages, fetched by \`sh .ci/install-testsuite.sh\`, or those in the directory
that the variable CPYTHON_TESTS names: a \`test\` package or the Lib directory that holds one.

Examples:
  npm run test:cpython -- --modules test_gc --verbose
  CPYTHON_TESTS=~/.pyenv/versions/3.13.0/lib/python3.13 npm run test:cpython -- --threshold 50
  npm run test:cpython -- --modules test_gc --match bug1055820 --json gc.json

Exit code: 0 no difference but listed ones, 1 some other difference, 2 misuse.`;

/** Names of the faults in worker.mjs; for the runner's own tests, hence not in the help. */
const SABOTAGES = ["collect-nothing", "crash-on-collect"];

/** The command line can't be obeyed; the message says why. */
export class OptionError extends Error {}

function wholeNumber(name, text, least, most = Number.MAX_SAFE_INTEGER) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new OptionError(`--${name} ${text}: want a whole number, ${least} or more, at most ${most}`);
  }
  return value;
}

/** @param {string[]} argv */
export function parse(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        modules: { type: "string" },
        ci: { type: "boolean", default: false },
        match: { type: "string" },
        plan: { type: "string", default: "incremental" },
        stress: { type: "boolean", default: false },
        verify: { type: "string", default: "0" },
        threshold: { type: "string" },
        "full-every-trigger": { type: "boolean", default: false },
        pyodide: { type: "string", default: path.join(ROOT, "node_modules/pyodide") },
        timeout: { type: "string", default: "60" },
        known: { type: "string", default: path.join(import.meta.dirname, "known-differences.json") },
        json: { type: "string" },
        verbose: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        sabotage: { type: "string" },
      },
    }));
  } catch (error) {
    throw new OptionError(`${error.message.split("\n")[0]} (--help shows all)`);
  }
  if (!PLANS.includes(values.plan)) throw new OptionError(`--plan ${values.plan}: want ${PLANS.join(", ")}`);
  if (values.sabotage !== undefined && !SABOTAGES.includes(values.sabotage)) {
    throw new OptionError(`--sabotage ${values.sabotage}: want ${SABOTAGES.join(", ")}`);
  }
  const pyodide = path.resolve(values.pyodide);
  if (!fs.existsSync(path.join(pyodide, "pyodide.mjs"))) {
    throw new OptionError(`--pyodide ${values.pyodide}: no pyodide.mjs there (run \`npm ci\`?)`);
  }
  const names = values.modules?.split(",").filter((name) => name !== "");
  if (names?.length === 0) throw new OptionError("--modules: want names, such as test_gc,test_weakref");
  if (values.ci && names !== undefined) throw new OptionError("--ci and --modules: want one of them");
  return {
    help: values.help,
    ci: values.ci,
    list: values.list,
    verbose: values.verbose,
    json: values.json,
    known: path.resolve(values.known),
    modules: names?.map((name) => name.replace(/^test\./, "")),
    timeoutMs: wholeNumber("timeout", values.timeout, 1, 3600) * 1000,
    /** What every worker is told; the module and the mode are added to it. */
    job: {
      plan: values.plan,
      stress: values.stress,
      verify: wholeNumber("verify", values.verify, 0, 3),
      threshold: wholeNumber("threshold", values.threshold, 1),
      fullEveryTrigger: values["full-every-trigger"],
      pyodide,
      match: values.match,
      sabotage: values.sabotage,
    },
  };
}
