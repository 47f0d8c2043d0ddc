/** What gc.freeze took out of the way costs later collections nothing, and nothing else is taken for frozen. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attach, type CollectionEvent, type PlanName } from "../../src/index.js";
import { Heap } from "../support/heap.js";
import { type Line, loadLine, python } from "../support/runtimes.js";
import { WriteLog } from "../support/write-log.js";

const PRELUDE = python(`
  import gc
  class Node:
      def __init__(self): self.me, self.data = self, {"a": [self]}
  gc.disable(); gc.collect()
`);

async function open(line: Line, plan: PlanName, kernel?: WebAssembly.Module) {
  const pyodide = await loadLine(line);
  const moult = await attach(pyodide, { plan, verify: kernel ? 0 : 2, ...(kernel && { kernel }) });
  const events: CollectionEvent[] = [];
  moult.on("collection", (event) => events.push(event));
  pyodide.runPython(PRELUDE);
  const run = (source: string) => pyodide.runPython(python(source));
  const collect = () => {
    moult.collect();
    return events.at(-1)!;
  };
  return { pyodide, moult, run, collect };
}

const SUBJECTS = [
  ["314", "generational"],
  ["314", "incremental"],
  ["0.29", "generational"],
  ["0.29", "incremental"],
  ["315", "generational"],
  ["315", "incremental"],
] as const;

describe.each(SUBJECTS)("frozen objects on %s (%s)", (line, plan) => {
  test("are neither visited nor written", async () => {
    const pyodide = await loadLine(line);
    const log = WriteLog.of();
    const moult = await log.instantiating(() => attach(pyodide, { plan, kernel: log.kernel }));
    const heap = new Heap(pyodide, line);
    const objects = heap.grow(2000);
    pyodide.runPython("gc.freeze()");
    moult.collect();
    let event: CollectionEvent | undefined;
    moult.on("collection", (one) => {
      event = one;
    });
    const before = heap.copy();
    const written = log.during(() => void moult.collect());
    const words = new Set([...written, ...heap.changedSince(before)]);
    expect(heap.touched(objects, words)).toEqual([]);
    expect(event!.marked + event!.candidates).toBeLessThan(200);
  });

  test("lead to what is alive, once that is much", async () => {
    const { run, collect } = await open(line, plan);
    run("cache = {}; before = [Node() for _ in range(1000)]; gc.collect(); gc.freeze()");
    run("for i in range(5000): cache[i] = Node()");
    expect(collect().candidates).toBeGreaterThan(15_000);
    const later = collect();
    expect(later.candidates).toBeLessThan(1000);
    expect(later.marked).toBeGreaterThan(15_000);
    // What leads there now dies, and others take its place: what these refer to is not marked for that.
    const found = run(
      "del cache; gc.collect(); garbage = [{1: Node()} for _ in range(3000)]; del garbage; gc.collect()",
    );
    expect(found).toBe(9000);
    expect(run("all(n.me is n and n.data['a'][0] is n for n in before)")).toBe(true);
  });

  test("are collected again once they are unfrozen", async () => {
    const { run } = await open(line, plan);
    const first = run(`
      kept = [Node() for _ in range(1000)]; gc.collect(); gc.freeze(); gc.collect(); del kept
      [gc.collect(), gc.unfreeze(), gc.collect()]
    `);
    expect(first.toJs()).toEqual([0, undefined, 3000]);
    const second = run(`
      kept = [Node() for _ in range(1000)]; gc.collect(); gc.freeze(); gc.collect(); gc.unfreeze(); gc.freeze(); del kept
      [gc.collect(), gc.unfreeze(), gc.collect()]
    `);
    expect(second.toJs()).toEqual([0, undefined, 3000]);
  });
});

/** Frozen objects die by reference count, and rings of garbage get their memory: how many rings, and how many are found. */
const REUSE = `
  frozen = [[None] for _ in range(4000)]
  places = set(map(id, frozen))
  gc.collect(); gc.freeze(); gc.collect(); frozen.clear()
  def rings(n):
      for _ in range(n):
          ring = []; ring.append(ring)
          yield id(ring) in places
  reused = sum(rings(6000))
  [reused, gc.collect()]
`;

describe("memory of frozen objects that died", () => {
  test.each(SUBJECTS)("is an ordinary object's afterwards, on %s (%s)", async (line, plan) => {
    const { run } = await open(line, plan);
    const [reused, found] = run(REUSE).toJs();
    expect(reused).toBeGreaterThan(500);
    expect(found).toBe(6000);
  });

  test("a kernel that does not look into that is caught", async () => {
    const kernel = await WebAssembly.compile(readFileSync("build/sabotage/never-thaws.wasm"));
    const { run } = await open("314", "generational", kernel);
    const [, found] = run(REUSE).toJs();
    expect(found).toBeLessThan(5500);
  });
});
