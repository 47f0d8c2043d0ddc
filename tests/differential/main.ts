/** The command line of the random programs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MoultOptions } from "../../src/api.js";
import { projectRoot } from "../corpus/cases.js";
import type { Subject } from "../corpus/subjects.js";
import { number, withKernel } from "../fuzz/arguments.js";
import { shrink } from "../fuzz/shrink.js";
import { type Program, subjectsByHost, Trial } from "./programs.js";

const HELP = `Random programs under CPython's own collector and under Moult: what they log must be what Python allows.

Usage: npm run test:differential -- [options]

  --programs N      how many programs for each host (default 2000)
  --collections N   go on until there were so many collections in all, over all collectors
  --seed N          which programs; the same seed gives the same (default: from the clock)
  --first N         number of the first program (default 0)
  --length N        statements of a program (default 60)
  --subject TEXT    only collectors whose name contains TEXT (default all)
  --attempts N      runs spent on shortening a failure (default 100)
  --kernel FILE     give Moult this kernel, e.g. one of build/sabotage/
  --repro FILE      run the program in FILE and nothing else
  --no-corpus       don't write failures into tests/differential/found/, from which tests run them
  -h, --help

Exit code: 0 no failure, 1 a failure, 2 wrong usage.

Examples:
  npm run test:differential -- --programs 500 --seed 1 --subject "incremental on 3.14"
  npm run test:differential -- --collections 1000000
  npm run test:differential -- --kernel build/sabotage/skips-visit.wasm --no-corpus
`;

const FOUND = join(projectRoot(), "tests/differential/found");

/** A program that failed, as it is kept. */
export interface Repro extends Program {
  readonly subject: string;
  readonly problem: string;
}

interface Plan {
  readonly seed: number;
  readonly first: number;
  readonly programs: number;
  readonly collections: number;
  readonly length: number;
  readonly attempts: number;
  readonly keep: boolean;
  readonly options: MoultOptions;
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Runs the command; the exit code. */
export async function main(argv: string[]): Promise<number> {
  const options = {
    programs: { type: "string", default: "2000" },
    collections: { type: "string", default: "0" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    first: { type: "string", default: "0" },
    length: { type: "string", default: "60" },
    attempts: { type: "string", default: "100" },
    subject: { type: "string", default: "" },
    kernel: { type: "string" },
    repro: { type: "string" },
    "no-corpus": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: argv, options });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const kernel = await withKernel(values.kernel);
    if (values.repro !== undefined) return await reproduce(values.repro, kernel);
    const hosts = subjectsByHost(values.subject);
    if (hosts.size === 0) throw new TypeError(`no collector's name contains "${values.subject}"`);
    return await differ([...hosts.values()], {
      seed: number("seed", values.seed),
      first: number("first", values.first),
      programs: number("programs", values.programs),
      collections: number("collections", values.collections),
      length: number("length", values.length),
      attempts: number("attempts", values.attempts),
      keep: !values["no-corpus"],
      options: kernel,
    });
  } catch (error) {
    if (!(error instanceof TypeError) && (error as { code?: string }).code !== "ENOENT") throw error;
    say(`test:differential: ${(error as Error).message}; see --help`);
    return 2;
  }
}

/** Programs in turns on each host, until there were enough; 1 when one failed. */
async function differ(hosts: readonly (readonly Subject[])[], plan: Plan): Promise<number> {
  const trials = await Promise.all(hosts.map((subjects) => Trial.open(subjects, plan.options)));
  const started = performance.now();
  const counts = new Map<string, number>();
  const total = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  let done = 0;
  for (; done < plan.programs || total() < plan.collections; done++) {
    for (const [i, trial] of trials.entries()) {
      const program = trial.make(plan.seed, plan.first + done, plan.length);
      for (const [name, { collections, problem }] of trial.run(program)) {
        counts.set(name, (counts.get(name) ?? 0) + collections);
        if (problem === undefined) continue;
        process.stdout.write(`FAIL ${name}: seed ${plan.seed}, program ${plan.first + done}: ${problem}\n`);
        const subject = hosts[i]!.find((one) => one.name === name)!;
        await explain(subject, program, problem, `${plan.seed}-${plan.first + done}`, plan);
        return 1;
      }
    }
    if ((done + 1) % 500 === 0) say(`  ${done + 1} programs a host, ${total()} collections`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  for (const [name, collections] of counts)
    process.stdout.write(`ok   ${name}: ${done} programs, ${collections} collections\n`);
  process.stdout.write(
    `${done * hosts.length} programs of seed ${plan.seed}, ${total()} collections, no difference, ${seconds} s\n`,
  );
  return 0;
}

/** Shortens a program that fails, each attempt in fresh interpreters, and keeps it for the tests. */
async function explain(
  subject: Subject,
  program: Program,
  problem: string,
  id: string,
  { attempts, keep, options }: Plan,
): Promise<void> {
  const problemOf = async (statements: readonly string[]): Promise<string | undefined> => {
    const trial = await Trial.open([subject], options);
    return trial.run({ ...program, statements }).get(subject.name)?.problem;
  };
  let { statements } = program;
  if ((await problemOf(statements)) === undefined) {
    say("  alone this program does not fail: run it after the ones before it, with --seed and --first");
  } else {
    statements = await shrink(
      statements,
      async (fewer) => (await problemOf(fewer)) !== undefined,
      attempts,
      (progress) => {
        if (progress.attempts % 10 === 0)
          say(`  shortening: ${progress.length} statements after ${progress.attempts} attempts`);
      },
    );
  }
  for (const statement of statements) process.stdout.write(`  ${statement}\n`);
  const repro: Repro = {
    subject: subject.name,
    problem: (await problemOf(statements)) ?? problem,
    thresholds: program.thresholds,
    statements,
  };
  process.stdout.write(`${repro.problem}\n`);
  const directory = keep ? FOUND : join(projectRoot(), "build/differential");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${id}.json`);
  writeFileSync(file, `${JSON.stringify(repro, undefined, 2)}\n`);
  process.stdout.write(`run it again: npm run test:differential -- --repro ${file}\n`);
}

async function reproduce(file: string, options: MoultOptions): Promise<number> {
  const repro = JSON.parse(readFileSync(file, "utf8")) as Repro;
  const [subjects] = [...subjectsByHost(repro.subject).values()];
  if (subjects === undefined)
    throw new TypeError(`${file}: there is no collector "${repro.subject}" any more`);
  const verdict = (await Trial.open(subjects, options)).run(repro).get(repro.subject);
  process.stdout.write(
    verdict?.problem === undefined ? "ok   it does not fail any more\n" : `FAIL ${verdict.problem}\n`,
  );
  return verdict?.problem === undefined ? 0 : 1;
}
