/**
 * What has to work in every place: a program for a page, a worker, a thread or a process, which imports nothing itself. It
 * throws where something is wrong, and returns what it found, for the test to compare.
 */

const CLASSES = `
import gc, weakref

class Node:
    def __init__(self, value=None):
        self.value, self.me = value, self

def garbage(count):
    for n in range(count): Node(n)
`;

function assert(condition, what) {
  if (!condition) throw new Error(`${what} is not so`);
}

/** Garbage goes by itself, and when it is asked for; what is alive stays. */
function collects(pyodide) {
  const events = [];
  const unsubscribe = pyodide.moult.on("collection", (event) => events.push(event));
  pyodide.runPython(`${CLASSES}
gc.collect()
kept = [Node(n) for n in range(1000)]
garbage(30_000)
watch = weakref.ref(Node())`);
  const automatic = events.length;
  const found = pyodide.runPython("gc.collect()");
  unsubscribe();
  assert(automatic > 0, "automatic collections");
  assert(found > 0 && pyodide.runPython("watch() is None"), "gc.collect() collects");
  assert(
    pyodide.runPython("all(n.me is n and n.value == i for i, n in enumerate(kept))"),
    "what is kept is whole",
  );
}

/** The heap kernel, and the analysis of what it finds. */
function captures(pyodide, { histogram, nodeWithId, pathToRoot }) {
  const graph = pyodide.moult.heap.capture();
  const row = histogram(graph).find(({ name }) => name.endsWith("Node"));
  assert(row?.objects === 1000, `a capture has the 1000 nodes, not ${row?.objects}`);
  const node = nodeWithId(graph, pyodide.runPython("id(kept[7])"));
  assert(pathToRoot(graph, node) !== undefined, "a path to a root");
}

/** Cycles through both heaps. */
async function bridges(pyodide) {
  if (pyodide.moult.bridgeStats() === undefined) return "off";
  pyodide.runPython(`
import js
from pyodide.ffi import create_proxy
died = 0
class State:
    def __del__(self):
        global died
        died += 1
class Component:
    def __init__(self):
        self.state, self.box = State(), js.Object.new()
        self.box.proxy = create_proxy(self)
for _ in range(100): Component()`);
  await new Promise((resolve) => setTimeout(resolve, 0));
  await pyodide.moult.collectBridges();
  const died = pyodide.runPython("gc.collect(); died");
  assert(died === 100, `all 100 components died, not ${died}`);
  return "collects";
}

/** Tasks that are suspended in the middle of Python calls, while others run and collect. */
async function suspends(pyodide) {
  if (!pyodide.runPython("from pyodide.ffi import can_run_sync; True") || !("Suspending" in WebAssembly))
    return "none";
  pyodide.runPython(`
import asyncio
from pyodide.ffi import run_sync

said = []
class Final(Node):
    def __del__(self):
        try: run_sync(asyncio.sleep(0))
        except RuntimeError as error: said.append(str(error))

def work(number):
    local = Node([number])
    watch, asleep = weakref.ref(local), lambda: asyncio.sleep(0.001 * (number % 3))
    def generator():
        held = Node(number)
        yield held.value
        run_sync(asleep())
        yield held.me is held
    Final()
    for _ in range(10):
        garbage(300)
        assert all(value is True or value == number for value in generator())
        run_sync(asleep())
        assert watch() is local and local.me is local and local.value == [number]
        if number == 5: gc.collect()
    return number`);
  const work = pyodide.globals.get("work");
  const before = pyodide.moult.stats().generations.map(({ collections }) => collections);
  const ticking = setInterval(() => pyodide.moult.step(1), 1);
  const tasks = Array.from({ length: 12 }, (_, number) => work.callPromising(number));
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    pyodide.moult.collect();
    if (i === 2) assert(pyodide.moult.heap.capture().nodes > 1000, "a capture while tasks are suspended");
  }
  const answers = await Promise.all(tasks);
  clearInterval(ticking);
  assert(
    answers.every((answer, number) => answer === number),
    "every task ended as it should",
  );
  const after = pyodide.moult.stats().generations.map(({ collections }) => collections);
  const said = pyodide.runPython("len(said)");
  assert(said === tasks.length, `every finalizer is told that it can't suspend a collection, not ${said}`);
  assert(after[2] >= before[2] + 5, "full collections while tasks were suspended");
  work.destroy();
  pyodide.runPython("work = None; gc.collect()");
  const left = pyodide.runPython("sum(type(o) is Node for o in gc.get_objects()) - len(kept)");
  assert(left === 0, `nothing of the tasks is left, but ${left} nodes are`);
  return "collects";
}

/** CPython's own collector is back, and Moult again after it. */
async function detaches(pyodide, attach) {
  const first = pyodide.moult;
  assert(first.detach() && !first.attached, "detached");
  const collections = first.stats().generations[2].collections;
  assert(pyodide.runPython("garbage(10); gc.collect()") >= 10, "CPython's own collector collects");
  assert(first.stats().generations[2].collections === collections, "Moult has no part in it");
  const again = await attach(pyodide, { verify: 2 });
  assert(pyodide.runPython("garbage(10); gc.collect()") >= 10, "attached again it collects");
  again.detach();
}

/** A limit is a MemoryError that Python can handle. */
async function limits(load) {
  const pyodide = await load({ memoryLimit: "96MiB" });
  const said = pyodide.runPython(`
kept = []
try:
    while True: kept.append(bytearray(1 << 20))
except MemoryError:
    said = len(kept) > 0
    kept.clear()
said`);
  assert(said === true, "memory beyond the limit is a MemoryError");
  const { limitBytes } = pyodide.moult.memoryReport();
  assert(pyodide.moult.stats().memoryBytes <= limitBytes, "memory is below its limit");
  pyodide.moult.detach();
}

/**
 * Runs all of it.
 *
 * @param load loads a Pyodide with Moult, given Moult's options
 * @param attach Moult's `attach`, or one with options that the place needs
 * @param heap the module `moult/heap`
 */
export async function runPlace({ load, attach, heap }) {
  const pyodide = await load({});
  collects(pyodide);
  captures(pyodide, heap);
  const bridge = await bridges(pyodide);
  const suspended = await suspends(pyodide);
  const { allocator } = pyodide.moult.stats();
  await detaches(pyodide, attach);
  await limits(load);
  const isolated = globalThis.crossOriginIsolated ?? null;
  return { python: pyodide.version, allocator, bridge, suspended, isolated };
}
