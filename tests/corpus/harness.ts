/** Runs cases of the corpus inside one Pyodide. */
import type { PlanName } from "../../src/api.js";
import { type CorpusCase, needsOf } from "./cases.js";
import { addModules, type HostPyodide } from "./subjects.js";

/** How a case is collected; see `docs/testing.md`. */
export const VARIANTS = ["full", "steps", "aged", "automatic"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What came of one case. */
export interface Report {
  /** Every difference from what the case expects; none means it passed. */
  readonly problems: string[];
  /** What the collections returned, added up. */
  readonly collected: number;
  /** Finalizers and callbacks in the order they ran. */
  readonly log: string[];
}

/** Puts the builder's Python files into the instance. */
export function install(pyodide: HostPyodide): void {
  addModules(pyodide, "tests/corpus/python");
  pyodide.runPython("import moult_build");
}

/** Runs one case under a plan; throws only when Python itself fails. */
export function runCase(
  pyodide: HostPyodide,
  found: CorpusCase,
  variant: Variant,
  plan: PlanName = "builtin",
): Report {
  const text = JSON.stringify(JSON.stringify(found));
  const report = pyodide.runPython(`moult_build.run(${text}, "${variant}", "${plan}")`);
  return JSON.parse(report as string) as Report;
}

/** The first thing the case needs that this host lacks, or undefined. */
export function missing(pyodide: HostPyodide, found: CorpusCase): string | undefined {
  return needsOf(found).find((name) => !pyodide.runPython(`moult_build.has("${name}")`));
}
