/**
 * A place in Node, with the built package, on whichever Node runs this file:
 *
 *     node tests/places/node.mjs main|thread|several|bare|snapshot
 *
 * Prints as JSON what was found.
 */
import { isMainThread, parentPort, Worker } from "node:worker_threads";

/** What the program gets: the package by its files, as tests of a checkout do. */
async function parts() {
  const [{ runPlace }, { loadPyodide }, moult, heap] = await Promise.all([
    import("./program.mjs"),
    import("../../dist/pyodide.js"),
    import("../../dist/index.js"),
    import("../../dist/heap/index.js"),
  ]);
  return { runPlace, loadPyodide, moult, heap };
}

async function main() {
  const { runPlace, loadPyodide, moult, heap } = await parts();
  return runPlace({ load: (gc) => loadPyodide({ gc }), attach: moult.attach, heap });
}

/** The same in a worker thread. */
async function thread() {
  const worker = new Worker(new URL(import.meta.url));
  try {
    return await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  } finally {
    await worker.terminate();
  }
}

const GARBAGE = "import gc\nfor n in range(20_000): a = [n]; a.append(a)\ndel a\ngc.collect()";

/** Three interpreters side by side: each has a collector of its own, and doesn't notice when another's is detached. */
async function several() {
  const { loadPyodide } = await parts();
  const all = await Promise.all(
    [{}, { plan: "generational" }, { allocator: "system" }].map((gc) => loadPyodide({ gc })),
  );
  const counts = () => all.map(({ moult }) => moult.stats().generations[2].collections);
  const before = counts();
  all[0].runPython(GARBAGE);
  const alone = counts().every((count, i) => count > before[i] === (i === 0));
  all[0].moult.detach();
  const others = all.slice(1).every((pyodide) => pyodide.moult.attached && pyodide.runPython(GARBAGE) > 0);
  const stock = all[0].runPython(GARBAGE) > 0;
  return { plans: all.map(({ moult }) => moult.plan), alone, others, stock };
}

/** Takes away what some hosts forbid or lack, for what is done afterwards. */
function forbidCompiling() {
  const { instantiate } = WebAssembly;
  const refuse = () => {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  };
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, { construct: refuse });
  WebAssembly.compile =
    WebAssembly.compileStreaming =
    WebAssembly.instantiateStreaming =
      async () => refuse();
  WebAssembly.instantiate = async (source, imports) => {
    if (!(source instanceof Module)) refuse();
    return instantiate(source, imports);
  };
}

/** A host that compiles no WebAssembly at run time, and has no FinalizationRegistry. */
async function bare() {
  const { readFile } = await import("node:fs/promises");
  const compiled = async (name) =>
    new WebAssembly.Module(await readFile(new URL(`../../dist/${name}`, import.meta.url)));
  const [kernel, heapKernel] = await Promise.all([compiled("kernel.wasm"), compiled("heap-kernel.wasm")]);
  const { runPlace, moult, heap } = await parts();
  const { loadPyodide } = await import("pyodide");
  const waiting = [await loadPyodide(), await loadPyodide()];
  delete globalThis.FinalizationRegistry; // Pyodide 314 itself can't be loaded without.
  forbidCompiling();
  const refused = await moult.attach(waiting[0]).then(
    () => "attached",
    (error) => error.name,
  );
  const attach = async (pyodide, options) => {
    const tools = heap.heapToolsWith(heapKernel);
    return moult.attachSync(pyodide, kernel, { ...options, tools });
  };
  const load = async (options) => {
    const pyodide = waiting.shift();
    return Object.assign(pyodide, { moult: await attach(pyodide, options) });
  };
  return { refused, ...(await runPlace({ load, attach, heap })) };
}

/** Interpreters that boot from an image of memory. */
async function snapshot() {
  const { runPlace, loadPyodide, moult, heap } = await parts();
  const first = await loadPyodide({ _makeSnapshot: true, gc: { allocator: "system" } });
  first.runPython("import json, gc; made = json.loads('[1, 2, 3]')");
  first.moult.prepareSnapshot();
  const image = first.makeMemorySnapshot();
  const load = async (gc) => {
    const pyodide = await loadPyodide({ _loadSnapshot: image, gc });
    if (pyodide.runPython("made[2]") !== 3) throw new Error("what the image has is not there");
    return pyodide;
  };
  return runPlace({ load, attach: moult.attach, heap });
}

const PLACES = { main, thread, several, bare, snapshot };

if (!isMainThread) {
  parentPort.postMessage(await main());
} else {
  console.log(JSON.stringify(await PLACES[process.argv[2]]()));
  process.exit(0); // The bridge's timers would keep it for a while.
}
