/** Random heaps inside one Pyodide: runs batches, single heaps, and lists of operations. */
import type { MoultOptions } from "../../src/api.js";
import { addModules, type HostPyodide, type Subject, start } from "../corpus/subjects.js";

/** One thing that happens to a heap: its name and small numbers; `fuzz_ops.py` says which. */
export type Operation = [name: string, ...numbers: number[]];

/** What went wrong, and at which operation: -1 for none in particular. */
export interface Failure {
  readonly operation: number;
  readonly message: string;
}

/** What came of a batch. */
export interface BatchReport {
  /** Heaps that came to their end without a fault. */
  readonly heaps: number;
  readonly collections: number;
  /** Dict objects that CPython 3.13 forgot to track, tracked by the test so that their cycles could die. */
  readonly forgotten: number;
  readonly failure: (Failure & { readonly heap: number }) | null;
}

/** Which heaps: those numbered `first` up to `first + count` of the seed. */
export interface Batch {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly mutations: number;
  /** Freezes the interpreter's own objects first, which makes full collections short. */
  readonly freeze: boolean;
}

/** An interpreter with the driver in it. A failure may leave it broken: use another one then. */
export class Session {
  readonly #pyodide: HostPyodide;

  private constructor(pyodide: HostPyodide) {
    this.#pyodide = pyodide;
  }

  static async open(subject: Subject, options: MoultOptions = {}): Promise<Session> {
    return Session.on(await start(subject, options));
  }

  /** Puts the driver into an instance that is loaded, and perhaps sabotaged, already. */
  static on(pyodide: HostPyodide): Session {
    addModules(pyodide, "tests/fuzz/python");
    pyodide.runPython("import fuzz_run");
    return new Session(pyodide);
  }

  run({ seed, first, count, mutations, freeze }: Batch): BatchReport {
    const flag = freeze ? "True" : "False";
    return this.#call(`run(${seed}, ${first}, ${count}, ${mutations}, ${flag})`) as BatchReport;
  }

  operations(seed: number, heap: number, mutations: number): Operation[] {
    return this.#call(`operations_of(${seed}, ${heap}, ${mutations})`) as Operation[];
  }

  /** Runs one heap; a crash of the interpreter is a failure like any other. */
  runOperations(operations: readonly Operation[]): Failure | null {
    try {
      return (this.#call(`run_operations(${quote(operations)})`) as { failure: Failure | null }).failure;
    } catch (error) {
      return { operation: -1, message: `crashed: ${firstLine(error)}` };
    }
  }

  /** The operations for people to read, one line each. */
  describe(operations: readonly Operation[]): string {
    return this.#pyodide.runPython(`fuzz_run.describe(${quote(operations)})`) as string;
  }

  #call(expression: string): unknown {
    return JSON.parse(this.#pyodide.runPython(`fuzz_run.${expression}`) as string);
  }
}

/** The first line of an error that says something. */
export function firstLine(error: unknown): string {
  const lines = String(error).trim().split("\n");
  return (lines[0]?.startsWith("PythonError") ? lines.at(-1) : lines[0]) ?? "";
}

function quote(operations: readonly Operation[]): string {
  return JSON.stringify(JSON.stringify(operations));
}
