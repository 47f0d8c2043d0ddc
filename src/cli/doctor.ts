/** `moult doctor`: does Moult know the CPython in this Pyodide? Exit status 0 when it does, 1 when not. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import type { PyodideLike } from "../api.js";
import { UnsupportedRuntimeError } from "../errors.js";
import { attach } from "../index.js";
import { findPyodide } from "./pyodide.js";
import { formatTable } from "./table.js";

/** The command `doctor`. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("check the installed Pyodide")
    .description(
      "Checks that the CPython in the installed Pyodide is laid out as Moult expects.\n" +
        "Exit status: 0 when it is, 1 when Moult would refuse it.",
    )
    .helpOption("-h, --help", "print this help and exit")
    .option("--pyodide <dir>", "the Pyodide to check, if not the installed package")
    .addHelpText("after", "\nExamples:\n  moult doctor\n  moult doctor --pyodide ~/pyodide-0.29")
    .action(async ({ pyodide }: { pyodide?: string }) => {
      process.exitCode = await doctor(pyodide);
    });
}

async function doctor(chosen: string | undefined): Promise<number> {
  const { directory, version } = findPyodide(chosen);
  const { loadPyodide } = (await import(pathToFileURL(join(directory, "pyodide.mjs")).href)) as {
    loadPyodide(): Promise<PyodideLike>;
  };
  const pyodide = await loadPyodide();
  const python = pyodide.runPython("import platform; platform.python_version()");
  process.stdout.write(`Pyodide ${version} in ${directory}\nCPython ${python}\n`);
  try {
    (await attach(pyodide)).detach();
  } catch (error) {
    if (!(error instanceof UnsupportedRuntimeError)) throw error;
    const rows = error.differences.map(({ probe, expected, found }) => [probe, expected, found]);
    process.stdout.write(`\n${formatTable(["probe", "expected", "found"], rows)}\nrefused\n`);
    return 1;
  }
  process.stdout.write("accepted\n");
  return 0;
}
