/**
 * npm run bench: all benchmarks, side by side, in one run.
 *
 * Promises: nothing but Markdown on stdout; progress on stderr; the JSON file is written after every
 * program, so that an interrupted run loses nothing. Exit code 0, 1 when a program failed or gave a wrong
 * result, 2 for a wrong command line, 130 when interrupted. Never 1 for a time.
 */
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { COLUMN_NAMES, chooseColumns } from "./columns.mjs";
import { describeMachine, machineLine } from "./machine.mjs";
import { allPrograms, choosePrograms } from "./programs.mjs";
import { measureProgram } from "./schedule.mjs";
import { attachTimes, memoryOf, summarise } from "./summary.mjs";
import { renderTables } from "./table.mjs";

const EXAMPLES = `
Examples:
  npm run bench                                   everything, five runs: 20 to 30 minutes
  npm run bench -- plain_heap mixed_heap          two programs
  npm run bench -- --quick --json quick.json      two runs each; raw figures in a file
  npm run bench -- gcbench --columns built-in,again,moult
  npm run bench -- --canary ../before/dist/index.js    another build beside this one

Environment:
  MOULT_BENCH_PYTHON  the native interpreter to compare with (default: the first of python3.14,
                      python3.13 and python3 that runs)`;

const DEFAULT_RUNS = 5;
const QUICK_RUNS = 2;

/** @param {string} text */
function positive(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 up");
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
  .argument("[name...]", "programs to run (default: all)")
  .option("--runs <n>", `processes per program and column (default: ${DEFAULT_RUNS})`, positive)
  .option("--quick", `${QUICK_RUNS} runs, and one tuning of the built-in collector instead of the best`)
  .option("--columns <list>", `comma-separated, from: ${COLUMN_NAMES.join(", ")}`, columnList, COLUMN_NAMES)
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
  command.parse();
  const options = command.opts();
  if (options.list) {
    for (const { name, title } of allPrograms()) process.stdout.write(`${name.padEnd(18)}${title}\n`);
    return 0;
  }
  const { programs, columns, notes } = prepare(options);
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
    const result = await measureProgram(program, columns, {
      runs,
      trials: !options.quick,
      signal: abort.signal,
      progress,
    });
    if (result.runs.length > 0) results.push(result);
    if (options.json) writeFileSync(options.json, toJson(results, columns, machine));
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
  const ending = abort.signal.aborted ? ["Interrupted: some runs are missing."] : [];
  process.stdout.write(renderTables(results, columns, [...notes, machineLine(machine), ...ending]));
  if (abort.signal.aborted) return 130;
  return failures.length === 0 ? 0 : 1;
}

/** @param {import("commander").OptionValues} options */
function prepare(options) {
  try {
    const modules = { moult: options.moult ?? null, canary: options.canary ?? null };
    return { programs: choosePrograms(command.args), ...chooseColumns(options.columns, modules) };
  } catch (error) {
    return refuse(error);
  }
}

/**
 * @param {readonly import("./schedule.mjs").ProgramResult[]} results
 * @param {readonly import("./columns.mjs").Column[]} columns
 * @param {import("./machine.mjs").Machine} machine
 */
function toJson(results, columns, machine) {
  const programs = results.map((result) => ({
    name: result.program.name,
    title: result.program.title,
    tuning: result.tuning,
    rows: summarise(result),
    memoryBytes: memoryOf(result),
    trials: result.trials,
    runs: result.runs,
  }));
  const file = {
    schema: 1,
    date: new Date().toISOString(),
    machine,
    columns,
    attachMs: attachTimes(results),
    programs,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

process.exitCode = await main();
