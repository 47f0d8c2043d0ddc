/**
 * The process of the canary: `node canary-process.js ⟨directory of a Pyodide⟩ ⟨stock|traced⟩` prints what the programs print, as
 * JSON. On a traced runtime its collector is at work all the time.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PyodideLike } from "../../api.js";
import { loadTraced } from "../load.js";
import { CANARY_PROGRAMS } from "./canary-programs.js";

/** A collection comes after so many new objects, on a traced runtime. */
const OBJECTS = 2000;

interface Pyodide extends PyodideLike {
  setStdout(options: { batched(line: string): void }): void;
  toPy(value: object): unknown;
}

const entry = pathToFileURL(join(process.argv[2] ?? "", "pyodide.mjs")).href;
const { loadPyodide } = (await import(entry)) as { loadPyodide(): Promise<Pyodide> };
const isTraced = process.argv[3] === "traced";
const pyodide = isTraced
  ? (await loadTraced(loadPyodide, {}, { everyTrigger: true }))[0]
  : await loadPyodide();
if (isTraced) pyodide.runPython(`import gc; gc.set_threshold(${OBJECTS})`);
const output: Record<string, string> = {};
for (const [name, source] of Object.entries(CANARY_PROGRAMS)) {
  const lines: string[] = [];
  pyodide.setStdout({ batched: (line) => lines.push(line) });
  try {
    pyodide.runPython(source, { globals: pyodide.toPy({ __name__: "__main__" }) });
  } catch (error) {
    lines.push(String(error));
  }
  output[name] = lines.join("\n");
}
process.stdout.write(JSON.stringify(output));
