/** The smallest embedding: load Pyodide, attach Moult, watch collections, detach. */
import { attach } from "moult";
import { loadPyodide } from "pyodide";

const pyodide = await loadPyodide();
const moult = await attach(pyodide);

moult.on("collection", (event) => {
  const { generation, pauseMs, collected } = event;
  console.log(`generation ${generation}: ${collected} objects freed in ${pauseMs.toFixed(2)} ms`);
});
moult.on("warning", ({ code, message }) => console.error(`${code}: ${message}`));

pyodide.runPython(`
class Node:
    def __init__(self):
        self.me = self

for _ in range(20_000):
    Node()
`);

console.log(`collect() found ${moult.collect()} unreachable objects`);
const { pauseTotalMs, memoryBytes } = moult.stats();
console.log(`${pauseTotalMs.toFixed(1)} ms in all, ${(memoryBytes / 2 ** 20).toFixed(0)} MiB of memory`);

// CPython has its own collector back.
moult.detach();
