/** What `moult doctor` tells: whether Moult knows the CPython at hand, and every probe behind the answer. */
import type { PyodideLike } from "../api.js";
import { UnsupportedRuntimeError } from "../errors.js";
import { compileKernel } from "../kernel/kernel.js";
import { openMachine } from "./machine.js";
import type { ProbeRow } from "./probe.js";

/** The outcome of probing a runtime. */
export interface RuntimeReport {
  /** True when `attach` would accept this runtime. */
  readonly accepted: boolean;
  /** As `sys.version` begins; empty when it could not be asked. */
  readonly version: string;
  /** Name of the layout found, and which CPythons have it; empty when refused. */
  readonly layout: string;
  /** Why the runtime was refused; empty when accepted. */
  readonly reason: string;
  /** In the order probed; a refused runtime has at least one that is not ok. */
  readonly probes: readonly ProbeRow[];
}

/**
 * Probes a loaded Pyodide without attaching; it works as before afterwards.
 *
 * Throws MoultError "not-pyodide" for something else; an unknown runtime is a report, not an error.
 */
export async function probe(pyodide: PyodideLike, kernel?: WebAssembly.Module): Promise<RuntimeReport> {
  const probes: ProbeRow[] = [];
  const module = kernel ?? (await compileKernel());
  try {
    const { version, layout } = openMachine(pyodide, module, probes);
    return { accepted: true, version, layout: `${layout.name} (${layout.describes})`, reason: "", probes };
  } catch (error) {
    if (!(error instanceof UnsupportedRuntimeError)) throw error;
    const version = String(pyodide.runPython("import sys; sys.version.split()[0]"));
    const reason = error.message.split("\n")[0] ?? "";
    return { accepted: false, version, layout: "", reason, probes };
  }
}
