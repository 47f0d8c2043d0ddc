/** The worker of worker.html: runs what it is sent. Workers have no import map, so without a bundler addresses are whole. */
import { withMoult } from "../../dist/index.js";
import { loadPyodide } from "../../node_modules/pyodide/pyodide.mjs";

// Messages may come while Python is loading.
const loading = withMoult(loadPyodide)({ gc: { pauseGoal: 2 } });

self.onmessage = async ({ data }) => {
  const pyodide = await loading;
  const result = pyodide.runPython(data);
  const { generations, pauseMaxMs } = pyodide.moult.stats();
  const collected = generations.reduce((sum, generation) => sum + generation.collected, 0);
  postMessage(
    `${result} cycles made, ${collected} objects collected, longest pause ${pauseMaxMs.toFixed(1)} ms`,
  );
};
