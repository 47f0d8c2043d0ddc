/**
 * The one JavaScript object that the Python module holds. It has no prototype, is frozen, and is made of
 * closures: it leads neither to the backend nor to the collector. What it returns is text, numbers, truth
 * values or fresh plain objects, which Python copies.
 */
import type { StepResult } from "../api.js";
import { MoultError, type MoultErrorCode } from "../errors.js";
import type { PythonBackend } from "./backend.js";

/** Wraps a backend for Python. */
export function createDoor(backend: PythonBackend): object {
  const { version, plan, setOption, detach } = backend;
  const door: Record<string, unknown> = {
    version,
    plan,
    attached: () => backend.attached(),
    options: () => ({ ...backend.options() }),
    stats: () => pythonStats(backend),
    metrics: () => backend.metrics(),
    step: (ms: number | undefined, ifDue: boolean) => answerOf(() => pythonStep(backend.step(ms, ifDue))),
    beginNoGc: () => answerOf(() => backend.beginNoGc()),
    endNoGc: (region: number) => backend.endNoGc(region),
    hasHeap: backend.hasHeap,
    heap: () => answerOf(() => backend.heap()),
    memoryReport: () => pythonReport(backend),
    addMemoryPressure: (bytes: number) => backend.addMemoryPressure(bytes),
  };
  if (setOption !== undefined)
    door.setOption = (name: string, value: unknown) => answerOf(() => setOption(name, value));
  if (detach !== undefined) door.detach = () => detach();
  return Object.freeze(Object.assign(Object.create(null), door));
}

/** The statistics with Python's spelling of names. */
function pythonStats(backend: PythonBackend): object {
  const { pauses, bytesInUse, ...stats } = backend.stats();
  return spelled({ ...stats, generations: stats.generations.map((generation) => ({ ...generation })) });
}

/** Fields with Python's spelling of their names; null, which would not become None everywhere, as undefined, which does. */
function spelled(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value ?? undefined,
    ]),
  );
}

/** A step with Python's spelling of names: PyPy's, and our own after them. */
function pythonStep({ outcome, done, before, after, ms, ...work }: StepResult): object {
  const count = Number(outcome !== "busy" && outcome !== "idle");
  return {
    count,
    duration: ms / 1000,
    oldstate: before,
    newstate: after,
    major_is_done: done,
    outcome,
    ...work,
  };
}

/** The memory report with Python's spelling of names; without a limit, None. */
function pythonReport(backend: PythonBackend): object {
  const report = backend.memoryReport();
  return spelled({ ...report, types: report.types.map((type) => ({ ...type })) });
}

/** What the caller can be blamed for: Python raises it as an exception of its own. */
const BLAMED: readonly MoultErrorCode[] = ["bad-option", "detached", "no-steps", "no-tools"];

/** What an action returns; the message of its error, a string, when the caller is to blame for it. */
function answerOf<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    if (error instanceof MoultError && BLAMED.includes(error.code)) return error.message;
    throw error;
  }
}
