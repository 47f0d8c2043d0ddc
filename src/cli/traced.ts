/** `moult traced`: making the CPython that runs without reference counting, and what was made. */
import { Command } from "commander";
import { bytesText } from "../events/units.js";
import { buildRuntime, cachedRuntime } from "../traced/node/build.js";
import { cacheDirectory, type TracedRuntime } from "../traced/node/cache.js";
import { ALL_STEPS, type RewriteOptions } from "../traced/recipe.js";
import type { Progress } from "../traced/spill/spill.js";
import { textOfSites } from "../traced/sticky.js";
import { UsageError } from "./errors.js";
import { findPyodide } from "./pyodide.js";
import { formatTable } from "./table.js";

interface TracedOptions {
  readonly pyodide?: string;
  readonly steps: RewriteOptions;
  readonly force?: boolean;
}

/** The command `traced` with its two subcommands. */
export function tracedCommand(): Command {
  return new Command("traced")
    .summary("build the CPython without reference counting")
    .description(
      "An experiment: CPython's own WebAssembly, rewritten so that shared objects are no longer counted, but found by " +
        "tracing. Run programs with: moult run --runtime traced",
    )
    .helpOption("-h, --help", "print this help and exit")
    .helpCommand(false)
    .addHelpText("after", "\nExamples:\n  moult traced build\n  moult traced info")
    .addCommand(buildCommand())
    .addCommand(infoCommand());
}

function buildCommand(): Command {
  return subcommand("build")
    .summary("rewrite the installed CPython, try it, and keep it in the cache")
    .description(
      "Rewrites the CPython of the installed Pyodide, tries it on programs beside the stock one, and keeps it in the user's " +
        "cache. The package is not changed. What is in the cache already is not built again.",
    )
    .option("--force", "build also what is in the cache")
    .addHelpText(
      "after",
      "\nExamples:\n  moult traced build\n  moult traced build --steps sticky   counts only, to see what each step costs",
    )
    .action(async (options: TracedOptions) => {
      const { progress, end } = progressLine();
      try {
        const runtime = await buildRuntime({ ...request(options), progress, force: options.force === true });
        end();
        process.stdout.write(describe(runtime));
      } finally {
        end();
      }
    });
}

function infoCommand(): Command {
  return subcommand("info")
    .summary("say what is in the cache")
    .description(
      "Says what the traced runtime in the cache is. Exit status: 0 when there is one, 1 when not.",
    )
    .addHelpText("after", "\nExample:\n  moult traced info")
    .action((options: TracedOptions) => {
      const runtime = cachedRuntime({ ...request(options), progress() {} });
      process.stdout.write(
        runtime === undefined
          ? `no traced runtime is in ${cacheDirectory()}; build it with: moult traced build\n`
          : describe(runtime),
      );
      process.exitCode = runtime === undefined ? 1 : 0;
    });
}

function subcommand(name: string): Command {
  return new Command(name)
    .helpOption("-h, --help", "print this help and exit")
    .option("--pyodide <dir>", "the Pyodide to rewrite, if not the installed package")
    .option("--steps <list>", "what is done: sticky, spill, or both", steps, ALL_STEPS);
}

function request({ pyodide, steps: options }: TracedOptions) {
  return { pyodideDirectory: findPyodide(pyodide).directory, cache: cacheDirectory(), options };
}

function steps(text: string): RewriteOptions {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => name !== "sticky" && name !== "spill");
  if (unknown !== undefined) throw new UsageError(`--steps can't be "${unknown}"; allowed: sticky, spill`);
  return { sticky: names.includes("sticky"), spill: names.includes("spill") };
}

function describe({ directory, info }: TracedRuntime): string {
  const { bytes, options, sites } = info;
  const done = [options.sticky ? "sticky counts" : "", options.spill ? "spilled roots" : ""].filter(Boolean);
  return formatTable(
    ["traced runtime", directory],
    [
      ["made of", `pyodide ${info.pyodide} (sha256 ${info.input.slice(0, 12)}…)`],
      ["steps", done.join(", ") || "none"],
      ["sites rewritten", textOfSites(sites)],
      ["size", `${bytesText(bytes.traced)}, stock ${bytesText(bytes.stock)}`],
      ["tried on", `${info.programs} programs, all as on stock CPython`],
      ["built in", `${info.buildSeconds} s by rewriter ${info.rewriter}`],
    ],
  );
}

/** Progress on stderr: one line that moves on a terminal, a line for every step elsewhere. */
export function progressLine(): { readonly progress: Progress; end(): void } {
  const { stderr } = process;
  let last = "";
  return {
    progress(step, part) {
      if (stderr.isTTY)
        stderr.write(`\r\x1b[Kmoult: building the traced runtime: ${step} ${Math.round(100 * part)} %`);
      else if (step !== last) stderr.write(`moult: building the traced runtime: ${step}\n`);
      last = step;
    },
    end() {
      if (stderr.isTTY && last !== "") stderr.write("\r\x1b[K");
      last = "";
    },
  };
}
