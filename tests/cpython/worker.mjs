/**
 * One process: loads Pyodide, attaches Moult or doesn't, runs one module of CPython's tests.
 *
 * Reads a job (JSON, see `process.mjs`) from stdin, writes events (one JSON a line) to file descriptor 3,
 * synchronously: what was written before a crash is there after it.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const here = import.meta.dirname;
const job = JSON.parse(fs.readFileSync(0, "utf8"));

/** @param {string} line one event as JSON */
function send(line) {
  fs.writeSync(3, `${line}\n`);
}

/** Collections since attach. Kept outside of Python, so that tests of the gc module can't disturb it. */
const collections = { automatic: 0, explicit: 0 };

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

/** Deliberate faults in the attached mode, by which the runner's own tests show that it sees them. */
const sabotages = {
  "collect-nothing": "import gc; gc.collect = lambda generation=2: 0",
  "crash-on-collect": "import gc, os; gc.collect = lambda generation=2: os.abort()",
};

async function attach(pyodide) {
  const library = path.join(here, "../../dist/index.js");
  const { attach } = await import(pathToFileURL(library).href);
  const moult = await attach(pyodide, { plan: job.plan, verify: job.verify });
  moult.on("collection", (event) => {
    collections[event.reason]++;
  });
  if (job.fullEveryTrigger) collectFullyAtEveryTrigger(pyodide, moult);
  return moult;
}

const { loadPyodide } = await import(pathToFileURL(path.join(job.pyodide, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: `${job.pyodide}${path.sep}` });
const moult = job.mode === "attached" && job.plan !== "none" ? await attach(pyodide) : undefined;
if (job.mode === "attached" && job.sabotage !== undefined) pyodide.runPython(sabotages[job.sabotage]);

const { FS } = pyodide;
FS.mkdirTree("/suite/test");
FS.mount(FS.filesystems.NODEFS, { root: job.suite }, "/suite/test");
FS.mkdirTree("/driver");
for (const name of ["driver.py", "shims.py"]) {
  FS.writeFile(`/driver/${name}`, fs.readFileSync(path.join(here, name)));
}
pyodide.runPython("import sys; sys.path.append('/driver'); import driver, shims; shims.apply()");
const run = pyodide.pyimport("driver").run;
send(JSON.stringify({ event: "boot", python: pyodide.runPython("import sys; sys.version.split()[0]") }));

let failure;
try {
  run(JSON.stringify(job), (line) => {
    send(line);
    // Counted after each test, for a process that does not live to its end.
    if (moult !== undefined && line.startsWith('{"event": "end"')) {
      send(JSON.stringify({ event: "collections", ...collections }));
    }
  });
  // The driver ends with a collection: if it was not Moult's, all of the above compared stock with stock.
  if (moult !== undefined && (!moult.attached || collections.explicit === 0)) {
    send(JSON.stringify({ event: "lost", attached: moult.attached }));
  }
} catch (error) {
  failure = error;
}
send(JSON.stringify({ event: "collections", ...collections }));
if (failure !== undefined) {
  send(
    JSON.stringify({
      event: "fatal",
      message: String(failure.message ?? failure)
        .trim()
        .split("\n")
        .pop(),
    }),
  );
}
// Leaves at once: tests leave timers and tasks behind that are nobody's to wait for.
process.exit(failure === undefined ? 0 : 70);
