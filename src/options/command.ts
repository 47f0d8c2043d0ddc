/** The options that only the command line has. Their types and their table are checked against each other, as in table.ts. */
import { choice, file, toggle } from "./kinds.js";
import type { COMMAND_NAMES, TableFor } from "./table.js";

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

/** The options that only the command line has. */
export const COMMAND_OPTIONS = {
  runtime: { kind: choice(["stock", "traced"]), default: "stock" },
  trace: { kind: toggle(), default: false },
  report: { kind: toggle(), default: false },
  json: { kind: file(), default: undefined },
  traceEvents: { kind: file(), default: undefined },
  reportHtml: { kind: file(), default: undefined },
  metrics: { kind: file(), default: undefined },
  snapshotOnExit: { kind: file(), default: undefined },
  snapshotOnOutOfMemory: { kind: file(), default: undefined },
} as const satisfies TableFor<CommandOptions> & Record<(typeof COMMAND_NAMES)[number], unknown>;
