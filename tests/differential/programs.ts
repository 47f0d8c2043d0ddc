/** Random programs, run in an interpreter each of CPython's own collector and of Moult's, and judged. */
import type { MoultOptions } from "../../src/api.js";
import { addModules, type HostPyodide, SUBJECTS, type Subject, start } from "../corpus/subjects.js";
import { judgeAutomatic, judgeManual, type Logs } from "./judge.js";

/** A program: its statements, and how its collections come. */
export interface Program {
  readonly statements: readonly string[];
  /** Thresholds of the generations; null: only when it asks for them. */
  readonly thresholds: readonly [number, number] | null;
}

/** What came of one program. */
export interface Verdict {
  readonly collections: number;
  /** What was wrong; undefined: nothing. */
  readonly problem: string | undefined;
}

/** What is tried: everything that is attached, by the host that it is attached to. */
export function subjectsByHost(text: string): Map<string, Subject[]> {
  const found = new Map<string, Subject[]>();
  for (const subject of SUBJECTS) {
    if (subject.options === undefined || !subject.name.includes(text)) continue;
    found.set(subject.host, [...(found.get(subject.host) ?? []), subject]);
  }
  return found;
}

/** A host without Moult, and with each of some collectors. */
export class Trial {
  readonly #stock: Interpreter;
  readonly #attached: readonly (readonly [Subject, Interpreter])[];

  private constructor(stock: Interpreter, attached: readonly (readonly [Subject, Interpreter])[]) {
    this.#stock = stock;
    this.#attached = attached;
  }

  static async open(subjects: readonly Subject[], options: MoultOptions): Promise<Trial> {
    const stock = { name: "stock", host: subjects[0]!.host, limits: {} };
    const attached = subjects.map(
      async (subject) => [subject, await Interpreter.open(subject, options)] as const,
    );
    return new Trial(await Interpreter.open(stock, {}), await Promise.all(attached));
  }

  /** The same program for the same seed and number. */
  make(seed: number, number: number, length: number): Program {
    const id = seed * 1_000_003 + number;
    const isManual = number % 4 === 0;
    const thresholds = [1 + ((id * 7919) % 60), 1 + ((id * 104_729) % 12)] as const;
    return {
      statements: this.#stock.make(id, length, isManual),
      thresholds: isManual ? null : thresholds,
    };
  }

  /** Runs a program under each collector; the verdicts, by name. */
  run(program: Program): Map<string, Verdict> {
    const judge = this.#judge(program);
    return new Map(
      this.#attached.map(([{ name }, interpreter]) => {
        const logs = interpreter.run(program, program.thresholds === null ? "manual" : "automatic");
        return [
          name,
          typeof logs === "string"
            ? { collections: 0, problem: logs }
            : { collections: logs.collections, problem: judge(logs) },
        ];
      }),
    );
  }

  #judge(program: Program): (run: Logs) => string | undefined {
    const stock = (mode: Mode): Logs => {
      const logs = this.#stock.run(program, mode);
      if (typeof logs === "string") throw new Error(`CPython's own collector: ${logs}`);
      return logs;
    };
    if (program.thresholds === null) {
      const manual = stock("manual");
      return (run) => judgeManual(manual, run);
    }
    const [earliest, latest] = [stock("earliest"), stock("latest")];
    return (run) => judgeAutomatic(earliest, latest, run);
  }
}

type Mode = "manual" | "earliest" | "latest" | "automatic";

/** One interpreter with the driver in it. */
class Interpreter {
  readonly #pyodide: HostPyodide;

  private constructor(pyodide: HostPyodide) {
    this.#pyodide = pyodide;
  }

  static async open(subject: Subject, options: MoultOptions): Promise<Interpreter> {
    const pyodide = await start(subject, options);
    addModules(pyodide, "tests/differential/python");
    pyodide.runPython("import program_run");
    return new Interpreter(pyodide);
  }

  make(id: number, length: number, isManual: boolean): string[] {
    const flag = isManual ? "True" : "False";
    return JSON.parse(this.#pyodide.runPython(`program_run.make(${id}, ${length}, ${flag})`) as string);
  }

  /** The logs, or what ended the run. */
  run({ statements, thresholds }: Program, mode: Mode): Logs | string {
    const text = JSON.stringify(JSON.stringify(statements));
    const limits = thresholds === null ? "(700, 10)" : `(${thresholds.join(", ")})`;
    try {
      return JSON.parse(this.#pyodide.runPython(`program_run.run(${text}, "${mode}", ${limits})`) as string);
    } catch (error) {
      return `crashed: ${String(error).trim().split("\n").at(-1)}`;
    }
  }
}
