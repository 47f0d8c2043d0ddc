/** What the main thread tells the Python thread at its start, and the messages between them. */
import type { MoultOptions } from "../../api.js";

/** What `moult run` asks of the thread that runs Python. */
export interface RunRequest {
  /** Directory of the `pyodide` package, or of what was made of it, as a path. */
  readonly pyodideDirectory: string;
  /** Its CPython was rewritten, and needs the collector that belongs to that. */
  readonly traced: boolean;
  /** What `sys.executable` says; CPython's own messages begin with it. */
  readonly executable: string;
  /** Arguments of the Python interpreter: flags, then a script, `-m module`, `-c code` or `-`, then its own. */
  readonly pythonArguments: readonly string[];
  /** Write .pyc files? */
  readonly writeBytecode: boolean;
  /** Warning filters as of `-W`, in order. */
  readonly warningFilters: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly collector: MoultOptions;
  /** A line on stderr for every collection. */
  readonly trace: boolean;
  /** A summary on stderr at exit. */
  readonly report: boolean;
  /** What the program is called where people read about it. */
  readonly program: string;
  readonly files: OutputFiles;
}

/** Files to write, as paths; null: none. */
export interface OutputFiles {
  /** The summary as JSON. */
  readonly json: string | null;
  /** Chrome's trace events. */
  readonly traceEvents: string | null;
  /** A page about the run. */
  readonly reportHtml: string | null;
  /** Prometheus' text. */
  readonly metrics: string | null;
  /** Snapshots of the heap: at the end, and when memory is exhausted. */
  readonly snapshotOnExit: string | null;
  readonly snapshotOnOutOfMemory: string | null;
}

/** `workerData` of the Python thread. */
export interface WorkerStart {
  readonly request: RunRequest;
  readonly memory: SharedArrayBuffer;
}

/** From the Python thread: it wants input, or it has ended with an exit status. */
export type WorkerMessage =
  | { readonly type: "input"; readonly bytes: number }
  | { readonly type: "exit"; readonly status: number };
