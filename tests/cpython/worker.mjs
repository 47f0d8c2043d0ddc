/**
 * One process: loads Pyodide, attaches Moult or doesn't, runs one module of CPython's tests.
 *
 * Reads a job (JSON, see `process.mjs`) from stdin, writes events (one JSON a line) to file descriptor 3,
 * synchronously: what was written before a crash is there after it.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { attachMoult, loadForPlan } from "./attached.mjs";

/** The tests recurse to depths that the usual stack of about 1 MB does not hold; they would crash in stock, too. */
const STACK_MB = 256;

/** Exit code of a worker whose Python did not come to its end. */
const DIED = 70;

/** Only a thread can be given a stack of any size without asking the operating system. */
function runInThread() {
  const thread = new Worker(new URL(import.meta.url), {
    workerData: JSON.parse(fs.readFileSync(0, "utf8")),
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  let failed = false;
  thread.on("error", (error) => {
    console.error(error);
    failed = true;
  });
  // Leaves at once: tests leave timers and tasks behind that are nobody's to wait for.
  thread.on("exit", (code) => process.exit(failed ? 1 : code));
}

/** @param {string} line one event as JSON */
function send(line) {
  fs.writeSync(3, `${line}\n`);
}

/** Python's output, past the streams of the thread: those lose what they hold in a crash. */
function redirectOutput(pyodide) {
  pyodide.setStdin({ stdin: () => undefined });
  pyodide.setStdout({ write: (bytes) => fs.writeSync(1, bytes), isatty: false });
  pyodide.setStderr({ write: (bytes) => fs.writeSync(2, bytes), isatty: false });
}

/** Puts the suite and the driver into Pyodide's file system, and gives the driver's `run`. */
function prepare(pyodide, suite) {
  const { FS } = pyodide;
  FS.mkdirTree("/suite/test");
  FS.mount(FS.filesystems.NODEFS, { root: suite }, "/suite/test");
  FS.mkdirTree("/driver");
  for (const name of ["driver.py", "shims.py"]) {
    FS.writeFile(`/driver/${name}`, fs.readFileSync(path.join(import.meta.dirname, name)));
  }
  pyodide.runPython("import sys; sys.path.append('/driver'); import driver, shims; shims.apply()");
  return pyodide.pyimport("driver").run;
}

/** @param {import("./process.mjs").Job & {skip: string[]}} job */
async function main(job) {
  const [pyodide, moult] = await loadForPlan(job, async (directory) => {
    const { loadPyodide } = await import(pathToFileURL(path.join(directory, "pyodide.mjs")).href);
    return loadPyodide({ indexURL: `${directory}${path.sep}` });
  });
  redirectOutput(pyodide);
  const attached = job.mode === "attached" ? await attachMoult(pyodide, job, moult) : undefined;
  const run = prepare(pyodide, job.suite);
  send(JSON.stringify({ event: "boot", python: pyodide.runPython("import sys; sys.version.split()[0]") }));
  let failure;
  try {
    run(JSON.stringify(job), (line) => {
      send(line);
      // Counted after each test, for a process that does not live to its end.
      if (attached !== undefined && line.startsWith('{"event": "end"')) send(attached.report());
      if (line.startsWith('{"event": "last"')) attached?.expectOne();
    });
    if (attached?.isLost()) send(JSON.stringify({ event: "lost" }));
  } catch (error) {
    failure = error;
  }
  if (attached !== undefined) send(attached.report());
  if (failure === undefined) process.exit(0);
  send(
    JSON.stringify({
      event: "fatal",
      message: String(failure.message ?? failure)
        .trim()
        .split("\n")
        .pop(),
    }),
  );
  process.exit(DIED);
}

if (isMainThread) runInThread();
else await main(workerData);
