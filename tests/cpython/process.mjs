/**
 * Runs one module in one mode to its end, in as many processes as it takes.
 *
 * A test that kills its process is recorded as `crash`, one that makes no progress as `timeout`; the rest of the
 * module goes on in a new process. What a run gives is a Map from a test's name to its outcome.
 *
 * @typedef {object} Job what a worker is told
 * @property {string} module such as "test_gc"
 * @property {"stock" | "attached"} mode
 * @property {string} suite directory of the `test` package
 * @property {string} pyodide directory of the npm package
 * @property {string} plan Moult's plan, or "none" to attach nothing in the attached mode either
 * @property {string} [traced] directory of the runtime, for the plan traced
 * @property {boolean} stress slices at every collection, for the plan incremental
 * @property {number} verify
 * @property {number} [threshold] for `gc.set_threshold`, in both modes
 * @property {boolean} fullEveryTrigger
 * @property {string} [match] only tests whose name contains it
 * @property {string} [sabotage]
 *
 * @typedef {object} Outcome
 * @property {string} outcome pass, fail, error, skip, expectedFailure, unexpectedSuccess, crash or timeout
 * @property {string[]} causes types of the exceptions, one a failure
 * @property {string} message for people, never compared: it may hold addresses
 *
 * @typedef {{automatic: number, explicit: number, forced: number}} Collections by who asked for them: CPython's own
 *   trigger, Python code, `--full-every-trigger`
 *
 * @typedef {object} ModuleRun
 * @property {Map<string, Outcome>} outcomes
 * @property {string} python version of the runtime
 * @property {Collections} collections
 * @property {boolean} lost the collector was no longer Moult's at the end
 * @property {number} processes
 */
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";

const WORKER = path.join(import.meta.dirname, "worker.mjs");

/** Signals that come from somebody else and never from a test: what was interrupted is run again. */
const OUTSIDE_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];

/** So often, then somebody means it. */
const MAX_INTERRUPTIONS = 3;

/** Loading Pyodide and importing a module take seconds; on a busy machine, many. */
const START_MS = 120_000;

/** The worker did not get as far as running tests: no outcome of any test can be told from that. */
export class WorkerError extends Error {}

/** @returns {Collections} */
export const noCollections = () => ({ automatic: 0, explicit: 0, forced: 0 });

/** Adds the second to the first. */
export function addCollections(sum, more) {
  for (const key of Object.keys(sum)) sum[key] += more[key];
}

/** The name under which what happens before, between and after tests is recorded. */
export const outside = (module) => `test.${module} (outside of its tests)`;

/**
 * @param {Job & {skip: string[]}} job
 * @param {number} timeoutMs without an event, after which the process is killed
 * @param {(event: any) => void} onEvent
 * @returns {Promise<{timedOut: boolean, code: number | null, signal: string | null, tail: string}>}
 */
function runWorker(job, timeoutMs, onEvent) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WORKER], { stdio: ["pipe", "pipe", "pipe", "pipe"] });
    let tail = "";
    let timedOut = false;
    let timer;
    const restart = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, ms);
    };
    restart(START_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        tail = (tail + text).slice(-4000);
      });
    }
    readline.createInterface({ input: child.stdio[3] }).on("line", (line) => {
      const event = JSON.parse(line);
      restart(event.event === "boot" ? Math.max(START_MS, timeoutMs) : timeoutMs);
      onEvent(event);
    });
    child.stdin.on("error", () => {}); // A worker that died before reading its job is reported by its exit.
    child.stdin.end(JSON.stringify(job));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ timedOut, code, signal, tail });
    });
  });
}

/** The last line that says something, for a message of one line. */
function lastLine(text) {
  return (text.trim().split("\n").pop() ?? "").slice(0, 300);
}

/**
 * @param {Job} job
 * @param {number} timeoutMs
 * @returns {Promise<ModuleRun>}
 */
export async function runModule(job, timeoutMs) {
  /** @type {ModuleRun} */
  const run = {
    outcomes: new Map(),
    python: "",
    collections: noCollections(),
    lost: false,
    processes: 0,
  };
  let interruptions = 0;
  for (;;) {
    const before = run.outcomes.size;
    let booted = false;
    let done = false;
    let running;
    let fatal;
    let collections = noCollections();
    const handlers = {
      boot: (event) => {
        booted = true;
        run.python = event.python;
      },
      start: (event) => {
        running = event.id;
      },
      end: ({ id, outcome, causes, message }) => {
        run.outcomes.set(id, { outcome, causes, message });
        running = undefined;
      },
      unloadable: ({ outcome, causes, message }) => {
        run.outcomes.set(outside(job.module), { outcome, causes, message });
        done = true;
      },
      done: () => {
        done = true;
      },
      collections: ({ automatic, explicit, forced }) => {
        collections = { automatic, explicit, forced };
      },
      lost: () => {
        run.lost = true;
      },
      fatal: (event) => {
        fatal = event.message;
      },
    };
    const skip = [...run.outcomes.keys()];
    const exit = await runWorker({ ...job, skip }, timeoutMs, (event) => handlers[event.event]?.(event));
    run.processes++;
    addCollections(run.collections, collections);
    if (OUTSIDE_SIGNALS.includes(exit.signal) && interruptions++ < MAX_INTERRUPTIONS) continue;
    if (!booted) {
      const why = exit.timedOut ? `within ${START_MS / 1000} s` : `(exit ${exit.code ?? exit.signal})`;
      throw new WorkerError(`the worker (${job.mode}, ${job.module}) did not start ${why}:\n${exit.tail}`);
    }
    if (done) return run;
    const how = exit.timedOut ? `no progress for ${timeoutMs / 1000} s` : `exit ${exit.code ?? exit.signal}`;
    const outcome = exit.timedOut ? "timeout" : "crash";
    const message = fatal ?? (exit.timedOut ? how : `${how}: ${lastLine(exit.tail)}`);
    run.outcomes.set(running ?? outside(job.module), { outcome, causes: [], message });
    // Nothing was gained by this process: a fixture or the import itself kills it, and would again.
    if (running === undefined && run.outcomes.size <= before + 1) return run;
  }
}
