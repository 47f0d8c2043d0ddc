/**
 * One contract, many collectors: `contract(area, define)` runs the behaviours of an area against every
 * subject. An exemption says its reason in the test's own name: a test that can't be asked is skipped, and one
 * where stock 3.14.2 differs is run and must fail there, so that no difference is only claimed.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { open, type Runtime, SUBJECTS, type Subject } from "./runtimes.js";

/** Why a behaviour is not as usual. */
export interface Exemption {
  readonly kind: "cannot be asked" | "differs";
  readonly reason: string;
}

/** The exemption of a subject, if it has one. */
export type Exempt = (subject: Subject) => Exemption | undefined;

/** What the definition of an area gets to work with. */
export interface Contract {
  readonly subject: Subject;
  /** The subject's interpreter, shared by the area's tests; only inside a test. */
  readonly runtime: () => Runtime;
  /** `Runtime.run` of the shared interpreter. */
  readonly run: (source: string) => unknown;
  /** One behaviour. */
  readonly it: (name: string, body: () => void | Promise<void>, exempt?: Exempt) => void;
  /** One behaviour told as a Python program whose last expression has the value `expected`. */
  readonly program: (name: string, source: string, expected: unknown, exempt?: Exempt) => void;
}

/** The behaviour cannot be asked of subjects for which `reason` gives a text. */
export function skip(reason: (subject: Subject) => string | undefined): Exempt {
  return (subject) => {
    const text = reason(subject);
    return text === undefined ? undefined : { kind: "cannot be asked", reason: text };
  };
}

/** Stock 3.14.2, and so the builtin plan over it, behaves otherwise; `how` says in which way. */
export function exceptIncremental(how: string): Exempt {
  return ({ collector }) =>
    collector === "incremental" ? { kind: "differs", reason: `stock 3.14.2 ${how}` } : undefined;
}

/** The incremental plan of Moult behaves otherwise; `how` says in which way. */
export function exceptSlices(how: string, otherwise: Exempt = () => undefined): Exempt {
  return (subject) =>
    subject.plan === "incremental"
      ? { kind: "differs", reason: `the incremental plan ${how}` }
      : otherwise(subject);
}

/** Only for subjects with Moult attached. */
export const attachedOnly = skip(({ plan }) => (plan === "none" ? "Moult is not attached" : undefined));

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
  const it: Contract["it"] = (name, body, exempt) => {
    const exemption = exempt?.(subject);
    if (exemption === undefined) test(name, body);
    else if (exemption.kind === "differs") test.fails(`${name} (differs: ${exemption.reason})`, body);
    else test.skip(`${name} (skipped: ${exemption.reason})`, body);
  };
  const run: Contract["run"] = (source) => runtime().run(source);
  const program: Contract["program"] = (name, source, expected, exempt) =>
    it(name, () => expect(run(source)).toEqual(expected), exempt);
  define({ subject, runtime, run, it, program });
}
