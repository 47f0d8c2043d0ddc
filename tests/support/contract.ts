/**
 * One contract, many collectors: `contract(area, define)` runs the behaviours of an area against every
 * subject. A behaviour that a subject cannot have is skipped, with the reason in the test's own name.
 */
import { beforeAll, chai, describe, expect, test } from "vitest";
import { open, type Runtime, SUBJECTS, type Subject } from "./runtimes.js";

// A difference between two collectors is only of use in full.
chai.config.truncateThreshold = 0;

/** Why a behaviour is not asked of some subjects: a reason, or undefined where it is. */
export type Skip = (subject: Subject) => string | undefined;

/** What the definition of an area gets to work with. */
export interface Contract {
  readonly subject: Subject;
  /** The subject's interpreter, shared by the area's tests; only inside a test. */
  readonly runtime: () => Runtime;
  /** `Runtime.run` of the shared interpreter. */
  readonly run: (source: string) => unknown;
  /** One behaviour. */
  readonly it: (name: string, body: () => void | Promise<void>, skip?: Skip) => void;
  /** One behaviour told as a Python program whose last expression has the value `expected`. */
  readonly program: (name: string, source: string, expected: unknown, skip?: Skip) => void;
}

/** Stock 3.14.2 and the builtin plan over it behave otherwise; `how` says in which way. */
export function exceptIncremental(how: string): Skip {
  return (subject) => (subject.collector === "incremental" ? `stock 3.14.2 ${how}` : undefined);
}

/** Only for subjects with Moult attached. */
export const attachedOnly: Skip = (subject) =>
  subject.plan === "none" ? "Moult is not attached" : undefined;

/** The first reason that applies. */
export function anyOf(...skips: readonly Skip[]): Skip {
  return (subject) => skips.map((skip) => skip(subject)).find((reason) => reason !== undefined);
}

// The areas of one file share an interpreter for each subject: loading one costs more than a file's tests.
const opened = new Map<Subject, Promise<Runtime>>();

function openOnce(subject: Subject): Promise<Runtime> {
  const runtime = opened.get(subject) ?? open(subject);
  opened.set(subject, runtime);
  return runtime;
}

/** Runs `define` once for each subject. */
export function contract(area: string, define: (contract: Contract) => void): void {
  for (const subject of SUBJECTS) describe(`${area} | ${subject.name}`, () => defineFor(subject, define));
}

function defineFor(subject: Subject, define: (contract: Contract) => void): void {
  let shared: Runtime | undefined;
  beforeAll(async () => {
    shared = await openOnce(subject);
  });
  const runtime = (): Runtime => {
    if (shared === undefined) throw new Error("the interpreter is only there inside a test");
    return shared;
  };
  const it: Contract["it"] = (name, body, skip) => {
    const reason = skip?.(subject);
    if (reason === undefined) test(name, body);
    else test.skip(`${name} (skipped: ${reason})`, body);
  };
  const run: Contract["run"] = (source) => runtime().run(source);
  const program: Contract["program"] = (name, source, expected, skip) =>
    it(name, () => expect(run(source)).toEqual(expected), skip);
  define({ subject, runtime, run, it, program });
}
