/** Collecting step by step: whoever asks, wherever the call comes from, steps collect everything and harm nothing. */
import { readFileSync } from "node:fs";
import type { PyodideAPI } from "pyodide";
import { beforeAll, describe, expect, test } from "vitest";
import { attach, type Moult, type MoultEvent, type MoultOptions, type StepResult } from "../../src/index.js";
import { LINES, type Line, loadLine, runner } from "../support/runtimes.js";
import { hostile } from "./preludes.js";

/** `rings(n)`: n dead rings of a Node and a dict. `nodes()`: how many nodes there are. Automatic collection is off. */
const PRELUDE = `
import gc, weakref
import moult as m
class Node:
    def __init__(self): self.ring = {"me": self}
def rings(n):
    for _ in range(n): Node()
def nodes():
    return sum(type(o) is Node for o in gc.get_objects())
gc.collect(); gc.freeze(); gc.disable()
`;

interface Attached {
  readonly pyodide: PyodideAPI;
  readonly moult: Moult;
  readonly events: MoultEvent[];
  readonly run: (source: string) => unknown;
  readonly python: (source: string) => unknown;
}

/** Every step is checked by the naive twin. */
async function attached(line: Line, options: MoultOptions = {}): Promise<Attached> {
  const pyodide = await loadLine(line);
  const moult = await attach(pyodide, { plan: "incremental", verify: 2, ...options });
  pyodide.runPython(PRELUDE);
  const events: MoultEvent[] = [];
  for (const name of ["collection", "cycle"] as const) moult.on(name, (event) => events.push(event));
  const python = (source: string): unknown => {
    const result = pyodide.runPython(source);
    if (typeof result !== "object" || result === null) return result;
    const plain: unknown = result.toJs();
    result.destroy();
    return plain;
  };
  return { pyodide, moult, events, python, run: runner(pyodide) };
}

/** Steps until one is done; the sum of what they collected. */
function stepThrough(moult: Moult, budget: number): { steps: StepResult[]; collected: number } {
  const steps: StepResult[] = [];
  do steps.push(moult.step(budget));
  while (!steps.at(-1)!.done && steps.length < 100_000);
  return { steps, collected: steps.reduce((sum, step) => sum + step.collected, 0) };
}

describe.each(LINES)("steps on pyodide %s", (line) => {
  let all: Attached;
  beforeAll(async () => {
    all = await attached(line);
  });

  test("steps of no time come to an end, through every phase", () => {
    const { moult, python } = all;
    moult.step(Number.POSITIVE_INFINITY);
    python("kept = [Node() for _ in range(3000)]; rings(4000)");
    const { steps, collected } = stepThrough(moult, 0);
    expect(steps.at(-1)).toMatchObject({ outcome: "ended", done: true, after: "idle" });
    expect(steps.length).toBeGreaterThan(5);
    const phases = new Set(steps.map((step) => step.after));
    for (const phase of ["mark", "sort", "prove", "idle"] as const) expect(phases).toContain(phase);
    steps.slice(1).forEach((step, i) => {
      expect(step.before).toBe(steps[i]!.after);
    });
    // A ring is a node and a dict, and the attribute `__dict__` may be a third.
    expect(collected).toBeGreaterThanOrEqual(8000);
    expect(python("nodes()")).toBe(3000);
    expect(python("all(n.ring['me'] is n for n in kept)")).toBe(true);
    python("del kept");
  });

  test("one step of any length does it all", () => {
    const { moult, python } = all;
    moult.collect();
    python("rings(500)");
    const before = Number(python("nodes()"));
    const step = moult.step(Number.POSITIVE_INFINITY);
    expect(step).toMatchObject({ outcome: "ended", done: true, before: "idle", after: "idle" });
    expect(step.collected).toBeGreaterThanOrEqual(2 * before);
    expect(step.examined).toBeGreaterThanOrEqual(step.collected);
    expect(step.ms).toBeGreaterThan(0);
    expect(python("nodes()")).toBe(0);
  });

  test("what is old already is found by a cycle that begins after its death", () => {
    const { moult, python } = all;
    python("old = [Node() for _ in range(2000)]; gc.collect(); del old");
    expect(python("nodes()")).toBe(2000);
    const { collected } = stepThrough(moult, 0.05);
    expect(collected).toBeGreaterThanOrEqual(4000);
    expect(python("nodes()")).toBe(0);
  });

  test("between steps gc.get_objects sees everything, and the heap may change", () => {
    const { moult, python } = all;
    python("kept = [Node() for _ in range(4000)]; made = 0");
    let done = false;
    for (let i = 0; !done && i < 100_000; i++) {
      done = moult.step(0).done;
      if (i % 7 === 0)
        python("place = made % 4000; kept[place] = Node(); kept[place].other = kept[place - 1]; made += 1");
      if (i % 50 === 0)
        expect(python("{id(n) for n in kept} <= {id(o) for o in gc.get_objects()}")).toBe(true);
    }
    expect(done).toBe(true);
    expect(python("all(n.ring['me'] is n for n in kept)")).toBe(true);
    python("del kept; gc.collect()");
  });

  test("more young objects than a step has time for get old as they are, and are collected all the same", () => {
    const { moult, python } = all;
    moult.collect();
    python("keep = Node(); rings(40_000)");
    const [first] = stepThrough(moult, 0).steps;
    expect(first!.collected).toBe(0);
    expect(python("nodes()")).toBe(1);
    python("del keep");
  });

  test("begins no cycle before it is due, where that is asked", () => {
    const { moult, python, events } = all;
    moult.collect();
    python("rings(10)");
    events.length = 0;
    expect(moult.step(1, { ifDue: true })).toMatchObject({
      outcome: "idle",
      done: true,
      collected: 0,
      ms: 0,
    });
    expect(events).toEqual([]);
    python("rings(1000)");
    const young = moult.step(1, { ifDue: true });
    expect(young).toMatchObject({ outcome: "idle", done: true });
    expect(young.collected).toBeGreaterThanOrEqual(2000);
    python("kept = [Node() for _ in range(20_000)]");
    expect(moult.step(0, { ifDue: true })).toMatchObject({ outcome: "working", before: "idle" });
    python("del kept; gc.collect()");
  });

  test("takes the time that an IdleDeadline has left", () => {
    expect(all.moult.step({ timeRemaining: () => Number.POSITIVE_INFINITY }).outcome).toBe("ended");
    expect(all.moult.step({ timeRemaining: () => 0 }).outcome).toBe("working");
    expect(all.moult.step(Number.POSITIVE_INFINITY).outcome).toBe("ended");
  });

  test.each([-1, Number.NaN, "1", null, {}, true, 1n])("refuses %s as a budget", (budget) => {
    const before = all.moult.stats();
    expect(() => all.moult.step(budget as number)).toThrow(RangeError);
    expect(() => all.moult.step(budget as number)).toThrow(/^a budget can't be .*; allowed: a number of/);
    expect(all.moult.stats()).toEqual(before);
  });

  test("is a collection of generation 0 for events, statistics and gc.callbacks", () => {
    const { moult, python, events } = all;
    moult.collect();
    python(
      "rings(100); heard = []; gc.callbacks.append(lambda phase, info: heard.append((phase, info['generation'])))",
    );
    events.length = 0;
    const before = moult.stats().generations;
    const stock = python("[g['collections'] for g in gc.get_stats()]") as number[];
    const { steps } = stepThrough(moult, 0);
    expect(python("[list(h) for h in heard]")).toEqual(
      steps.flatMap(() => [
        ["start", 0],
        ["stop", 0],
      ]),
    );
    python("gc.callbacks.clear(); del heard");
    const after = moult.stats().generations;
    const made = [0, 1, 2].map((i) => after[i]!.collections - before[i]!.collections);
    expect(made).toEqual([steps.length, 0, 1]);
    const now = python("[g['collections'] for g in gc.get_stats()]") as number[];
    expect(now.map((n, i) => n - stock[i]!)).toEqual(made);
    const collections = events.filter((event) => event.type === "collection");
    expect(collections.map(({ reason, generation }) => [reason, generation])).toEqual(
      steps.map(() => ["step", 0]),
    );
    expect(events.filter((event) => event.type === "cycle")).toHaveLength(1);
    const sum = (counts: { collected: number }[]) =>
      counts.reduce((total, { collected }) => total + collected, 0);
    expect(sum(collections)).toBe(sum(steps));
    expect(sum([...after])).toBe(sum([...before]) + sum(steps));
  });

  test("does nothing within a collection, wherever in it", () => {
    const { moult, pyodide, python } = all;
    moult.collect();
    pyodide.globals.set("js_step", () => moult.step(1).outcome);
    python(`
said = []
class Asks:
    def __init__(self): self.me = self
    def __del__(self):
        # Hostile: until it is done.
        while not (answer := m.collect_step(5)).major_is_done: pass
        said.append(["finalizer", answer.outcome, answer.count, js_step()])
def callback(phase, info):
    said.append([phase, m.collect_step().outcome, 0, js_step()])
Asks()
watched = Node()
watch = weakref.ref(watched, lambda _: said.append(["weakref", m.collect_step(0).outcome, 0, js_step()]))
del watched
gc.callbacks.append(callback)
`);
    expect(moult.step(Number.POSITIVE_INFINITY).outcome).toBe("ended");
    const said = python("gc.callbacks.clear(); said") as unknown[][];
    expect(said.map(([where, ...rest]) => [where, ...rest]).sort()).toEqual([
      ["finalizer", "busy", 0, "busy"],
      ["start", "busy", 0, "busy"],
      ["stop", "busy", 0, "busy"],
      ["weakref", "busy", 0, "busy"],
    ]);
    python("del said, js_step, watch");
  });

  test("leaves exceptions that are handled, or on their way, as they are", () => {
    expect(
      all.python(`
import sys
def handled():
    try:
        raise KeyError("kept", Node())
    except KeyError as error:
        rings(50)
        while not m.collect_step(0).major_is_done: pass
        return [sys.exception() is error, error.args[0], type(error.args[1].ring["me"]).__name__]
class Steps:
    def __enter__(self): pass
    def __exit__(self, *error):
        while not m.collect_step(0).major_is_done: pass
def on_its_way():
    try:
        with Steps():
            raise KeyError("flies")
    except KeyError as error:
        return error.args[0]
def in_generator():
    try:
        yield
    finally:
        m.collect_step(float("inf"))
generator = in_generator()
next(generator)
del generator
[*handled(), on_its_way()]
`),
    ).toEqual([true, "kept", "Node", "flies"]);
  });

  test("keeps what only frames and C code hold", () => {
    expect(
      all.python(`
def deep(n):
    mine = Node()
    if n == 0:
        while not m.collect_step(0).major_is_done: pass
    else:
        deep(n - 1)
    return mine.ring["me"] is mine
def key(node):
    m.collect_step(0)
    return id(node)
# sorted() holds the keys and the list's items in C while it calls back.
made = sorted((Node() for _ in range(300)), key=key)
[deep(50), all(n.ring["me"] is n for n in made), len(made)]
`),
    ).toEqual([true, true, 300]);
    all.python("del made");
  });

  test("finalizers run once, weak references are cleared, what is brought back stays", () => {
    const { moult, python } = all;
    python(`
saved, finalized, called = [], [], []
class Mortal(Node):
    def __init__(self, number):
        Node.__init__(self)
        self.number = number
    def __del__(self):
        finalized.append(self.number)
        if self.number % 10 == 0: saved.append(self)
def watched(number):
    return weakref.ref(Mortal(number), lambda _: called.append(1))
references = [watched(n) for n in range(2000)]
`);
    const { steps } = stepThrough(moult, 0);
    expect(steps.reduce((sum, step) => sum + step.resurrected, 0)).toBeGreaterThanOrEqual(200);
    expect(
      python(
        "[sorted(finalized) == list(range(2000)), len(called), len(saved), all(r() is None for r in references)," +
          " all(s.ring['me'] is s for s in saved)]",
      ),
    ).toEqual([true, 2000, 200, true, true]);
    python("del saved, references, finalized, called");
  });

  test("gc.collect and gc.freeze between steps", () => {
    const { moult, python } = all;
    for (let i = 0; i < 30; i++) {
      python("kept = [Node() for _ in range(500)]; rings(500)");
      for (let n = 0; n <= i % 6; n++) moult.step(0);
      if (i % 3 === 0) python("gc.collect(2)");
      if (i % 3 === 1) python("gc.freeze()");
      moult.step(0.1);
      if (i % 3 === 1) python("gc.unfreeze()");
      expect(python("all(n.ring['me'] is n for n in kept)")).toBe(true);
    }
    python("del kept; gc.collect()");
    expect(python("nodes()")).toBe(0);
  });

  test("does not depend on the name gc.collect", () => {
    const { moult, python } = all;
    python("rings(100); original, gc.collect = gc.collect, lambda *_: 1/0");
    expect(moult.step(Number.POSITIVE_INFINITY).outcome).toBe("ended");
    expect(moult.collect()).toBe(0);
    python("gc.collect = original");
    expect(python("nodes()")).toBe(0);
  });

  test("detaching in a step, and after it", async () => {
    const { pyodide, moult, python } = all;
    pyodide.globals.set("detach", () => moult.detach());
    python(`
said = []
class Leaves:
    def __init__(self): self.me = self
    def __del__(self): said.append(detach())
Leaves(); rings(100); keep = m
`);
    expect(moult.step(Number.POSITIVE_INFINITY).outcome).toBe("ended");
    await Promise.resolve();
    expect(moult.attached).toBe(false);
    expect(python("said")).toEqual([false]);
    const message = "this Moult is detached; attach again to use it";
    expect(() => moult.step()).toThrow(message);
    expect(() => moult.noGc()).toThrow(message);
    await expect(moult.collectWhenIdle()).rejects.toThrow(message);
    expect(() => python("keep.collect_step()")).toThrow(`RuntimeError: ${message}`);
    expect(() => python("with keep.no_gc(): pass")).toThrow(`RuntimeError: ${message}`);
    expect(python("gc.collect(); nodes()")).toBe(0);
    const again = await attach(pyodide, { plan: "incremental" });
    python("rings(10)");
    again.step(0);
    expect(again.detach()).toBe(true);
    expect(python("gc.collect(); nodes()")).toBe(0);
  });
});

test.each(["generational", "builtin"] as const)("the plan %s has no steps, and says so", async (plan) => {
  const pyodide = await loadLine("314");
  const moult = await attach(pyodide, { plan });
  const message = `the plan "${plan}" can't collect in steps; attach with { plan: "incremental" }, or use collect()`;
  expect(() => moult.step()).toThrow(expect.objectContaining({ code: "no-steps", message }));
  await expect(moult.collectWhenIdle()).rejects.toMatchObject({ code: "no-steps", message });
  expect(() => pyodide.runPython("import moult; moult.collect_step(1)")).toThrow(`RuntimeError: ${message}`);
});

test("at verify 3 CPython's own pass agrees with steps", async () => {
  const { moult, python } = await attached("314", { verify: 3 });
  python("rings(300)");
  stepThrough(moult, 0);
  stepThrough(moult, 0);
  expect(python("nodes()")).toBe(0);
});

/** Objects die between steps while they are grey, and their memory becomes bytes that look like nothing. */
const HOSTILE = `cycles = 0
${hostile(10_000, 20_000, "    if number % 40 == 0: cycles += m.collect_step(0).major_is_done")}
[cycles > 3, whole]`;

test.each(LINES)("objects may die between steps while they wait to be visited: pyodide %s", async (line) => {
  const { python } = await attached(line);
  expect(python(HOSTILE)).toEqual([true, 10_000]);
});

describe("the checks can fail", () => {
  const sabotaged = (fault: string) => WebAssembly.compile(readFileSync(`build/sabotage/${fault}.wasm`));

  test("a kernel that frees what is alive is caught in a step, and nothing is freed", async () => {
    const pyodide = await loadLine("314");
    pyodide.runPython("import gc; gc.disable(); kept = [[[]] for _ in range(50)]");
    const kernel = await sabotaged("frees-live");
    const moult = await attach(pyodide, { plan: "incremental", verify: 2, kernel });
    for (let i = 0; i < 3; i++) {
      expect(() => stepThrough(moult, 0)).toThrow(expect.objectContaining({ code: "verify-mismatch" }));
      expect(pyodide.runPython("gc.isenabled() or kept == [[[]] for _ in range(50)]")).toBe(true);
    }
  });

  test("a kernel that visits unseen what it marked in an earlier step is caught", async () => {
    const { pyodide } = await attached("314", { kernel: await sabotaged("trusts-stale") });
    expect(() => pyodide.runPython(HOSTILE)).toThrow();
  });

  test("a kernel that finds nothing leaves garbage that steps should have collected", async () => {
    const kernel = await sabotaged("finds-nothing");
    const { moult, python } = await attached("314", { verify: 0, kernel });
    python("rings(100)");
    stepThrough(moult, 0);
    expect(python("nodes()")).toBe(100);
  });
});
