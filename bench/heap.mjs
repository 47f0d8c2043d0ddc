/**
 * node bench/heap.mjs [objects]: what the heap tools cost, on a heap of 600,000 objects or as many as named.
 *
 *   capture     milliseconds to capture the heap, and the bytes of scratch memory that it took
 *   analyse     dominators and retained sizes; a histogram; the path to the last object
 *   file        writing the .heapsnapshot, reading it back, and DevTools' own parser (heap-snapshot-toolkit) opening it
 *   referrers   moult.referrers() against gc.get_referrers(), for objects with referrers near and far
 *   bytes       the sizes of all objects in Python's heap, against what the allocator says is in use
 *   attach      attach() with the tools and without, in turns
 *
 * The heap: instances of a class with an int, the next one and a list, 5/6 of it; and dicts of the same. Best of five, after one
 * that does not count. Run it on an idle machine.
 */
import { parse } from "heap-snapshot-toolkit";
import { loadPyodide as loadStock } from "pyodide";
import { dominatorsOf, histogram, pathToRoot, readSnapshot, writeSnapshot } from "../dist/heap/index.js";
import { attach } from "../dist/index.js";
import { loadPyodide } from "../dist/pyodide.js";

const OBJECTS = Number(process.argv[2] ?? 600_000);
const RUNS = 5;
/** Bytes of dumped numbers in a heap's static data lie below this symbol. */
const HEAP_BASE = "___heap_base";

/** @template T @param {() => T | Promise<T>} action @returns {Promise<{ ms: number, result: T }>} */
async function best(action) {
  let least = Number.POSITIVE_INFINITY;
  let result = await action();
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    result = await action();
    least = Math.min(least, performance.now() - started);
  }
  return { ms: least, result };
}

/** @param {string} what @param {number} ms @param {string} [more] */
function row(what, ms, more = "") {
  console.log(`| ${what} | ${ms.toFixed(ms < 10 ? 2 : 0)} ms | ${more} |`);
}

// With the pool from the start: attached later, it counts all that C code had from malloc by then.
const pyodide = await loadPyodide();
const { moult } = pyodide;
pyodide.runPython(`
class Node:
    def __init__(self, number):
        self.number, self.next, self.data = number, None, [number]
nodes = [Node(i) for i in range(${Math.round((OBJECTS * 5) / 18)})]
for node, following in zip(nodes, nodes[1:]):
    node.next = following
tables = [{"node": node, "list": [node]} for node in nodes[:${Math.round(OBJECTS / 12)}]]
import gc; gc.collect(); gc.collect()`);

console.log("| | | |\n|---|---|---|");
const { ms: captureMs, result: graph } = await best(() => moult.heap.capture());
row("capture", captureMs, `${graph.nodes} objects, ${graph.edges} references`);
row("dominators, retained sizes", (await best(() => dominatorsOf({ ...graph }))).ms);
row("histogram with retained", (await best(() => histogram(graph, { retained: true }))).ms);
const last = graph.ids.length - 1;
row("path to root", (await best(() => pathToRoot(graph, last))).ms);

/** @type {string[]} */
let pieces = [];
const write = await best(() => {
  pieces = [];
  writeSnapshot(graph, (piece) => pieces.push(piece));
});
row(
  "write the file",
  write.ms,
  `${(pieces.reduce((sum, { length }) => sum + length, 0) / 2 ** 20).toFixed(0)} MiB`,
);
row("read it back", (await best(() => readSnapshot(pieces))).ms);
const started = performance.now();
const theirs = await parse(
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  }),
);
row("DevTools' parser opens it", performance.now() - started, `${theirs.nodeCount} nodes; once`);

const inUse = moult.allocatorStats()?.bytesInUse ?? 0;
const base = Number(
  /** @type {{ _module: Record<string, unknown> }} */ (/** @type {unknown} */ (pyodide))._module[HEAP_BASE] ??
    0,
);
let [heapBytes, staticBytes] = [0, 0];
for (let node = 0; node < graph.nodes; node++) {
  if ((graph.ids[node] ?? 0) % 4 !== 0) continue;
  if ((graph.ids[node] ?? 0) >= base) heapBytes += graph.sizes[node] ?? 0;
  else staticBytes += graph.sizes[node] ?? 0;
}
console.log(
  `| bytes of objects | ${(heapBytes / 2 ** 20).toFixed(2)} MiB | ${((100 * heapBytes) / inUse).toFixed(1)} % of ${(inUse / 2 ** 20).toFixed(2)} MiB that the allocator has in use; static: ${(staticBytes / 1024).toFixed(0)} KiB |`,
);

pyodide.runPython(`
import gc, moult, time
middle, far = nodes[len(nodes) // 2], object()
far_holder = nodes[3]; far_holder.far = far
young = Node(0); nodes[7].young = young
def least(function, obj):
    times = []
    for _ in range(7):
        started = time.perf_counter()
        function(obj)
        times.append(time.perf_counter() - started)
    return 1000 * min(times)`);
for (const [name, what] of [
  ["middle", "an instance, its neighbour and a list"],
  ["tables[5]", "a dict in a list"],
  ["young", "a young object that an old one has"],
  ["far", "an object without a header"],
  ["Node", "a class with all its instances"],
]) {
  const [ours, stock] = ["moult.referrers", "gc.get_referrers"].map((fn) =>
    Number(pyodide.runPython(`least(${fn}, ${name})`)),
  );
  row(
    `referrers of ${what}`,
    ours ?? 0,
    `gc.get_referrers ${stock?.toFixed(1)} ms: ${((stock ?? 0) / (ours ?? 1)).toFixed(1)} times`,
  );
}

/** @type {Record<string, number[]>} */
const attachTimes = { auto: [], off: [] };
for (let i = 0; i < 6; i++) {
  for (const tools of /** @type {const} */ (["off", "auto"])) {
    const other = await loadStock();
    const begun = performance.now();
    await attach(other, { tools });
    if (i > 0) attachTimes[tools]?.push(performance.now() - begun);
  }
}
row(
  "attach with the tools",
  Math.min(...(attachTimes.auto ?? [])),
  `without: ${Math.min(...(attachTimes.off ?? [])).toFixed(1)} ms; least of five`,
);
