#!/usr/bin/env node
/** The command `moult`. Exit status: the program's own; 2 for wrong usage; 70 when Moult itself fails. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { OptionError } from "../errors.js";
import { splitArguments } from "./arguments.js";
import { doctorCommand } from "./doctor.js";
import { UsageError } from "./errors.js";
import { runCommand } from "./run.js";
import { snapshotCommands } from "./snapshots.js";
import { tracedCommand } from "./traced.js";

const EX_USAGE = 2;
const EX_SOFTWARE = 70;

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("moult")
  .description("A garbage collector for real CPython (Pyodide): run Python programs with it.")
  .version(`moult ${version}`, "-V, --version", "print the version and exit")
  .helpOption("-h, --help", "print this help and exit")
  .helpCommand(false)
  .usage("<command> [options]")
  .enablePositionalOptions()
  .addHelpText(
    "after",
    `
Examples:
  moult run script.py            run a program
  moult run --report script.py   ... and say at the end what the collector did
  moult run --snapshot-on-exit a.heapsnapshot script.py
                                 ... and write what is alive at its end to a file
  moult histogram a.heapsnapshot what that is
  moult doctor                   check that the installed Pyodide is one that Moult knows

'moult <command> --help' shows more.`,
  );

const run = runCommand();
for (const command of [run, ...snapshotCommands(), tracedCommand(), doctorCommand()])
  program.addCommand(command);
for (const command of [program, ...program.commands.flatMap((command) => [command, ...command.commands])]) {
  command.exitOverride().configureOutput({ outputError() {} });
}

/** The command line with "--" before the Python program, so that commander leaves the program alone. */
function commandLine(): string[] {
  const [name, ...rest] = process.argv.slice(2);
  if (name !== run.name()) return process.argv.slice(2);
  const { own, program: python } = splitArguments(run.options, rest);
  return python.length === 0 ? [name, ...own] : [name, ...own, "--", ...python];
}

// Whoever reads has had enough (`moult histogram F | head`): that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync(commandLine(), { from: "user" });
} catch (error) {
  process.exitCode = explain(error);
}

/** One line on stderr; returns the exit status. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version come here as well, with status 0 and their text printed.
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help") return EX_USAGE;
    complain(error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " "));
    return EX_USAGE;
  }
  if (error instanceof UsageError || error instanceof OptionError) {
    complain(error.message);
    return EX_USAGE;
  }
  complain(error instanceof Error ? error.message : String(error));
  return EX_SOFTWARE;
}

function complain(message: string): void {
  process.stderr.write(`moult: ${message}\n`);
}
