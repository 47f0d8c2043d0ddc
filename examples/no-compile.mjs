/**
 * A host that forbids compiling WebAssembly at run time: the kernels are given as modules that were compiled before. How a
 * host gets modules is its own affair; some import `.wasm` files as such. Here they are compiled while it is still allowed.
 */
import { readFile } from "node:fs/promises";
import { attachSync } from "moult";
import { heapToolsWith } from "moult/heap";
import { loadPyodide } from "pyodide";

const moduleOf = async (name) => WebAssembly.compile(await readFile(new URL(import.meta.resolve(name))));
const kernel = await moduleOf("moult/kernel.wasm");
const tools = heapToolsWith(await moduleOf("moult/heap-kernel.wasm"));

const pyodide = await loadPyodide();
WebAssembly.compile = WebAssembly.instantiate = () => {
  throw new WebAssembly.CompileError("code generation is disallowed here");
};

const moult = attachSync(pyodide, kernel, { tools });
pyodide.runPython("for n in range(30_000): a = [n]; a.append(a)");
console.log(moult.collect() > 0, moult.heap.capture().nodes > 10_000);
moult.detach();
