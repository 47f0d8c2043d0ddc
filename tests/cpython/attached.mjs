/** The attached mode of a worker: Moult as built in `dist/`, and what it is watched for. */
import path from "node:path";
import { pathToFileURL } from "node:url";

const LIBRARY = path.resolve(import.meta.dirname, "../../dist/index.js");

/** Deliberate faults, by which the runner's own tests show that it sees them. */
const SABOTAGES = {
  "collect-nothing": "import gc; gc.collect = lambda generation=2: 0",
  "crash-on-collect": "import gc, os; gc.collect = lambda generation=2: os.abort()",
};

/**
 * Makes each automatic collection be followed by a full one, at the next safe point of the evaluation loop:
 * inside the event itself a collection is still under way.
 */
function collectFullyAtEveryTrigger(pyodide, moult) {
  const api = pyodide._module;
  const pending = api.addFunction(() => {
    api._PyGC_Collect();
    return 0;
  }, "ii");
  moult.on("collection", (event) => {
    if (event.reason === "automatic" && event.generation < 2) api._Py_AddPendingCall(pending, 0);
  });
}

/**
 * Attaches, unless the plan is "none".
 *
 * @param {import("./process.mjs").Job} job
 * @returns {Promise<{report(): string, expectOne(): void, isLost(): boolean} | undefined>}
 *   `report` gives the event with the number of collections since attach, counted outside of Python, where tests of
 *   the gc module can't disturb it. A module ends with a `gc.collect()`, announced by `expectOne`; `isLost` is asked
 *   after it: if that collection was not Moult's, stock was compared with stock.
 */
export async function attachMoult(pyodide, job) {
  if (job.sabotage !== undefined) pyodide.runPython(SABOTAGES[job.sabotage]);
  if (job.plan === "none") return undefined;
  const { attach } = await import(pathToFileURL(LIBRARY).href);
  const moult = await attach(pyodide, { plan: job.plan, verify: job.verify });
  const collections = { automatic: 0, explicit: 0 };
  const total = () => collections.automatic + collections.explicit;
  let before = 0;
  moult.on("collection", (event) => {
    collections[event.reason]++;
  });
  if (job.fullEveryTrigger) collectFullyAtEveryTrigger(pyodide, moult);
  return {
    report: () => JSON.stringify({ event: "collections", ...collections }),
    expectOne: () => {
      before = total();
    },
    isLost: () => !moult.attached || total() === before,
  };
}
