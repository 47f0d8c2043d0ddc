/** The attached mode of a worker: Moult as built in `dist/`, and what it is watched for. */
import path from "node:path";
import { pathToFileURL } from "node:url";

const DIST = path.resolve(import.meta.dirname, "../../dist");
/** @param {string} file a module of the library */
const built = (file) => import(pathToFileURL(path.join(DIST, file)).href);

/** Deliberate faults, by which the runner's own tests show that it sees them. */
const SABOTAGES = {
  "collect-nothing": "import gc; gc.collect = lambda generation=2: 0",
  "crash-on-collect": "import gc, os; gc.collect = lambda generation=2: os.abort()",
};

/**
 * Counts the collections of this process by who asked for them, outside of Python, where tests of the gc module can't
 * disturb it. With `full`, also has each automatic collection followed by a full one, `forced`, at the next safe point
 * of the evaluation loop: inside the event itself a collection is still under way.
 */
function count(pyodide, moult, full) {
  const counts = { automatic: 0, explicit: 0, forced: 0 };
  const api = pyodide._module;
  let forcing = false;
  const collectFully = () => {
    forcing = true;
    try {
      api._PyGC_Collect();
    } finally {
      forcing = false;
    }
    return 0;
  };
  const pending = full ? api.addFunction(collectFully, "ii") : undefined;
  moult.on("collection", (event) => {
    counts[forcing ? "forced" : event.reason]++;
    if (pending !== undefined && !forcing && event.reason === "automatic" && event.generation < 2) {
      api._Py_AddPendingCall(pending, 0);
    }
  });
  return counts;
}

/**
 * Loads what a mode runs on: the traced runtime comes with its collector, all others have none yet.
 *
 * @param {import("./process.mjs").Job} job
 * @param {(directory: string) => Promise<object>} load loads the Pyodide in a directory
 */
export async function loadForPlan(job, load) {
  if (job.mode !== "attached" || job.plan !== "traced") return [await load(job.pyodide), undefined];
  const { loadTraced } = await built("traced/load.js");
  return loadTraced(() => load(job.traced));
}

/**
 * Attaches, unless the plan is "none".
 *
 * @param {import("./process.mjs").Job} job
 * @param {object} [loaded] the Moult that was loaded with Pyodide
 * @returns {Promise<{report(): string, expectOne(): void, isLost(): boolean} | undefined>}
 *   `report` gives the event with the number of collections since attach. A module ends with a `gc.collect()`, announced by `expectOne`; `isLost` is asked
 *   after it: if that collection was not Moult's, stock was compared with stock.
 */
export async function attachMoult(pyodide, job, loaded) {
  if (job.sabotage !== undefined) pyodide.runPython(SABOTAGES[job.sabotage]);
  if (job.plan === "none") return undefined;
  const { attach } = await built("index.js");
  const moult = loaded ?? (await attach(pyodide, { plan: job.plan, stress: job.stress, verify: job.verify }));
  const counts = count(pyodide, moult, job.fullEveryTrigger);
  const total = () => counts.automatic + counts.explicit + counts.forced;
  let before = 0;
  return {
    report: () => JSON.stringify({ event: "collections", ...counts }),
    expectOne: () => {
      before = total();
    },
    isLost: () => !moult.attached || total() === before,
  };
}
