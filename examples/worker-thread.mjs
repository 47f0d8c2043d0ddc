/** Python in a worker thread of Node, with a collector of its own; the main thread asks it to run things. */
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { loadPyodide } from "moult/pyodide";

async function serve() {
  const pyodide = await loadPyodide({ gc: { pauseGoal: 2 } });
  parentPort.on("message", (code) => {
    const result = pyodide.runPython(code);
    const { pauses } = pyodide.moult.stats();
    parentPort.postMessage({ result, collections: pauses.reduce((sum, { count }) => sum + count, 0) });
  });
}

async function ask() {
  const worker = new Worker(new URL(import.meta.url));
  const answer = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  worker.postMessage("for n in range(30_000): a = [n]; a.append(a)\nn + 1");
  const { result, collections } = await answer;
  console.log(`${result} cycles made, ${collections > 0 ? "collected" : "not collected"} in the worker`);
  await worker.terminate();
}

await (isMainThread ? ask() : serve());
