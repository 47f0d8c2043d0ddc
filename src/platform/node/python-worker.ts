/**
 * The thread that runs Python: loads Pyodide, lays the host's files under it, attaches the collector, and
 * hands over to CPython's own `main`. So arguments, `__main__`, tracebacks and exit status are CPython's.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { PyodideLike } from "../../api.js";
import { OptionError } from "../../errors.js";
import { defineSleep } from "./builtin-function.js";
import { Channel, type InterruptBuffer } from "./channel.js";
import { RunCollector } from "./collector.js";
import type { EmscriptenFS, PythonModule } from "./emscripten.js";
import { mountHostFiles } from "./host-files.js";
import { PRELUDE, type PreludeHost } from "./prelude.js";
import type { RunRequest, WorkerMessage, WorkerStart } from "./protocol.js";
import { type InputDevice, inputDevice, Output, type OutputDevice, writeText } from "./streams.js";

/** Exit status for what is wrong with the installation or the collector, not with the program. */
const EX_SOFTWARE = 70;

/** Exit status for an option that can't be, for example a memory limit below what Pyodide itself takes. */
const WRONG_USAGE = 2;

/** CPython's exit status when the last flush of its streams fails. */
const FLUSH_FAILED = 120;

/** Pyodide as this file uses it. */
interface Pyodide extends PyodideLike {
  readonly _module: PythonModule;
  toPy(value: unknown): unknown;
  setStdin(device: InputDevice): void;
  setStdout(device: OutputDevice): void;
  setStderr(device: OutputDevice): void;
  setInterruptBuffer(buffer: InterruptBuffer): void;
}

interface PyodidePackage {
  loadPyodide(options: object): Promise<Pyodide>;
}

const { request, memory } = workerData as WorkerStart;
const channel = new Channel(memory);
const stdout = new Output(1, channel);
const stderr = new Output(2, channel);
let flushFailed = false;

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function load(options: RunRequest): Promise<Pyodide> {
  const entry = pathToFileURL(join(options.pyodideDirectory, "pyodide.mjs")).href;
  const { loadPyodide } = (await import(entry)) as PyodidePackage;
  let started = () => {};
  const pyodide = await loadPyodide({
    args: [...options.pythonArguments],
    env: interpreterEnvironment(options.environment),
    _sysExecutable: options.executable,
    fsInit(FS: EmscriptenFS) {
      started = mountHostFiles(FS);
      FS.chdir(options.workingDirectory);
    },
    stdout: (line: string) => writeText(1, `${line}\n`),
    stderr: (line: string) => writeText(2, `${line}\n`),
  });
  started();
  pyodide.setStdin(inputDevice(channel, (bytes) => send({ type: "input", bytes })));
  pyodide.setStdout(stdout);
  pyodide.setStderr(stderr);
  return pyodide;
}

/** The environment while Pyodide starts; the prelude then sets the true one. */
function interpreterEnvironment(environment: RunRequest["environment"]): Record<string, string> {
  // PYTHONHOME is where Pyodide's own library is. Pyodide itself would not start with warnings as errors.
  const { PYTHONHOME: _home, PYTHONWARNINGS: _warnings, ...rest } = environment;
  // Unless told otherwise Pyodide asks for the interactive mode, and makes HOME as a directory.
  return { PYTHONINSPECT: "", ...rest, HOME: "/" };
}

function prepare(pyodide: Pyodide, collector: RunCollector): void {
  const host: PreludeHost = {
    environment: () => new Map(Object.entries(request.environment)),
    warningFilters: () => [...request.warningFilters],
    writeBytecode: request.writeBytecode,
    wait: (seconds) => void channel.sleep(seconds * 1000),
    stdoutBroken: () => stdout.broken,
    discardStdout: () => stdout.discard(),
    flushFailed: () => {
      flushFailed = true;
    },
    atexit: () => collector.end(),
  };
  const prelude = pyodide.runPython(PRELUDE, { globals: pyodide.toPy({}) }) as (host: PreludeHost) => void;
  prelude(host);
  defineSleep(pyodide._module, channel);
}

/** Runs the program to its end and returns its exit status. */
function runMain(pyodide: Pyodide): number {
  try {
    return pyodide._module._Py_RunMain();
  } catch (error) {
    // Emscripten leaves C's exit() by an exception.
    const { name, status } = error as { name?: string; status?: number };
    if (name === "ExitStatus" && status !== undefined) return status;
    throw error;
  }
}

async function main(): Promise<number> {
  const [pyodide, collector] = await RunCollector.load(() => load(request), request);
  prepare(pyodide, collector);
  pyodide.setInterruptBuffer(channel.interruptBuffer);
  channel.markRunning();
  try {
    const status = runMain(pyodide);
    return flushFailed ? FLUSH_FAILED : status;
  } finally {
    collector.end();
    collector.report();
  }
}

try {
  send({ type: "exit", status: await main() });
} catch (error) {
  writeText(2, `moult: ${explain(error)}\n`);
  send({ type: "exit", status: error instanceof OptionError ? WRONG_USAGE : EX_SOFTWARE });
}

function explain(error: unknown): string {
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return "Python's C code called itself too deeply for WebAssembly's stack; the interpreter had to stop";
  }
  if (error instanceof WebAssembly.RuntimeError) return `the interpreter crashed: ${error.stack}`;
  return error instanceof Error ? error.message : String(error);
}
