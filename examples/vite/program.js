import { histogram } from "moult/heap";
import { loadPyodide } from "moult/pyodide";

/** Pyodide's own files are no part of the bundle: vite.config.js has them copied beside it. */
const indexURL = new URL(`${import.meta.env.BASE_URL}pyodide/`, location.href).href;

export async function program() {
  const pyodide = await loadPyodide({ indexURL });
  pyodide.runPython(`
class Node:
    def __init__(self): self.me = self
for _ in range(20_000): Node()
kept = [Node() for _ in range(100)]
`);
  const found = pyodide.moult.collect();
  const row = histogram(pyodide.moult.heap.capture()).find(({ name }) => name.endsWith("Node"));
  return `${found} unreachable objects, ${row.objects} nodes alive`;
}
