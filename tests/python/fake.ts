/** A collector that is none, for tests of what Python sees: it answers with fixed figures and takes notes. */
import type {
  MemoryReport,
  Moult,
  MoultOptions,
  MoultStats,
  StepResult,
  VerifyLevel,
} from "../../src/api.js";
import { MoultError } from "../../src/errors.js";
import { type ApiOptionName, resolveOptions } from "../../src/options.js";
import { createBackend, type PythonBackend } from "../../src/python/backend.js";

const YOUNG = { collections: 7, collected: 70, uncollectable: 0, candidates: 700, duration: 0.5 };
const NONE = { collections: 0, collected: 0, uncollectable: 0, candidates: 0, duration: 0 };

const STATS: MoultStats = {
  plan: "generational",
  generations: [YOUNG, NONE, NONE],
  pauseTotalMs: 12,
  pauseMaxMs: 2.5,
  pauses: [{ upToMs: Number.POSITIVE_INFINITY, count: 7 }],
  memoryBytes: 2 ** 32,
  allocator: "system",
  attachMs: 20,
};

const STEP: StepResult = {
  outcome: "ended",
  done: true,
  before: "prove",
  after: "idle",
  examined: 5,
  collected: 4,
  uncollectable: 3,
  resurrected: 2,
  ms: 1500,
};

const REPORT: MemoryReport = {
  limitBytes: null,
  memoryBytes: 2 ** 32,
  usedBytes: 3_000_000_000,
  pressureBytes: 0,
  headroomBytes: null,
  types: [{ name: "str", objects: 2, bytes: 112 }],
  objects: 2,
  objectBytes: 112,
};

export interface Fake {
  readonly moult: Moult;
  readonly backend: PythonBackend;
  /** What was asked of it, in order. */
  readonly notes: string[];
}

export function fakeCollector(given: MoultOptions = {}): Fake {
  const options: Record<ApiOptionName, unknown> = { ...resolveOptions(given) };
  const notes: string[] = [];
  let attached = true;
  let regions = 0;
  const moult: Moult = {
    plan: "generational",
    get heap(): never {
      throw new MoultError("no-tools", "a collector that is none has no heap");
    },
    get attached() {
      return attached;
    },
    collect: (generation = 2) => {
      notes.push(`collect ${generation}`);
      return 0;
    },
    step: (budget, options) => {
      notes.push(`step ${budget} ${options?.ifDue}`);
      return STEP;
    },
    collectWhenIdle: () => Promise.reject(new Error("not from Python")),
    noGc: () => {
      const region = ++regions;
      notes.push(`begin ${region}`);
      const end = () => void notes.push(`end ${region}`);
      return { end, [Symbol.dispose]: end };
    },
    stats: () => STATS,
    collectBridges: () => Promise.reject(new Error("no bridge in a fake")),
    bridgeStats: () => undefined,
    allocatorStats: () => undefined,
    memoryReport: () => REPORT,
    addMemoryPressure: (bytes) => {
      notes.push(`pressure ${bytes}`);
      return Math.max(0, bytes);
    },
    on: () => () => {},
    detach: () => {
      notes.push("detach");
      attached = false;
      return true;
    },
    prepareSnapshot: () => {},
    [Symbol.dispose]: () => void moult.detach(),
  };
  const setters = {
    memoryLimit: (size: number | string) => {
      notes.push(`memoryLimit = ${size}`);
      options.memoryLimit = size;
    },
    verify: (level: VerifyLevel) => {
      notes.push(`verify = ${level}`);
      options.verify = level;
    },
  };
  return {
    moult,
    backend: createBackend({
      moult,
      version: "1.2.3",
      options: () => options,
      setters,
      hasHeap: false,
      heap: () => moult.heap,
    }),
    notes,
  };
}
