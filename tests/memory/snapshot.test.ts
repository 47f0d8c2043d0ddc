/** Memory snapshots of Pyodide's, taken after `prepareSnapshot` or `detach`: they boot, and can be attached to. */
import type { PyodideAPI } from "pyodide";
import { describe, expect, test } from "vitest";
import { attach, type Moult, type PlanName } from "../../src/index.js";
import { Heap } from "../support/heap.js";
import { LINES, type Line, PACKAGES, python } from "../support/runtimes.js";

type Load = (options: object) => Promise<PyodideAPI>;

async function load(line: Line, options: object): Promise<PyodideAPI> {
  const { loadPyodide } = (await import(PACKAGES[line])) as typeof import("pyodide");
  return (loadPyodide as Load)(options);
}

/** A program with all that a snapshot should keep, and some garbage; it holds on to the module `moult`. */
const PROGRAM = python(`
  import gc, moult, sys, types, weakref
  from js import Math
  lib = types.ModuleType("lib"); sys.modules["lib"] = lib
  class Node:
      def __init__(self, other=None): self.other, self.me = other, self
  lib.Node, lib.kept = Node, [Node(i) for i in range(500)]
  for _ in range(300): Node()
  thresholds, callbacks = gc.get_threshold(), gc.callbacks
  moult.stats()
`);

/** What is to be as before: in the program itself, and in what boots from the snapshot. */
const CHECK = python(`
  import gc, lib, weakref
  whole = all(n.me is n and n.other == i for i, n in enumerate(lib.kept))
  gc.collect()
  watch = weakref.ref(lib.Node())
  found = gc.collect()
  [whole, found, watch() is None, Math.max(1, 2), gc.isenabled(), gc.callbacks == [], gc.callbacks is callbacks]
`);
const SOUND = [true, 1, true, 2, true, true, true];

function check(pyodide: PyodideAPI): unknown {
  const answer = pyodide.runPython(CHECK);
  try {
    return answer.toJs();
  } finally {
    answer.destroy();
  }
}

async function running(
  line: Line,
  plan: PlanName,
): Promise<{ pyodide: PyodideAPI; moult: Moult; stock: number }> {
  const pyodide = await load(line, { _makeSnapshot: true });
  const stock = (pyodide as unknown as { _module: { wasmTable: WebAssembly.Table } })._module.wasmTable
    .length;
  const moult = await attach(pyodide, { plan, allocator: "system" });
  pyodide.runPython(PROGRAM);
  return { pyodide, moult, stock };
}

describe.each(LINES)("a snapshot on %s", (line) => {
  test.each(["generational", "incremental", "builtin"] as const)(
    "after prepareSnapshot (%s)",
    async (plan) => {
      const { pyodide, moult } = await running(line, plan);
      moult.prepareSnapshot();
      expect(moult.attached).toBe(false);
      const frozen = pyodide.runPython("gc.get_freeze_count()");
      expect(frozen).toBeGreaterThan(500);

      const restored = await load(line, { _loadSnapshot: pyodide.makeMemorySnapshot() });
      // Booting lets a few dozen of its own objects die.
      expect(restored.runPython("gc.get_freeze_count()")).toBeGreaterThan(frozen - 100);
      expect(check(restored)).toEqual(SOUND);
      expect(restored.runPython("'moult' in sys.modules, moult.attached, moult.detach()").toString()).toBe(
        "(False, False, True)",
      );

      const again = await attach(restored, { plan, verify: plan === "builtin" ? 0 : 2 });
      expect(check(restored)).toEqual(SOUND);
      expect(again.stats().generations[2].collections).toBeGreaterThan(0);
      expect(restored.runPython("gc.get_freeze_count()")).toBeGreaterThan(500);
      again.detach();
      expect(check(restored)).toEqual(SOUND);
    },
  );

  test("after detach", async () => {
    const { pyodide, moult } = await running(line, "generational");
    moult.detach();
    const restored = await load(line, { _loadSnapshot: pyodide.makeMemorySnapshot() });
    expect(check(restored)).toEqual(SOUND);
    const again = await attach(restored, { verify: 2 });
    expect(check(restored)).toEqual(SOUND);
    expect(again.detach()).toBe(true);
  });

  test("leaves nothing that leads into Moult's kernel", async () => {
    const { pyodide, moult, stock } = await running(line, "generational");
    const heap = new Heap(pyodide, line);
    expect(heap.tableIndicesFrom(stock)).not.toEqual([]);
    moult.prepareSnapshot();
    expect(heap.tableIndicesFrom(stock)).toEqual([]);
  });

  test("can be prepared many times, with Moult attached again in between", async () => {
    let { pyodide, moult } = await running(line, "incremental");
    for (let i = 0; i < 3; i++) {
      moult.prepareSnapshot();
      moult = await attach(pyodide, { plan: "incremental", allocator: "system" });
      expect(check(pyodide)).toEqual(SOUND);
    }
    moult.prepareSnapshot();
    expect(() => moult.prepareSnapshot()).toThrow(/detached/);
  });

  test("is refused where CPython has blocks of Moult's pool", async () => {
    const pyodide = await load(line, { _makeSnapshot: true });
    const refused = expect.objectContaining({ code: "pool-in-use" });
    const pooled = await attach(pyodide);
    expect(() => pooled.prepareSnapshot()).toThrow(refused);
    pooled.detach();
    const moult = await attach(pyodide, { allocator: "system" });
    expect(() => moult.prepareSnapshot()).toThrow(refused);
    expect(moult.attached).toBe(true);
  });

  test("is refused in the middle of a collection", async () => {
    const { pyodide, moult } = await running(line, "generational");
    pyodide.globals.set("prepare", () => moult.prepareSnapshot());
    const said = pyodide.runPython(
      python(`
        said = []
        def callback(phase, info):
            try: prepare()
            except Exception as error: said.append(str(error))
        gc.callbacks.append(callback); gc.collect(); gc.callbacks.clear()
        str(said[0])
      `),
    );
    expect(said).toMatch(/in the middle of a collection/);
    expect(moult.attached).toBe(true);
  });
});
