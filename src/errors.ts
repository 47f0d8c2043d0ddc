/**
 * Every error that Moult throws on purpose. Each names the cause and, where there is one, the cure;
 * `code` is stable and meant for programs.
 */

/** Stable machine-readable reasons. */
export type MoultErrorCode =
  | "not-pyodide"
  | "pyodide-missing"
  | "unsupported-runtime"
  | "several-interpreters"
  | "already-attached"
  | "detached"
  | "no-steps"
  | "no-bridge"
  | "busy"
  | "pool-in-use"
  | "bad-option"
  | "sealed"
  | "out-of-memory"
  | "kernel-invalid"
  | "no-tools"
  | "no-object"
  | "bad-snapshot"
  | "fatal-trap"
  | "verify-mismatch";

/** Base class of all errors thrown by Moult. */
export class MoultError extends Error {
  readonly code: MoultErrorCode;

  constructor(code: MoultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** One fact about the runtime that did not come out as a known layout says. */
export interface LayoutDifference {
  /** What was probed, e.g. "list.items offset". */
  readonly probe: string;
  readonly expected: string;
  readonly found: string;
}

/** The CPython in this Pyodide is unknown, or contradicts the layout it claims to have. */
export class UnsupportedRuntimeError extends MoultError {
  readonly differences: readonly LayoutDifference[];

  constructor(message: string, differences: readonly LayoutDifference[]) {
    const lines = differences.map((d) => `\n  ${d.probe}: expected ${d.expected}, found ${d.found}`);
    super("unsupported-runtime", message + lines.join(""));
    this.differences = differences;
  }
}

/** An option has an unknown name or an impossible value. */
export class OptionError extends MoultError {
  constructor(message: string) {
    super("bad-option", message);
  }
}

/** A check of `verify` found the collector wrong; nothing was freed on its word. */
export class VerifyError extends MoultError {
  /** A dump of the object in question and its referrers. */
  readonly dump: string;

  constructor(message: string, dump: string) {
    super("verify-mismatch", `${message}\n${dump}`);
    this.dump = dump;
  }
}
