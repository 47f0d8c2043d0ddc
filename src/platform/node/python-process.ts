/**
 * The main thread's side of a run: it starts the Python thread, passes Ctrl-C and input on to it, and ends
 * the process with Python's exit status. It stays responsive however long Python computes.
 */
import * as tty from "node:tty";
import { Worker } from "node:worker_threads";
import { Channel } from "./channel.js";
import type { RunRequest, WorkerMessage, WorkerStart } from "./protocol.js";
import { StandardInput } from "./standard-input.js";

/**
 * Megabytes of native stack for Python's thread, reserved and touched only as far as needed. CPython 3.14 watches
 * its own stack, the 10 MB inside WebAssembly's memory; the native one beside it grows up to 90 times as fast and
 * must not run out first: that would be a crash instead of a RecursionError.
 */
const STACK_MB = 900;

/** Runs Python and resolves to the exit status; the Python thread has finished writing by then. */
export function runPython(request: RunRequest): Promise<number> {
  const channel = new Channel();
  followTerminalSize(channel);
  const onInterrupt = () => {
    if (!channel.interrupt()) dieOfInterrupt(onInterrupt);
  };
  process.on("SIGINT", onInterrupt);
  const start: WorkerStart = { request, memory: channel.memory };
  const worker = new Worker(new URL("./python-worker.js", import.meta.url), {
    workerData: start,
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  const input = new StandardInput(channel);
  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.type === "input") input.request(message.bytes);
      else resolve(message.status);
    });
    worker.on("error", reject);
    worker.on("exit", resolve);
  });
}

/** Python does not take the signal (it is stuck in C, or starting): die of it, as a process without a handler. */
function dieOfInterrupt(handler: () => void): void {
  process.off("SIGINT", handler);
  process.kill(process.pid, "SIGINT");
}

function followTerminalSize(channel: Channel): void {
  if (!tty.isatty(1)) return;
  const update = () => channel.setTerminalSize(process.stdout.columns, process.stdout.rows);
  update();
  process.stdout.on("resize", update).unref?.();
}
