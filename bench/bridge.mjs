/**
 * node bench/bridge.mjs [rounds] [pass] [call]: what the bridge costs; all parts, or those that are named.
 *
 * From:        the figures that issue trackers and Pyodide's documentation don't give: nobody else collects these cycles.
 * Parameters:  10,000 objects of Python with a PyProxy each and two JavaScript objects each: 20,000 slots of hiwire.
 * Measures:    rounds  1,000 components with listeners, made and forgotten ten times: what is left in both heaps
 *              pass    Moult's own work in collectBridges(), beside the engine's two collections: with all of them alive,
 *                      held by JavaScript, and with all of them dead
 *              call    calling Python through a PyProxy in a program without cycles, in processes of its own: without
 *                      Moult, with the bridge, and without once more, which is the noise
 * Needs:       npm run build
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadPyodide } from "pyodide";
import { attach } from "../dist/index.js";

const OBJECTS = 10_000;
const ROUNDS = 7;
const PROCESSES = 5;
const CALLS = 20_000;

const SETUP = `
import gc
from pyodide.ffi import create_proxy
class Component:
    def __init__(self, box, other): self.box, self.other = box, other
    def on_event(self, event=None): pass
def build(make):
    for _ in range(${OBJECTS}):
        component = Component(make(), make())
        component.box.proxy = create_proxy(component)
def call(): pass
def call_with(x): pass
numbers = []
def give(): return numbers
`;

/** @param {number[]} numbers */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

/** A full collection of the engine's. */
function engineCollector() {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

const ROUND = 1000;

/** @param {import("../src/api.js").BridgeMode} bridge */
async function measureRounds(bridge) {
  const pyodide = await loadPyodide();
  const moult = await attach(pyodide, { bridge });
  const gc = engineCollector();
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
  pyodide.globals.set("new_target", () => new EventTarget());
  pyodide.runPython(`
import gc
from pyodide.ffi import create_proxy
died = 0
class Leaf:
    def __del__(self):
        global died
        died += 1
class Component:
    def __init__(self):
        self.leaf, self.target = Leaf(), new_target()
        self.target.addEventListener("click", create_proxy(self.on_event))
    def on_event(self, event): pass
def round():
    for _ in range(${ROUND}): Component()
`);
  const measure = async () => {
    pyodide.runPython("gc.collect()");
    await turn();
    gc();
    const bytes = process.memoryUsage().heapUsed;
    return {
      died: pyodide.globals.get("died"),
      slots: moult.bridgeStats()?.slots,
      objects: pyodide.runPython("len(gc.get_objects())"),
      megabytes: (bytes / 2 ** 20).toFixed(1),
    };
  };
  await moult.collectBridges();
  const rows = [await measure()];
  for (let i = 1; i <= 10; i++) {
    pyodide.runPython("round()");
    if (bridge === "off") await moult.collectBridges();
    else {
      for (let tries = 0; tries < 500 && pyodide.globals.get("died") < i * ROUND; tries++) {
        await turn();
        gc();
      }
    }
    rows.push(await measure());
  }
  const how = bridge === "off" ? "collectBridges() after each" : "left to itself, as the engine collects";
  console.log(`## ${ROUND} components, ten rounds, ${how}\n`);
  console.log("| round | died | slots | Python objects | MB of JavaScript heap |\n|---|---|---|---|---|");
  for (const [i, { died, slots, objects, megabytes }] of rows.entries())
    console.log(`| ${i} | ${died} | ${slots} | ${objects} | ${megabytes} |`);
  console.log();
  moult.detach();
}

async function measurePasses() {
  const pyodide = await loadPyodide();
  const moult = await attach(pyodide, { bridge: "off" });
  pyodide.runPython(SETUP);
  const build = pyodide.globals.get("build");
  const gc = engineCollector();
  /** @type {object[]} */
  const boxes = [];
  const keep = () => {
    const box = {};
    boxes.push(box);
    return box;
  };
  build(keep);
  await moult.collectBridges();
  const engine = [];
  const alive = [];
  for (let i = 0; i < ROUNDS; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    const started = performance.now();
    gc();
    gc();
    engine.push(performance.now() - started);
    const result = await moult.collectBridges();
    if (result.demoted !== 2 * OBJECTS || result.slots !== 0) throw new Error(JSON.stringify(result));
    alive.push(result.ms);
  }
  boxes.length = 0;
  const dead = [];
  await moult.collectBridges();
  for (let i = 0; i < ROUNDS; i++) {
    build(() => ({}));
    const result = await moult.collectBridges();
    if (result.slots !== 2 * OBJECTS) throw new Error(JSON.stringify(result));
    dead.push(result.ms);
  }
  console.log(`## A pass over ${OBJECTS} PyProxies and ${2 * OBJECTS} slots\n`);
  console.log("| measurement | least ms | median ms | all |\n|---|---|---|---|");
  const row = (/** @type {string} */ name, /** @type {number[]} */ values) =>
    console.log(
      `| ${name} | ${Math.min(...values).toFixed(1)} | ${median(values).toFixed(1)} | ${values.map((value) => value.toFixed(1)).join(" ")} |`,
    );
  row("pass, all alive", alive);
  row("pass, all dead", dead);
  row("the engine's own two collections", engine);
}

/** Nanoseconds of each kind of call, in this process. */
async function measureCalls() {
  const pyodide = await loadPyodide();
  if (process.env.MOULT_BENCH_BRIDGE === "bridge") {
    await attach(pyodide, { bridge: "auto", plan: "builtin", allocator: "system" });
  }
  pyodide.runPython(SETUP);
  const [call, callWith, give] = ["call", "call_with", "give"].map((name) => pyodide.globals.get(name));
  const box = {};
  /** @type {Record<string, () => void>} */
  const kinds = {
    "call()": () => call(),
    "call(object)": () => callWith(box),
    "call that returns a PyProxy": () => give().destroy(),
  };
  /** @type {Record<string, number>} */
  const results = {};
  for (const [name, action] of Object.entries(kinds)) {
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      for (let i = 0; i < CALLS; i++) action();
      times.push(((performance.now() - started) * 1e6) / CALLS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    results[name] = Math.min(...times); // What is more is the machine's.
  }
  console.log(JSON.stringify(results));
}

/** @param {string} variant @returns {Record<string, number>} */
function inProcess(variant) {
  const env = { ...process.env, MOULT_BENCH_BRIDGE: variant };
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function compareCalls() {
  const variants = ["without", "bridge", "again"];
  const runs = Array.from({ length: PROCESSES }, () => variants.map(inProcess));
  console.log(
    "\n## Calls through a PyProxy, nanoseconds: least of rounds, median of processes, and of ratios in pairs\n",
  );
  console.log("| call | without Moult | with the bridge | ratio | noise |\n|---|---|---|---|---|");
  for (const name of Object.keys(runs[0]?.[0] ?? {})) {
    const column = (/** @type {number} */ i) => runs.map((run) => run[i]?.[name] ?? Number.NaN);
    const [without, bridge, again] = [column(0), column(1), column(2)];
    const ratio = (/** @type {number[]} */ of) =>
      median(of.map((value, i) => value / (without[i] ?? 1))).toFixed(3);
    console.log(
      `| ${name} | ${median(without).toFixed(0)} | ${median(bridge).toFixed(0)} | ${ratio(bridge)} | ${ratio(again)} |`,
    );
  }
}

if (process.env.MOULT_BENCH_BRIDGE !== undefined) await measureCalls();
else {
  const named = process.argv.slice(2);
  const wants = (/** @type {string} */ part) => named.length === 0 || named.includes(part);
  if (wants("rounds")) {
    await measureRounds("off");
    await measureRounds("auto");
  }
  if (wants("pass")) await measurePasses();
  if (wants("call")) compareCalls();
}
