/**
 * One program under one collector, in a process of its own: `node child.mjs PROGRAM COLLECTOR`.
 * Prints one JSON line; `memoryMiB` is WebAssembly memory, which never shrinks and so is the peak.
 */
import { loadPyodide } from "pyodide";
import { attach } from "../../dist/index.js";
import { programs } from "./programs.mjs";

const [name, collector] = process.argv.slice(2);
const program = programs[name];
if (program === undefined)
  throw new Error(`no program "${name}"; there are: ${Object.keys(programs).join(", ")}`);

const pyodide = await loadPyodide();
const moult = collector === "moult" ? await attach(pyodide) : undefined;
const result = JSON.parse(pyodide.runPython(program.code));
result.memoryMiB = pyodide._module.HEAPU8.length / 2 ** 20;
moult?.detach();
process.stdout.write(`${JSON.stringify(result)}\n`);
