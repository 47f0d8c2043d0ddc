/** `moult run`: a Python program, as `python` would run it, with Moult's collector. */
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import type { MoultOptions } from "../api.js";
import {
  API_OPTIONS,
  type ApiOptionName,
  type CliFlag,
  type CommandOptions,
  cliFlags,
  flagOf,
  optionsFromEnv,
} from "../options.js";
import type { OutputFiles } from "../platform/node/protocol.js";
import { runPython } from "../platform/node/python-process.js";
import { cacheDirectory } from "../traced/node/cache.js";
import { ALL_STEPS } from "../traced/recipe.js";
import { UsageError } from "./errors.js";
import { findPyodide } from "./pyodide.js";
import { progressLine } from "./traced.js";

/** Interpreter options of `python` that are passed on. */
const PYTHON_FLAGS: readonly (readonly [flags: string, description: string])[] = [
  ["-B", "write no .pyc files"],
  ["-E", "ignore PYTHON* environment variables"],
  ["-I", "isolate Python from the user's environment"],
  ["-O", "remove assert statements"],
  ["-s", "don't add the user's site directory to sys.path"],
  ["-u", "unbuffered stdout and stderr"],
  ["-W <filter>", "warning control (repeatable)"],
  ["-X <option>", "implementation-specific option (repeatable)"],
];

/** Options that name a file to be written. */
const FILES: readonly (keyof OutputFiles)[] = [
  "json",
  "traceEvents",
  "reportHtml",
  "metrics",
  "snapshotOnExit",
  "snapshotOnOutOfMemory",
];

/** What commander makes of our options. */
type RunOptions = MoultOptions &
  CommandOptions & { pyodide?: string; W?: string[]; X?: string[] } & {
    [flag in "B" | "E" | "I" | "O" | "s" | "u"]?: boolean;
  };

/** The command `run`. Its operands are the program as Python's interpreter takes it (see arguments.ts). */
export function runCommand(): Command {
  const command = new Command("run")
    .summary("run a Python program")
    .description(
      "Runs a Python program as 'python' would, with Moult's collector. Options of moult come before the " +
        "program; everything after it is the program's own.",
    )
    .usage("[options] (script.py | -m module | -c code | -) [args...]")
    .argument("[program...]")
    .helpOption("-h, --help", "print this help and exit")
    .configureHelp({ visibleArguments: () => [] });
  command.optionsGroup("The program:");
  command.option("-m <module>", "run a library module as a script");
  command.option("-c <code>", "run a program passed in as a string");
  command.optionsGroup("The collector:");
  for (const flag of cliFlags()) command.addOption(collectorOption(flag));
  command.option("--pyodide <dir>", "the Pyodide to run, if not the installed package");
  command.optionsGroup("Options of python:");
  for (const [flags, description] of PYTHON_FLAGS) command.addOption(pythonOption(flags, description));
  return command.addHelpText("after", EXAMPLES).action(async (program: string[], options: RunOptions) => {
    process.exit(await run(program, options));
  });
}

const EXAMPLES = `
Examples:
  moult run script.py --its-own-option
  moult run --trace script.py              one line a collection, on stderr
  moult run --report --plan builtin x.py   what CPython's own collector did
  moult run --json gc.json -m unittest     a summary for programs
  moult run --report-html gc.html x.py     a page about the run
  moult run --trace-events gc.json x.py    every pause on a timeline, for ui.perfetto.dev
  moult run --snapshot-on-exit a.heapsnapshot x.py   what is alive at the end
  moult run --runtime traced script.py     an experiment: without reference counting
  echo 'print(1)' | moult run -

Exit status: the program's; 2 for wrong usage; 70 when Moult or Pyodide fails.`;

function collectorOption({ flags, description, choices, defaultText, env, parse }: CliFlag): Option {
  const notes = [
    choices === undefined ? "" : `choices: ${choices.join(", ")}`,
    defaultText === undefined ? "" : `default: ${defaultText}`,
    env === undefined ? "" : `env: ${env}`,
  ].filter((note) => note !== "");
  const text = notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
  const option = new Option(flags, text);
  return option.required ? option.argParser(parse) : option;
}

function pythonOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const collect = (value: string, previous: string[] | undefined) => [...(previous ?? []), value];
  return option.required ? option.argParser(collect) : option;
}

/** Runs the program and returns its exit status. */
async function run(program: readonly string[], flags: RunOptions): Promise<number> {
  const { options, warning } = optionsFromEnv(process.env);
  if (warning !== undefined) process.stderr.write(`moult: ${warning}\n`);
  const all = { ...options, ...flags };
  const { directory: stock } = findPyodide(flags.pyodide);
  checkSnapshots(all);
  const problem = whyUnreadable(program) ?? FILES.map((name) => whyUnwritable(name, all[name])).find(Boolean);
  if (problem !== undefined) throw new UsageError(problem);
  const ignoresEnvironment = flags.E || flags.I;
  const traced = all.runtime === "traced" ? await tracedDirectory(stock) : undefined;
  return runPython({
    pyodideDirectory: traced ?? stock,
    traced: traced !== undefined,
    executable: realpathSync(process.argv[1] ?? process.execPath),
    pythonArguments: [...pythonArguments(flags), ...program],
    writeBytecode: !flags.B && (ignoresEnvironment || !process.env.PYTHONDONTWRITEBYTECODE),
    warningFilters: flags.W ?? [],
    workingDirectory: process.cwd(),
    environment: definedOnly(process.env),
    collector: collectorOptions(all),
    trace: all.trace ?? false,
    report: all.report ?? false,
    program: program.slice(0, program[0] === "-m" ? 2 : 1).join(" "),
    files: Object.fromEntries(
      FILES.map((name) => [name, all[name] === undefined ? null : resolve(all[name])]),
    ) as unknown as OutputFiles,
  });
}

/** The folder of the traced runtime, built now if it has to be; undefined, with a message, where there can be none. */
async function tracedDirectory(pyodideDirectory: string): Promise<string | undefined> {
  const { buildRuntime } = await import("../traced/node/build.js");
  const { progress, end } = progressLine();
  try {
    const request = { pyodideDirectory, cache: cacheDirectory(), options: ALL_STEPS, progress };
    return (await buildRuntime(request)).directory;
  } catch (error) {
    end();
    process.stderr.write(
      `moult: warning: no traced runtime, the stock one runs instead: ${(error as Error).message}\n`,
    );
    return undefined;
  } finally {
    end();
  }
}

/** The options of `attach`, of those that are set. */
function collectorOptions(options: MoultOptions): MoultOptions {
  const names = Object.keys(API_OPTIONS) as ApiOptionName[];
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

/** `python`'s message for a script that can't be read, before Pyodide is loaded for nothing. */
function whyUnreadable([script]: readonly string[]): string | undefined {
  if (script === undefined || script.startsWith("-")) return undefined;
  try {
    accessSync(script, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code, errno = 0, message } = error as NodeJS.ErrnoException;
    const text =
      code === "ENOENT" ? "No such file or directory" : code === "EACCES" ? "Permission denied" : message;
    return `can't open file '${resolve(script)}': [Errno ${-errno}] ${text}`;
  }
}

/** Throws a UsageError where a snapshot is wanted that could never be made. */
function checkSnapshots({ snapshotOnExit, snapshotOnOutOfMemory, tools, memoryLimit }: RunOptions): void {
  if (tools === "off" && (snapshotOnExit ?? snapshotOnOutOfMemory) !== undefined)
    throw new UsageError("snapshots need the heap tools: leave out --tools off");
  if (snapshotOnOutOfMemory !== undefined && memoryLimit === undefined)
    throw new UsageError(
      "--snapshot-on-out-of-memory needs a --memory-limit: without one nobody knows when memory is exhausted",
    );
}

/** A report that can't be written shall not be found out after an hour's work. */
function whyUnwritable(name: keyof OutputFiles, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    accessSync(existsSync(file) ? file : dirname(resolve(file)), constants.W_OK);
    return undefined;
  } catch (error) {
    return `can't write ${flagOf(name)} ${file}: ${(error as Error).message}`;
  }
}

/** Flags for the interpreter itself. Not -W: Pyodide, too, would run under its filters. */
function pythonArguments(flags: RunOptions): string[] {
  const switches = (["B", "E", "I", "O", "s", "u"] as const).filter((flag) => flags[flag] === true);
  return [...switches.map((flag) => `-${flag}`), ...(flags.X ?? []).flatMap((value) => ["-X", value])];
}

/** The fields that have a value: `exactOptionalPropertyTypes` tells "absent" from "undefined". */
function definedOnly<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
