/**
 * What the Python module may do. When the options are sealed, the actions that change something are not
 * there at all: nothing in Python's reach could be talked into them.
 */
import type {
  CollectorName,
  MemoryReport,
  Moult,
  MoultOptions,
  MoultStats,
  NoGcRegion,
  StepResult,
} from "../api.js";
import { OptionError } from "../errors.js";
import { prometheusText } from "../events/prometheus.js";
import { API_OPTIONS, type ApiOptionName, type ChangeableName, checkName, checkValue } from "../options.js";

/** Options as Python code sees them. */
export type PythonOptions = Readonly<Record<string, string | number | boolean>>;

/** The actions behind `import moult`. */
export interface PythonBackend {
  readonly version: string;
  readonly plan: CollectorName;
  attached(): boolean;
  /** The options in force. */
  options(): PythonOptions;
  stats(): MoultStats;
  /** The statistics as Prometheus' text. */
  metrics(): string;
  /** As `Moult.step`; `ms` undefined: as long as the plan thinks right. */
  step(ms: number | undefined, ifDue: boolean): StepResult;
  /** As `Moult.noGc`; the number stands for the region. Sealed or not: gc.disable() can do as much. */
  beginNoGc(): number;
  /** Ends a region that Python began; another number does nothing. */
  endNoGc(region: number): void;
  /** The heap tools are loaded. */
  readonly hasHeap: boolean;
  /** The side of the heap tools towards Python; throws a MoultError where they are not loaded. */
  heap(): object;
  memoryReport(): MemoryReport;
  /** As `Moult.addMemoryPressure`. */
  addMemoryPressure(bytes: number): number;
  /** Changes an option; throws an `OptionError`. Absent when sealed. */
  readonly setOption?: (name: string, value: unknown) => void;
  /** As `Moult.detach`. Absent when sealed. */
  readonly detach?: () => boolean;
}

/** Puts new values in force: one function for each option that the table calls changeable. */
export type Setters = {
  readonly [N in ChangeableName]: (value: NonNullable<MoultOptions[N]>) => void;
};

/** What the backend is made of. */
export interface BackendParts {
  readonly moult: Moult;
  readonly version: string;
  /** The options in force; read at each call, since some change. */
  options(): { readonly [N in ApiOptionName]: unknown };
  readonly setters: Setters;
  readonly hasHeap: boolean;
  heap(): object;
}

/** The backend of an attached collector. Whether it is sealed is decided here, once. */
export function createBackend({
  moult,
  version,
  options,
  setters,
  hasHeap,
  heap,
}: BackendParts): PythonBackend {
  const regions = new Map<number, NoGcRegion>();
  let lastRegion = 0;
  const reading: PythonBackend = {
    version,
    plan: moult.plan,
    attached: () => moult.attached,
    options: () => plain(options()),
    stats: () => moult.stats(),
    metrics: () => prometheusText(moult.stats(), { bridge: moult.bridgeStats() }),
    step: (ms, ifDue) => moult.step(ms, { ifDue }),
    beginNoGc: () => {
      regions.set(++lastRegion, moult.noGc());
      return lastRegion;
    },
    endNoGc: (region) => {
      regions.get(region)?.end();
      regions.delete(region);
    },
    hasHeap,
    heap,
    memoryReport: () => moult.memoryReport(),
    addMemoryPressure: (bytes) => moult.addMemoryPressure(bytes),
  };
  if (options().sealed === true) return Object.freeze(reading);
  const setOption = (name: string, value: unknown) => {
    checkName(name);
    if (!isChangeable(name)) {
      const those = Object.keys(setters).join(", ");
      throw new OptionError(`option "${name}" can't change any more; those that can: ${those}`);
    }
    checkValue(name, value);
    (setters[name] as (value: unknown) => void)(value);
  };
  return Object.freeze({ ...reading, setOption, detach: () => moult.detach() });
}

function isChangeable(name: ApiOptionName): name is ChangeableName {
  return "changeable" in API_OPTIONS[name];
}

/** Only what has a Python value of its own: a kernel module is none of Python's business. */
function plain(options: Readonly<Record<string, unknown>>): PythonOptions {
  const isPlain = ([, value]: [string, unknown]) => ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(Object.entries(options).filter(isPlain)) as PythonOptions;
}
