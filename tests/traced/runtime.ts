/** Traced runtimes for tests: built once for what dist/ has of the rewriter, and kept in build/. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Moult, PyodideLike } from "../../src/api.js";
import { loadTraced } from "../../src/traced/load.js";
import type { TracedFaults } from "../../src/traced/plan.js";
import { ALL_STEPS, type RewriteOptions, sha256Of } from "../../src/traced/recipe.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The stock package. */
export const STOCK = join(root, "node_modules/pyodide");

/** Building takes a minute, loading some seconds. */
export const LONG = 400_000;

/** What the rewriter is made of beside the folders of its own. */
const REWRITER = /^(argument-arrays|sites|sticky|rewrite|recipe)\.ts$/;

/** The folder of a runtime, built when there is none of this rewriter. */
export async function tracedDirectory(options: RewriteOptions = ALL_STEPS): Promise<string> {
  const sources = ["", "spill", "wasm"].flatMap((folder) =>
    readdirSync(join(root, "src/traced", folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && (folder !== "" || REWRITER.test(entry.name)))
      .map((entry) => readFileSync(join(root, "src/traced", folder, entry.name))),
  );
  const cache = join(root, "build/traced", sha256Of(...sources).slice(0, 12));
  // The canary is a process, so it is the built one.
  const built = pathToFileURL(join(root, "dist/traced/node/build.js")).href;
  const { buildRuntime } = (await import(built)) as typeof import("../../src/traced/node/build.js");
  return (await buildRuntime({ pyodideDirectory: STOCK, cache, options, progress() {} })).directory;
}

interface Pyodide extends PyodideLike {
  setStdout(options: { batched(line: string): void }): void;
  setStderr(options: { batched(line: string): void }): void;
  toPy(value: object): { destroy(): void };
}

/** A Pyodide that runs programs, and its collector where it has one. */
export class Interpreter {
  readonly pyodide: Pyodide;
  readonly moult: Moult | undefined;

  constructor(pyodide: Pyodide, moult?: Moult) {
    this.pyodide = pyodide;
    this.moult = moult;
  }

  /** What a program prints, with the text of an error that ends it. */
  run(source: string): string {
    const lines: string[] = [];
    this.pyodide.setStdout({ batched: (line) => lines.push(line) });
    this.pyodide.setStderr({ batched: (line) => lines.push(line) });
    const globals = this.pyodide.toPy({ __name__: "__main__" });
    try {
      this.pyodide.runPython(source, { globals });
    } catch (error) {
      lines.push(String(error));
    } finally {
      globals.destroy();
    }
    return lines.join("\n");
  }

  /** What an expression gives, after some statements, as JSON. */
  json(source: string): unknown {
    return JSON.parse(this.run(`import gc, json, weakref\n${source}`) || "null");
  }
}

/** The stock CPython. */
export async function stockInterpreter(): Promise<Interpreter> {
  return new Interpreter(await loadFrom(STOCK)());
}

/** A traced one with its collector. */
export async function tracedInterpreter(
  faults: TracedFaults = {},
  options: RewriteOptions = ALL_STEPS,
): Promise<Interpreter> {
  const directory = await tracedDirectory(options);
  const [pyodide, moult] = await loadTraced(loadFrom(directory), {}, faults);
  return new Interpreter(pyodide, moult);
}

function loadFrom(directory: string): () => Promise<Pyodide> {
  return async () => {
    const { loadPyodide } = (await import(join(directory, "pyodide.mjs"))) as {
      loadPyodide(): Promise<Pyodide>;
    };
    return loadPyodide();
  };
}
