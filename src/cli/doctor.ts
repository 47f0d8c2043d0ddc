/** `moult doctor`: does Moult know the CPython in this Pyodide? Exit status 0 when it does, 1 when not. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import type { PyodideLike } from "../api.js";
import { type ProbeRow, probe } from "../index.js";
import { findPyodide } from "./pyodide.js";
import { formatTable } from "./table.js";

/** The command `doctor`. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("check the installed Pyodide")
    .description(
      "Checks that the CPython in the installed Pyodide is laid out as Moult expects.\n" +
        "A version that Moult was not tested with is accepted when every probe agrees with a layout that it knows.\n" +
        "Exit status: 0 when it is accepted, 1 when Moult would refuse it.",
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
  process.stdout.write(`Pyodide ${version} in ${directory}\n`);
  const { accepted, reason, ...report } = await probe(await loadPyodide());
  process.stdout.write(`CPython ${report.version}\n\n${formatProbes(report.probes)}\n`);
  const how = report.known ? "accepted" : "accepted, though Moult was not tested with this version";
  process.stdout.write(accepted ? `${how}: ${report.layout}\n` : `refused: ${reason}\n`);
  return accepted ? 0 : 1;
}

/** The probes as a table; what is wrong is marked. */
export function formatProbes(probes: readonly ProbeRow[]): string {
  const rows = probes.map(({ probe, expected, found, ok }) => [ok ? "ok" : "WRONG", probe, expected, found]);
  return formatTable(["", "probe", "expected", "found"], rows);
}
