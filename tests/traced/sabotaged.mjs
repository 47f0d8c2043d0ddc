/** A process of its own for a sabotaged collector, which may never end: `node sabotaged.mjs ⟨runtime's folder⟩ ⟨kernel⟩ ⟨program⟩`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadTraced } from "../../dist/traced/load.js";

const [directory = "", kernel = "", program = ""] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(directory, "pyodide.mjs")).href);
const module = new WebAssembly.Module(readFileSync(kernel));
const [pyodide] = await loadTraced(() => loadPyodide(), {}, { everyTrigger: true, kernel: module });
pyodide.runPython(program);
