/**
 * One Pyodide, in a process of its own: is it accepted, and do the programs come out right? Tells by one line of JSON.
 *
 *     node scripts/canary/try.mjs DIRECTORY
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PROGRAMS } from "./programs.mjs";

/** Those that replace CPython's collector; what the other one does is CPython's business. */
const PLANS = /** @type {const} */ (["generational", "incremental"]);
const VERIFY = 2;

/**
 * @typedef {object} Outcome
 * @property {string} python
 * @property {boolean} accepted
 * @property {boolean} known false: accepted though nobody tested it
 * @property {string} layout
 * @property {string} reason
 * @property {{ probe: string, expected: string, found: string }[]} differences
 * @property {string[]} failures programs that came out otherwise, with their plan
 */

const [, , directory = ""] = process.argv;
const moult = await import(new URL("../../dist/index.js", import.meta.url).href);
const { loadPyodide } = await import(pathToFileURL(resolve(directory, "pyodide.mjs")).href);
const report = await moult.probe(await loadPyodide());
/** @type {Outcome} */
const outcome = {
  python: report.version,
  accepted: report.accepted,
  known: report.known,
  layout: report.layout,
  reason: report.reason,
  differences: report.probes.filter((/** @type {{ ok: boolean }} */ { ok }) => !ok),
  failures: [],
};
if (report.accepted) for (const plan of PLANS) outcome.failures.push(...(await failuresOf(plan)));
process.stdout.write(`\n${JSON.stringify(outcome)}\n`);

/** @param {(typeof PLANS)[number]} plan */
async function failuresOf(plan) {
  const pyodide = await loadPyodide();
  const failures = [];
  try {
    const attached = await moult.attach(pyodide, { plan, verify: VERIFY });
    for (const { name, source, value } of PROGRAMS) {
      const globals = pyodide.runPython("{}");
      const found = pyodide.runPython(source, { globals });
      if (found !== value) failures.push(`${plan}: ${name}: ${found} instead of ${value}`);
      globals.destroy();
    }
    attached.detach();
    pyodide.runPython("import gc; gc.collect()");
  } catch (error) {
    failures.push(`${plan}: ${error}`);
  }
  return failures;
}
