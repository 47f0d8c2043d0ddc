/**
 * The table of options. The fields that `attach` takes, the flags of the command line, the `MOULT_*`
 * variables and docs/options.md are all made from it, so that they can't differ. It is checked against
 * the documented types `MoultOptions` and `CommandOptions` when it is compiled: an option that is missing
 * on one side, or has another type there, is a type error. What people read about them is in texts.ts.
 */
import type { MoultOptions } from "../api.js";
import {
  choice,
  file,
  heapTools,
  type Kind,
  level,
  milliseconds,
  size,
  toggle,
  wasmModule,
} from "./kinds.js";

/** What the command line takes beside `MoultOptions`: it decides what is shown, not what is collected. */
export interface CommandOptions {
  /** Which CPython runs the program. Default: "stock". */
  runtime?: "stock" | "traced";
  /** The file that gets a snapshot of the heap at the end. */
  snapshotOnExit?: string;
  /** The file that gets a snapshot of the heap when memory is exhausted. */
  snapshotOnOutOfMemory?: string;
  /** One line a collection on stderr. Default: false. */
  trace?: boolean;
  /** A summary on stderr at the end. Default: false. */
  report?: boolean;
  /** The file that gets the summary as JSON. */
  json?: string;
  /** The file that gets a timeline, as Chrome's trace events. */
  traceEvents?: string;
  /** The file that gets a page about the run. */
  reportHtml?: string;
  /** The file that gets metrics as Prometheus' text. */
  metrics?: string;
}

/** One option. */
export interface Option<T> {
  readonly kind: Kind<T>;
  /** Undefined: the option is off unless given. */
  readonly default: T | undefined;
  /** The flag without its argument, e.g. "--plan"; undefined: not on the command line. */
  readonly flag?: string;
  /** The environment variable; undefined: none. */
  readonly env?: `MOULT_${string}`;
  /** Python code may change it while it runs, unless the host sealed the options. */
  readonly changeable: boolean;
}

/** A table with exactly the fields of `O`, each with a kind of exactly its type. */
export type TableFor<O> = { readonly [N in keyof O]-?: Option<NonNullable<O[N]>> };

/** The options of `attach`. */
export const API_OPTIONS = {
  plan: {
    kind: choice("name", ["builtin", "generational", "incremental"]),
    default: "incremental",
    flag: "--plan",
    env: "MOULT_PLAN",
    changeable: false,
  },
  pauseGoal: {
    kind: milliseconds(),
    default: 1,
    flag: "--pause-goal",
    env: "MOULT_PAUSE_GOAL",
    changeable: false,
  },
  stress: {
    kind: toggle(),
    default: false,
    flag: "--stress",
    env: "MOULT_STRESS",
    changeable: false,
  },
  allocator: {
    kind: choice("name", ["pool", "system"]),
    default: "pool",
    flag: "--allocator",
    env: "MOULT_ALLOCATOR",
    changeable: false,
  },
  freezeAfterImports: {
    kind: toggle(),
    default: false,
    flag: "--freeze-after-imports",
    env: "MOULT_FREEZE_AFTER_IMPORTS",
    changeable: false,
  },
  memoryLimit: {
    kind: size(),
    default: undefined,
    flag: "--memory-limit",
    env: "MOULT_MEMORY_LIMIT",
    changeable: true,
  },
  bridge: {
    kind: choice("mode", ["auto", "off"]),
    default: "auto",
    flag: "--bridge",
    env: "MOULT_BRIDGE",
    changeable: false,
  },
  bridgeFinalizers: {
    kind: choice("rule", ["sound", "permissive"]),
    default: "sound",
    flag: "--bridge-finalizers",
    env: "MOULT_BRIDGE_FINALIZERS",
    changeable: false,
  },
  verify: {
    kind: level("level", [0, 1, 2, 3]),
    default: 0,
    flag: "--verify",
    env: "MOULT_VERIFY",
    changeable: true,
  },
  performanceEntries: {
    kind: toggle(),
    default: false,
    flag: "--performance-entries",
    env: "MOULT_PERFORMANCE_ENTRIES",
    changeable: false,
  },
  sealed: {
    kind: toggle(),
    default: false,
    flag: "--sealed",
    env: "MOULT_SEALED",
    changeable: false,
  },
  tools: {
    kind: heapTools(),
    default: "auto",
    flag: "--tools",
    env: "MOULT_TOOLS",
    changeable: false,
  },
  kernel: {
    kind: wasmModule(),
    default: undefined,
    changeable: false,
  },
} as const satisfies TableFor<MoultOptions>;

/** The options that only the command line has. */
export const COMMAND_OPTIONS = {
  runtime: {
    kind: choice("name", ["stock", "traced"]),
    default: "stock",
    flag: "--runtime",
    env: "MOULT_RUNTIME",
    changeable: false,
  },
  trace: {
    kind: toggle(),
    default: false,
    flag: "--trace",
    env: "MOULT_TRACE",
    changeable: false,
  },
  report: {
    kind: toggle(),
    default: false,
    flag: "--report",
    changeable: false,
  },
  json: {
    kind: file(),
    default: undefined,
    flag: "--json",
    changeable: false,
  },
  traceEvents: {
    kind: file(),
    default: undefined,
    flag: "--trace-events",
    changeable: false,
  },
  reportHtml: {
    kind: file(),
    default: undefined,
    flag: "--report-html",
    changeable: false,
  },
  metrics: {
    kind: file(),
    default: undefined,
    flag: "--metrics",
    changeable: false,
  },
  snapshotOnExit: {
    kind: file(),
    default: undefined,
    flag: "--snapshot-on-exit",
    changeable: false,
  },
  snapshotOnOutOfMemory: {
    kind: file(),
    default: undefined,
    flag: "--snapshot-on-out-of-memory",
    changeable: false,
  },
} as const satisfies TableFor<CommandOptions>;

/** Names of the options of `attach`. */
export type ApiOptionName = keyof typeof API_OPTIONS;

/** Names of the options that can change while Python runs. */
export type ChangeableName = {
  [N in ApiOptionName]: (typeof API_OPTIONS)[N]["changeable"] extends true ? N : never;
}[ApiOptionName];

/** Names of all options. */
export type OptionName = ApiOptionName | keyof typeof COMMAND_OPTIONS;

/** All options in the order in which they are documented. */
export function allOptions(): [OptionName, Option<unknown>][] {
  // Kind<T> is invariant on purpose; readers of the whole table hand back only values that `is` let pass.
  return Object.entries({ ...API_OPTIONS, ...COMMAND_OPTIONS }) as unknown as [OptionName, Option<unknown>][];
}
