/**
 * The canary: before a rewritten runtime is used, a process of its own runs programs on it, and another one the same programs on
 * the stock runtime. One that crashes, hangs or prints something else is not used.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MoultError } from "../../errors.js";
import type { Progress } from "../spill/spill.js";

/** No program takes a hundredth of that. */
const TIMEOUT_MS = 300_000;
const MOST_OUTPUT = 1 << 26;

/** What the programs printed, by their names. */
export type CanaryOutput = Readonly<Record<string, string>>;

/**
 * Compares; returns the number of programs. Throws a MoultError "unsupported-runtime" that names the first that differs.
 *
 * @param collects the rewritten one has its collector at work
 */
export async function runCanary(
  stock: string,
  traced: string,
  collects: boolean,
  progress: Progress,
): Promise<number> {
  progress("canary", 0);
  const expected = await outputOf(stock, "stock");
  progress("canary", 0.5);
  const found = await outputOf(traced, collects ? "traced" : "stock");
  for (const [name, text] of Object.entries(expected)) {
    if (found[name] === text) continue;
    throw new MoultError(
      "unsupported-runtime",
      `the rewritten CPython fails its trial: program "${name}" gives ${brief(found[name])} instead of ${brief(text)}; it is not used`,
    );
  }
  return Object.keys(expected).length;
}

function outputOf(directory: string, runtime: string): Promise<CanaryOutput> {
  const script = fileURLToPath(new URL("canary-process.js", import.meta.url));
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT };
    execFile(process.execPath, [script, directory, runtime], options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as CanaryOutput);
      else {
        const message = `the trial of the CPython in ${directory} failed: ${stderr.trim().slice(-500) || error.message}`;
        reject(new MoultError("unsupported-runtime", message, { cause: error }));
      }
    });
  });
}

function brief(text = "nothing"): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
