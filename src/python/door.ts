/**
 * The one JavaScript object that the Python module holds. It has no prototype, is frozen, and is made of
 * closures: it leads neither to the backend nor to the collector. What it returns is text, numbers, truth
 * values or fresh plain objects, which Python copies.
 */
import { OptionError } from "../errors.js";
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
    memoryReport: () => pythonReport(backend),
    addMemoryPressure: (bytes: number) => backend.addMemoryPressure(bytes),
  };
  if (setOption !== undefined)
    door.setOption = (name: string, value: unknown) => problemOf(() => setOption(name, value));
  if (detach !== undefined) door.detach = () => detach();
  return Object.freeze(Object.assign(Object.create(null), door));
}

/** The statistics with Python's spelling of names. */
function pythonStats(backend: PythonBackend): object {
  const { plan, generations, pauseTotalMs, pauseMaxMs, memoryBytes, attachMs } = backend.stats();
  return {
    plan,
    generations: generations.map((generation) => ({ ...generation })),
    pause_total_ms: pauseTotalMs,
    pause_max_ms: pauseMaxMs,
    memory_bytes: memoryBytes,
    attach_ms: attachMs,
  };
}

/** The memory report with Python's spelling of names; without a limit, None. */
function pythonReport(backend: PythonBackend): object {
  const { limitBytes, memoryBytes, usedBytes, pressureBytes, headroomBytes, ...census } =
    backend.memoryReport();
  return {
    // JavaScript's null would not become None everywhere; undefined does.
    limit_bytes: limitBytes ?? undefined,
    memory_bytes: memoryBytes,
    used_bytes: usedBytes,
    pressure_bytes: pressureBytes,
    headroom_bytes: headroomBytes ?? undefined,
    types: census.types.map((type) => ({ ...type })),
    objects: census.objects,
    object_bytes: census.objectBytes,
  };
}

/** The message of an `OptionError`, which Python raises as its own ValueError; "" when there was none. */
function problemOf(action: () => void): string {
  try {
    action();
    return "";
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}
