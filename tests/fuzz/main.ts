/** The command line of the random heaps. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MoultOptions } from "../../src/api.js";
import { projectRoot } from "../corpus/cases.js";
import { SUBJECTS, type Subject } from "../corpus/subjects.js";
import { number, withKernel } from "./arguments.js";
import { type Batch, type BatchReport, firstLine, type Operation, Session } from "./session.js";
import { shrink } from "./shrink.js";

const HELP = `Random heaps against a model that knows what may die and what must.

Usage: npm run test:fuzz -- [options]

  --heaps N       how many heaps for each collector (default 10000)
  --seed N        which heaps; the same seed gives the same (default: from the clock)
  --first N       number of the first heap (default 0)
  --mutations N   operations after the first nodes of each heap (default 50)
  --subject TEXT  only collectors whose name contains TEXT (default all)
  --attempts N    runs spent on shortening a failure (default 100)
  --no-freeze     let collections examine the interpreter's own objects too: slow
  --kernel FILE   give Moult this kernel, e.g. one of build/sabotage/
  --repro FILE    run the operations in FILE, which an earlier failure wrote, and nothing else
  --list          print the names of the collectors
  --help

Exit code: 0 no failure, 1 a failure, 2 wrong usage.

Examples:
  npm run test:fuzz -- --heaps 200 --seed 1 --subject "generational on 3.14"
  npm run test:fuzz -- --kernel build/sabotage/forgets-finalizer.wasm --subject "generational on 3.14"
  npm run test:fuzz -- --repro build/fuzz/repro-1-1042.json
`;

/** Heaps a call into Python: long enough to be fast, short enough for progress. */
const BATCH = 50;

interface Repro {
  readonly subject: string;
  readonly kernel?: string;
  readonly seed: number;
  readonly heap: number;
  readonly mutations: number;
  readonly message: string;
  /** False: the heap fails only after the heaps before it, from `after` on. */
  readonly alone: boolean;
  readonly after: number;
  readonly operations: readonly Operation[];
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Runs the command; the exit code. */
export async function main(argv: string[]): Promise<number> {
  const options = {
    heaps: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    first: { type: "string", default: "0" },
    mutations: { type: "string", default: "50" },
    attempts: { type: "string", default: "100" },
    subject: { type: "string", default: "" },
    "no-freeze": { type: "boolean", default: false },
    repro: { type: "string" },
    kernel: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: argv, options });
    if (values.help) process.stdout.write(HELP);
    if (values.list) for (const { name } of SUBJECTS) process.stdout.write(`${name}\n`);
    if (values.help || values.list) return 0;
    if (values.repro !== undefined) return await reproduce(values.repro);
    const subjects = SUBJECTS.filter(({ name }) => name.includes(values.subject)).filter(
      ({ options }) => values.kernel === undefined || options !== undefined,
    );
    const attached = await withKernel(values.kernel);
    if (subjects.length === 0) throw new TypeError(`no collector's name contains "${values.subject}"`);
    const plan = {
      seed: number("seed", values.seed),
      first: number("first", values.first),
      count: number("heaps", values.heaps),
      mutations: number("mutations", values.mutations),
      freeze: !values["no-freeze"],
    };
    let failed = 0;
    for (const subject of subjects) {
      failed += (await fuzz(
        { subject, options: attached, kernel: values.kernel },
        plan,
        number("attempts", values.attempts),
      ))
        ? 0
        : 1;
    }
    return failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof TypeError) && (error as { code?: string }).code !== "ENOENT") throw error;
    say(`test:fuzz: ${(error as Error).message}; see --help`);
    return 2;
  }
}

/** What is tried: a collector, perhaps with a kernel from a file. */
interface Target {
  readonly subject: Subject;
  readonly options: MoultOptions;
  readonly kernel: string | undefined;
}

const open = ({ subject, options }: Target): Promise<Session> => Session.open(subject, options);

async function fuzz(target: Target, plan: Batch, attempts: number): Promise<boolean> {
  const { subject } = target;
  say(`${subject.name}: heaps ${plan.first} to ${plan.first + plan.count - 1} of seed ${plan.seed}`);
  let session = await open(target);
  let collections = 0;
  let forgotten = 0;
  const started = performance.now();
  for (let done = 0; done < plan.count; done += BATCH) {
    const batch = { ...plan, first: plan.first + done, count: Math.min(BATCH, plan.count - done) };
    let report: BatchReport;
    try {
      report = session.run(batch);
    } catch (error) {
      say(`  the interpreter crashed in heaps ${batch.first} to ${batch.first + batch.count - 1}`);
      session = await open(target);
      report = await findCrash(session, batch, firstLine(error));
    }
    if (report.failure) {
      await explain(target, batch, report.failure.heap, report.failure.message, attempts);
      return false;
    }
    collections += report.collections;
    forgotten += report.forgotten;
    if ((done + BATCH) % 1000 === 0) say(`  ${done + BATCH} heaps, ${collections} checked collections`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const excused = forgotten > 0 ? `, ${forgotten} dicts that CPython 3.13 forgot to track` : "";
  process.stdout.write(
    `ok   ${subject.name}: ${plan.count} heaps, ${collections} checked collections${excused}, ${seconds} s\n`,
  );
  return true;
}

/** The heap of a batch that crashes a fresh interpreter, one by one. */
async function findCrash(session: Session, batch: Batch, message: string): Promise<BatchReport> {
  const failed = (heap: number): BatchReport => ({
    heaps: heap - batch.first,
    collections: 0,
    forgotten: 0,
    failure: { heap, operation: -1, message: `crashed: ${message}` },
  });
  for (let heap = batch.first; heap < batch.first + batch.count; heap += 1) {
    try {
      const report = session.run({ ...batch, first: heap, count: 1 });
      if (report.failure) return report;
    } catch {
      return failed(heap);
    }
  }
  return failed(batch.first);
}

/** Says what went wrong, shortens it, and writes a file that reproduces it. */
async function explain(
  target: Target,
  batch: Batch,
  heap: number,
  message: string,
  attempts: number,
): Promise<void> {
  const { subject } = target;
  process.stdout.write(`FAIL ${subject.name}: seed ${batch.seed}, heap ${heap}: ${message}\n`);
  const all = (await open(target)).operations(batch.seed, heap, batch.mutations);
  const fails = async (operations: readonly Operation[]): Promise<boolean> =>
    (await open(target)).runOperations(operations) !== null;
  const alone = await fails(all);
  let operations: readonly Operation[] = all;
  if (alone) {
    operations = await shrink(all, fails, attempts, (p) => {
      if (p.attempts % 10 === 0) say(`  shortening: ${p.length} operations after ${p.attempts} attempts`);
    });
  } else {
    say(`  alone this heap does not fail: run it after others, --first ${batch.first} --heaps ${BATCH}`);
  }
  const fresh = await open(target);
  const last = alone ? (await open(target)).runOperations(operations) : null;
  process.stdout.write(`${fresh.describe(operations)}\n`);
  if (last) process.stdout.write(`at operation ${last.operation}: ${last.message}\n`);
  const repro: Repro = {
    subject: subject.name,
    ...(target.kernel === undefined ? {} : { kernel: target.kernel }),
    seed: batch.seed,
    heap,
    mutations: batch.mutations,
    message: last?.message ?? message,
    alone,
    after: batch.first,
    operations,
  };
  const directory = join(projectRoot(), "build/fuzz");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `repro-${batch.seed}-${heap}.json`);
  writeFileSync(file, `${JSON.stringify(repro)}\n`);
  process.stdout.write(`run it again: npm run test:fuzz -- --repro ${file}\n`);
}

async function reproduce(file: string): Promise<number> {
  const repro = JSON.parse(readFileSync(file, "utf8")) as Repro;
  const subject = SUBJECTS.find(({ name }) => name === repro.subject);
  if (!subject) throw new TypeError(`${file}: there is no collector "${repro.subject}" any more`);
  const session = await Session.open(subject, await withKernel(repro.kernel));
  process.stdout.write(`${session.describe(repro.operations)}\n`);
  const failure = repro.alone
    ? session.runOperations(repro.operations)
    : session.run({
        seed: repro.seed,
        first: repro.after,
        count: repro.heap - repro.after + 1,
        mutations: repro.mutations,
        freeze: true,
      }).failure;
  process.stdout.write(failure ? `FAIL ${failure.message}\n` : "ok   it does not fail any more\n");
  return failure ? 1 : 0;
}
