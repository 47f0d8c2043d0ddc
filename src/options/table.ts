/**
 * The table of options. The fields that `attach` takes, the flags of the command line, the `MOULT_*`
 * variables and docs/options.md are all made from it and from that of the command line (all.ts), so that they can't differ.
 * It is checked against the documented type `MoultOptions` when it is compiled: an option that is missing
 * on one side, or has another type there, is a type error. What people read about them is in texts.ts.
 */
import type { MoultOptions } from "../api.js";
import { choice, heapTools, type Kind, level, milliseconds, size, toggle, wasmModule } from "./kinds.js";

/** One option. */
export interface Option<T> {
  readonly kind: Kind<T>;
  /** Undefined: the option is off unless given. */
  readonly default: T | undefined;
  /** Python code may change it while it runs, unless the host sealed the options. */
  readonly changeable?: boolean;
}

/** A table with exactly the fields of `O`, each with a kind of exactly its type. */
export type TableFor<O> = { readonly [N in keyof O]-?: Option<NonNullable<O[N]>> };

/** The options of `attach`. */
export const API_OPTIONS = {
  plan: { kind: choice(["builtin", "generational", "incremental"]), default: "incremental" },
  pauseGoal: { kind: milliseconds(), default: 1 },
  stress: { kind: toggle(), default: false },
  allocator: { kind: choice(["pool", "system"]), default: "pool" },
  freezeAfterImports: { kind: toggle(), default: false },
  memoryLimit: { kind: size(), default: undefined, changeable: true },
  bridge: { kind: choice(["auto", "off"]), default: "auto" },
  bridgeFinalizers: { kind: choice(["sound", "permissive"]), default: "sound" },
  verify: { kind: level([0, 1, 2, 3]), default: 0, changeable: true },
  performanceEntries: { kind: toggle(), default: false },
  sealed: { kind: toggle(), default: false },
  tools: { kind: heapTools(), default: "auto" },
  kernel: { kind: wasmModule(), default: undefined },
} as const satisfies TableFor<MoultOptions>;

/** Names of the options that only the command line has; what they are is in command.ts, which a browser need not load. */
export const COMMAND_NAMES = [
  "runtime",
  "trace",
  "report",
  "json",
  "traceEvents",
  "reportHtml",
  "metrics",
  "snapshotOnExit",
  "snapshotOnOutOfMemory",
] as const;

/** Names of the options of `attach`. */
export type ApiOptionName = keyof typeof API_OPTIONS;

/** Names of the options that can change while Python runs. */
export type ChangeableName = {
  [N in ApiOptionName]: (typeof API_OPTIONS)[N] extends { changeable: true } ? N : never;
}[ApiOptionName];
