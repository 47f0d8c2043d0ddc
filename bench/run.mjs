/**
 * npm run bench: all benchmarks, side by side, in one run.
 *
 * Promises: nothing but Markdown on stdout; progress on stderr; the JSON file is written after every
 * program, so that an interrupted run loses nothing. Exit code 0, 1 when a program failed or gave a wrong
 * result, 2 for a wrong command line, 130 when interrupted. Never 1 for a time.
 */
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { positive } from "./arguments.mjs";
import { COLUMN_NAMES, chooseColumns, GROUPS } from "./columns.mjs";
import { describeMachine, machineLine } from "./machine.mjs";
import { allPrograms, choosePrograms } from "./programs.mjs";
import { measureProgram } from "./schedule.mjs";
import { attachTimes, memoryOf, summarise } from "./summary.mjs";
import { renderTables } from "./table.mjs";

const EXAMPLES = `
Examples:
  npm run bench                                   all of the group speed, five runs: 20 to 30 minutes
  npm run bench -- --pauses                       all of the group pauses: latencies, garbage and memory
  npm run bench -- plain_heap mixed_heap          two programs
  npm run bench -- --quick --json quick.json      two runs each; raw figures in a file
  npm run bench -- gcbench --columns built-in,again,moult
  npm run bench -- pause --columns off,moult,incremental
  npm run bench -- --pauses --scale 0.02 --quick  does it all work? figures mean nothing
  npm run bench -- --canary ../before/dist/index.js    another build beside this one
  npm run bench -- traced                         what reference counting costs CPython; see its own --help
  npm run bench -- dirty-pages                    pages that reading a frozen heap writes to; see its own --help

Columns, unless --columns says otherwise:
  group speed     ${GROUPS.speed.join(", ")}
  group pauses    ${GROUPS.pauses.join(", ")}
  moult and incremental are Moult with the plans generational and incremental, off is gc.disable(), tuned the
  best of several settings of the built-in collector, again the built-in one once more, shown as noise

Environment:
  MOULT_BENCH_PYTHON  the native interpreter to compare with (default: the first of python3.14,
                      python3.13 and python3 that runs)`;

const DEFAULT_RUNS = 5;
const QUICK_RUNS = 2;
/** Benchmarks with a command line of their own. */
const OTHERS = ["traced", "dirty-pages"];
const GROUP_NAMES = /** @type {const} */ (["speed", "pauses"]);

/** @param {string} text */
function fraction(text) {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("a number above 0, at most 1");
  return value;
}

/** @param {string} text */
function columnList(text) {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!COLUMN_NAMES.includes(name)) {
      throw new InvalidArgumentError(`no column "${name}"; there are: ${COLUMN_NAMES.join(", ")}`);
    }
  }
  return names;
}

const command = new Command("npm run bench --")
  .description(
    "Runs the benchmarks under CPython's own collector and under Moult, in turns, in fresh processes.",
  )
  .argument("[name...]", "programs to run (default: all of a group)")
  .option("--pauses", "the group pauses instead of the group speed, when no programs are named")
  .option("--runs <n>", `processes per program and column (default: ${DEFAULT_RUNS})`, positive)
  .option("--quick", `${QUICK_RUNS} runs, and one tuning of the built-in collector instead of the best`)
  .option("--columns <list>", `comma-separated, from: ${COLUMN_NAMES.join(", ")}`, columnList)
  .option(
    "--scale <part>",
    "do only this part of the work, where programs can: for trying things out",
    fraction,
  )
  .option("--json <file>", "write every run and the summary there")
  .option("--moult <file>", "the module whose attach() the column moult uses (default: dist/index.js)")
  .option("--canary <file>", "another such module, for the column canary")
  .option("--list", "print the programs and what they measure")
  .addHelpText("after", EXAMPLES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** @param {unknown} error @returns {never} */
function refuse(error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}

async function main() {
  const own = OTHERS.find((name) => name === process.argv[2]);
  if (own !== undefined) {
    process.argv.splice(2, 1);
    await import(`./${own}.mjs`);
    return 0;
  }
  command.parse();
  const options = command.opts();
  if (options.list) {
    for (const { name, group, title } of allPrograms()) {
      process.stdout.write(`${name.padEnd(18)}${group.padEnd(8)}${title}\n`);
    }
    return 0;
  }
  const { programs, groups, notes } = prepare(options);
  if (options.scale !== undefined) process.env.MOULT_BENCH_SCALE = String(options.scale);
  const runs = options.runs ?? (options.quick ? QUICK_RUNS : DEFAULT_RUNS);
  const machine = describeMachine();

  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  const started = performance.now();
  /** @param {string} text */
  const progress = (text) => {
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    process.stderr.write(`[${results.length + 1}/${programs.length}, ${minutes} min] ${text}\n`);
  };

  /** @type {import("./schedule.mjs").ProgramResult[]} */
  const results = [];
  for (const program of programs) {
    const result = await measureProgram(program, groups[program.group], {
      runs,
      trials: !options.quick,
      signal: abort.signal,
      progress,
    });
    if (result.runs.length > 0) results.push(result);
    if (options.json) writeFileSync(options.json, toJson(results, groups, machine));
    if (abort.signal.aborted) break;
  }

  const failures = results.flatMap((result) =>
    [...result.trials, ...result.runs]
      .filter((run) => run.error !== null && !run.givenUp)
      .map((run) => ({ result, run })),
  );
  for (const { result, run } of abort.signal.aborted ? [] : failures) {
    process.stderr.write(
      `\n${result.program.name}, ${run.column}${run.tuning ? ` ${run.tuning}` : ""}: ${run.error}\n`,
    );
  }
  const ending = [
    ...(options.scale === undefined
      ? []
      : [`Only a part of the work (${options.scale}): no figures to publish.`]),
    ...(abort.signal.aborted ? ["Interrupted: some runs are missing."] : []),
  ];
  for (const group of GROUP_NAMES) {
    const own = results.filter((result) => result.program.group === group);
    if (own.length > 0) process.stdout.write(`${renderTables(own, groups[group], [])}\n`);
  }
  process.stdout.write(`${[...notes, machineLine(machine), ...ending].join("\n\n")}\n`);
  if (abort.signal.aborted) return 130;
  return failures.length === 0 ? 0 : 1;
}

/**
 * The programs to run, and for each group its columns.
 *
 * @param {import("commander").OptionValues} options
 */
function prepare(options) {
  try {
    if (options.pauses && command.args.length > 0) {
      throw new Error("--pauses chooses all programs of a group; leave it out, or the names");
    }
    const modules = { moult: options.moult ?? null, canary: options.canary ?? null };
    const programs = choosePrograms(command.args, options.pauses ? "pauses" : "speed");
    /** @param {import("./programs.mjs").Group} group */
    const columnsOf = (group) =>
      programs.some((program) => program.group === group)
        ? chooseColumns(options.columns ?? GROUPS[group], modules)
        : { columns: [], notes: [] };
    const [speed, pauses] = [columnsOf("speed"), columnsOf("pauses")];
    const notes = [...new Set([...speed.notes, ...pauses.notes])];
    return { programs, groups: { speed: speed.columns, pauses: pauses.columns }, notes };
  } catch (error) {
    return refuse(error);
  }
}

/**
 * @param {readonly import("./schedule.mjs").ProgramResult[]} results
 * @param {Record<import("./programs.mjs").Group, readonly import("./columns.mjs").Column[]>} groups
 * @param {import("./machine.mjs").Machine} machine
 */
function toJson(results, groups, machine) {
  const programs = results.map((result) => ({
    name: result.program.name,
    title: result.program.title,
    group: result.program.group,
    tuning: result.tuning,
    rows: summarise(result),
    memoryBytes: memoryOf(result),
    trials: result.trials,
    runs: result.runs,
  }));
  const file = {
    schema: 2,
    date: new Date().toISOString(),
    machine,
    columns: groups,
    attachMs: attachTimes(results),
    programs,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

process.exitCode = await main();
