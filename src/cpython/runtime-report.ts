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
  /** True for a version that Moult was tested with; an unknown one may be accepted, if every probe agrees. */
  readonly known: boolean;
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
    const { version, isKnown, layout } = openMachine(pyodide, module, probes);
    const name = `${layout.name} (${layout.describes})`;
    return { accepted: true, known: isKnown, version, layout: name, reason: "", probes };
  } catch (error) {
    if (!(error instanceof UnsupportedRuntimeError)) throw error;
    const version = String(pyodide.runPython("import sys; sys.version.split()[0]"));
    const reason = error.message.split("\n")[0] ?? "";
    return { accepted: false, known: false, version, layout: "", reason, probes };
  }
}
