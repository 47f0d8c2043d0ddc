/** The incremental plan between its slices: whatever Python does there, nothing is lost and nothing floats for long. */
import { readFileSync } from "node:fs";
import type { PyodideAPI } from "pyodide";
import { describe, expect, test } from "vitest";
import { attach, type CycleEvent, type Moult, type MoultOptions } from "../../src/index.js";
import { LINES, type Line, loadLine, runner } from "../support/runtimes.js";
import { hostile } from "./preludes.js";

interface Attached {
  readonly pyodide: PyodideAPI;
  readonly moult: Moult;
  readonly cycles: CycleEvent[];
  readonly run: (source: string) => unknown;
}

/** A heap that is mutated all the time; slices are tiny, and every one is checked by the naive twin. */
async function underStress(line: Line, options: MoultOptions = { stress: true }): Promise<Attached> {
  const pyodide = await loadLine(line);
  const moult = await attach(pyodide, { plan: "incremental", verify: 2, ...options });
  const cycles: CycleEvent[] = [];
  moult.on("cycle", (event) => cycles.push(event));
  const run = runner(pyodide);
  pyodide.runPython(PRELUDE);
  return { pyodide, moult, cycles, run };
}

/** \`toil(n)\` lets n rings of three get old and die, beside some that stay; \`rest(n)\` only triggers collections. */
const PRELUDE = `
import builtins, gc, weakref
gc.collect(); gc.freeze()
class Node: pass
class Log:
    finalized, called = [], []
class Mortal(Node):
    def __init__(self, number): self.number = number
    def __del__(self): Log.finalized.append(self.number)
def ring(number, kind=Node):
    a = kind(number) if kind is Mortal else kind()
    b, c = Node(), {}
    a.next, b.next, c["next"] = b, c, a
    return a
def toil(rounds, window=300, kind=Node):
    kept = []
    for number in range(rounds):
        kept.append(ring(number, kind))
        if len(kept) > window: del kept[number % window]
    return kept
def rest(rounds):
    for _ in range(rounds):
        kept = [[] for _ in range(2500)]
builtins.gc, builtins.Node, builtins.Log, builtins.Mortal = gc, Node, Log, Mortal
builtins.ring, builtins.toil, builtins.rest, builtins.weakref = ring, toil, rest, weakref
`;

/** Objects die while they are grey, and their memory becomes bytes that look like nothing. */
const HOSTILE = `gc.set_threshold(200)
${hostile(20_000, 60_000, "    cycle = []; cycle.append(cycle)")}
whole`;

/** Locals of a frame, which are roots, die as soon as marking has begun, and their memory becomes bytes like no object. */
const DYING_ROOTS = `
import gc, moult
names = [f"local{i}" for i in range(40)]
exec("\\n".join([
    "def die():",
    *(f"    {name} = ({i},) * 40 + ([],)" for i, name in enumerate(names)),
    "    while moult.collect_step(0).newstate != 'mark': pass",
    f"    del {', '.join(names)}",
    "    return [bytes([255]) * size for size in range(150, 180) for _ in range(60)]",
]))
`;

describe.each(LINES)("on pyodide %s", (line) => {
  test("memory may grow in the middle of cycles", async () => {
    const { cycles, moult, pyodide, run } = await underStress(line);
    const megabytes = () => moult.stats().memoryBytes >> 20;
    const before = megabytes();
    pyodide.runPython("gc.set_threshold(200); kept = toil(2000); ballast = []");
    // Finalizers and callbacks allocate too: between two groups of suspects.
    pyodide.runPython(`
class Heavy(Node):
    def __del__(self): ballast.append([bytearray(200_000), Node()])
for _ in range(60):
    rings = [ring(0, Heavy) for _ in range(10)]
    rest(1)
    rings = None
    ballast.append([bytearray(1_000_000), toil(30)])
    rest(2)
`);
    expect(megabytes()).toBeGreaterThan(before + 60);
    expect(cycles.length).toBeGreaterThan(3);
    expect(run("all(a.next.next['next'] is a for a in __import__('__main__').kept)")).toBe(true);
    expect(
      run(
        "all(a.next.next['next'] is a for _, k in __import__('__main__').ballast if type(k) is list for a in k)",
      ),
    ).toBe(true);
  });

  test("objects may die while they wait to be visited", async () => {
    const { cycles, pyodide } = await underStress(line);
    // A slow machine gets less done in a slice, and so fewer cycles in a round.
    for (let round = 0; round < 20 && cycles.length <= 5; round++)
      expect(pyodide.runPython(HOSTILE)).toBe(20_000);
    expect(cycles.length).toBeGreaterThan(5);
  });

  test("what marking began with may die before it goes on, also where frozen objects are looked through first", async () => {
    const pyodide = await loadLine(line);
    const moult = await attach(pyodide, { plan: "incremental", verify: 2 });
    pyodide.runPython(DYING_ROOTS);
    for (let round = 0; round < 5; round++) {
      pyodide.runPython("gc.freeze(); die()");
      expect(pyodide.runPython("moult.collect_step(float('inf')).major_is_done")).toBe(true);
    }
    moult.detach();
  });

  test("rings that got old die in cycles, and what stays is whole", async () => {
    const { cycles, pyodide, run } = await underStress(line);
    const collected = () => cycles.reduce((sum, cycle) => sum + cycle.collected, 0);
    // How many of them die in cycles, and how many in the middle generation before, goes by the time that slices get.
    for (let round = 0; round < 10 && collected() === 0; round++) {
      // Not by `run`: it ends with a full collection.
      pyodide.runPython("gc.set_threshold(200); kept = toil(3000)");
      // What is dead by now may have been marked before it died, or be in the middle generation in part, which joins at
      // the latest after fifteen cycles: the cycle after that gets it.
      const until = cycles.length + 17;
      for (let i = 0; i < 200 && cycles.length < until; i++) pyodide.runPython("rest(20)");
      expect(cycles.length).toBeGreaterThanOrEqual(until);
      // Every ring has two nodes.
      pyodide.runPython("left = sum(type(o) is Node for o in gc.get_objects())");
      expect(run("__import__('__main__').left")).toBe(600);
      expect(run("all(a.next.next['next'] is a for a in __import__('__main__').kept)")).toBe(true);
    }
    expect(collected()).toBeGreaterThan(0);
    expect(Math.max(...cycles.map((cycle) => cycle.slices))).toBeGreaterThan(10);
  });

  test("finalizers run once, weak references are cleared and their callbacks called once", async () => {
    const { run } = await underStress(line);
    const result = run(`
      gc.set_threshold(200)
      Log.finalized.clear()
      references = []
      def watch(number):
          node = ring(number, Mortal)
          references.append(weakref.ref(node, lambda _: Log.called.append(number)))
          return node
      kept = []
      for number in range(6000):
          kept.append(watch(number))
          if len(kept) > 300: del kept[number % 300]
      del kept
      rest(60)
      gc.collect()
      [sorted(Log.finalized) == list(range(6000)), sorted(Log.called) == list(range(6000)),
       all(reference() is None for reference in references)]
    `);
    expect(result).toEqual([true, true, true]);
  });

  test("a finalizer may bring its ring back to life", async () => {
    const { run } = await underStress(line);
    const result = run(`
      gc.set_threshold(200)
      saved = []
      class Phoenix(Node):
          def __del__(self): saved.append(self)
      def rings():
          kept = [ring(0, Phoenix) for _ in range(2000)]
          rest(20)
      rings()
      rest(60)
      gc.collect()
      [len(saved), all(a.next.next["next"] is a for a in saved)]
    `);
    expect(result).toEqual([2000, true]);
  });

  test("gc.get_objects, get_referrers and get_count see everything between slices", async () => {
    const { run } = await underStress(line);
    const result = run(`
      gc.set_threshold(100)
      kept = toil(3000)
      missing = strangers = 0
      for _ in range(150):
          rest(1)
          seen = {id(o) for o in gc.get_objects()}
          missing += sum(id(a) not in seen or id(a.next) not in seen for a in kept)
          strangers += sum(a not in gc.get_referrers(a.next) for a in kept[:3])
          toil(100)
      [missing, strangers, len(gc.get_count())]
    `);
    expect(result).toEqual([0, 0, 3]);
  });

  test("gc.freeze, gc.unfreeze and explicit collections in the middle of cycles", async () => {
    const { run } = await underStress(line);
    const result = run(`
      gc.set_threshold(100)
      wrong = 0
      for number in range(60):
          kept = toil(400, 100)
          rest(1 + number % 3)
          if number % 3 == 0:
              before = gc.get_freeze_count()
              gc.freeze()
              frozen = gc.get_freeze_count()
              rest(3)
              wrong += not before < frozen == gc.get_freeze_count()
              wrong += not all(a.next.next["next"] is a for a in kept)
              gc.unfreeze()
          elif number % 3 == 1:
              del kept
              gc.collect(number % 2 + 1)
      kept = None
      gc.collect()
      [wrong, sum(type(o) is Node for o in gc.get_objects())]
    `);
    expect(result).toEqual([0, 0]);
  });

  test("detaching in the middle of cycles leaves nothing behind", async () => {
    const { moult, run } = await underStress(line);
    run("gc.set_threshold(100); builtins = __import__('builtins'); builtins.kept = toil(5000); rest(7)");
    expect(moult.detach()).toBe(true);
    const result = run(`
      import builtins
      alive = all(a.next.next["next"] is a for a in builtins.kept)
      del builtins.kept
      gc.collect()
      [alive, sum(type(o) is Node for o in gc.get_objects())]
    `);
    expect(result).toEqual([true, 0]);
  });

  test("an automatic collection looks at a part of very many young objects, and the others have their turn", async () => {
    const pyodide = await loadLine(line);
    const moult = await attach(pyodide, { plan: "incremental", verify: 2 });
    const examined: number[] = [];
    moult.on("collection", (event) => {
      if (event.reason === "automatic") examined.push(event.examined);
    });
    const left = pyodide.runPython(`
import gc
class Node: pass
def ring():
    a, b = Node(), Node()
    a.next, b.next = b, a
    return a
def garbage_and_others():
    gc.disable()
    kept = [Node() for _ in range(100_000)]
    for _ in range(5000): ring()
    kept += [Node() for _ in range(10_000)]
    gc.enable()
    return kept
kept = garbage_and_others()
more = [[] for _ in range(12_000)]
more.clear(); more += [[] for _ in range(12_000)]
sum(type(o) is Node for o in gc.get_objects()) - len(kept)
`);
    expect(left).toBe(0);
    expect(Math.max(...examined)).toBe(60_000);
    // Who asks for a collection gets all of it.
    pyodide.runPython("del kept; kept = garbage_and_others()");
    expect(pyodide.runPython("gc.disable(); gc.collect(0)")).toBeGreaterThan(0);
    expect(pyodide.runPython("sum(type(o) is Node for o in gc.get_objects()) - len(kept)")).toBe(0);
  });

  test("what dies after a while is found without a cycle, in the middle generation", async () => {
    // A generous pause, so that a slow machine keeps as many survivors there as a fast one.
    const { cycles, pyodide } = await underStress(line, { stress: false, pauseGoal: 50 });
    pyodide.runPython(`
from collections import deque
class Entry:
    def __init__(self): self.payload, self.me = bytes(2000), self
def most_alive(entries, waiting):
    queue, most = deque(maxlen=waiting), 0
    for number in range(entries):
        queue.append(Entry())
        if number % 500 == 0: most = max(most, sum(type(o) is Entry for o in gc.get_objects()))
    return most
gc.collect()
`);
    cycles.length = 0;
    expect(pyodide.runPython("most_alive(30_000, 1000)")).toBeLessThan(1000 + 3500);
    expect(cycles.length).toBeLessThan(5);
    // They are all in generations that a look comes to, so none is left for long after the last.
    pyodide.runPython("rest(3)");
    expect(pyodide.runPython("sum(type(o) is Entry for o in gc.get_objects())")).toBeLessThan(1000);
  });

  test("one island too large for a group is proven whole and cleared in pieces", async () => {
    const { cycles, run } = await underStress(line, { stress: false });
    const left = run(`
      class Big: pass
      def island():
          nodes = [Big() for _ in range(40_000)]
          for a, b in zip(nodes, nodes[1:] + nodes[:1]): a.next, b.before = b, a
          rest(30)
      island()
      for _ in range(40):
          kept = [[] for _ in range(20_000)]
          rest(1)
      sum(type(o) is Big for o in gc.get_objects())
    `);
    expect(left).toBe(0);
    expect(cycles.some((cycle) => cycle.collected >= 40_000)).toBe(true);
  });
});

test("a kernel that visits what it marked before Python ran, unseen, is caught", async () => {
  const kernel = await WebAssembly.compile(readFileSync("build/sabotage/trusts-stale.wasm"));
  const { pyodide } = await underStress("314", { stress: true, kernel });
  expect(() => pyodide.runPython(HOSTILE)).toThrow();
});
