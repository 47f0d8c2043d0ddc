/** Idle collection of a real Python, in Node: what was garbage is gone, and Python runs in between. */
import type { PyodideAPI } from "pyodide";
import { beforeAll, describe, expect, test } from "vitest";
import { attach, type Moult } from "../../src/index.js";
import { LINES, loadLine } from "../support/runtimes.js";

describe.each(LINES)("on pyodide %s", (line) => {
  let pyodide: PyodideAPI;
  let moult: Moult;
  beforeAll(async () => {
    pyodide = await loadLine(line);
    moult = await attach(pyodide, { plan: "incremental", verify: 2, pauseGoal: 0.2 });
    pyodide.runPython(`
import gc, sys
gc.collect(); gc.freeze(); gc.disable()
class Node:
    def __init__(self): self.ring = {"me": self}
def nodes(): return sum(type(o) is Node for o in gc.get_objects())
`);
  });

  test("collects what is garbage when it is called, old and young, while Python runs", async () => {
    pyodide.runPython(
      "old = [Node() for _ in range(3000)]; gc.collect(); kept = [Node() for _ in range(500)]",
    );
    moult.step(0); // A cycle is under way already, and has marked some.
    pyodide.runPython("del old\nfor _ in range(1000): Node()");
    const work = moult.collectWhenIdle();
    let turns = 0;
    let over = false;
    const others = (async () => {
      for (; !over; turns++) {
        await new Promise((resolve) => setImmediate(resolve));
        pyodide.runPython("kept[0] = Node(); kept.append(Node())");
      }
    })();
    const result = await work;
    over = true;
    await others;
    expect(result.done).toBe(true);
    expect(result.collected).toBeGreaterThanOrEqual(8000);
    expect(result.steps).toBeGreaterThan(1);
    expect(turns).toBeGreaterThanOrEqual(result.steps - 1);
    // Of those that died meanwhile some may be left.
    expect(pyodide.runPython("nodes() - len(kept)")).toBeLessThanOrEqual(turns);
    expect(pyodide.runPython("all(n.ring['me'] is n for n in kept)")).toBe(true);
    pyodide.runPython("del kept");
  });

  test("aborting leaves a cycle that goes on later", async () => {
    pyodide.runPython("kept = [Node() for _ in range(3000)]");
    const controller = new AbortController();
    const work = moult.collectWhenIdle({ signal: controller.signal, budget: 0 });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    controller.abort();
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    expect(pyodide.runPython("all(n.ring['me'] is n for n in kept)")).toBe(true);
    pyodide.runPython("del kept");
    expect((await moult.collectWhenIdle()).done).toBe(true);
    expect(pyodide.runPython("nodes()")).toBe(0);
  });

  test("repeated, it collects what comes, until Moult is detached", async () => {
    const work = moult.collectWhenIdle({ repeat: true });
    pyodide.runPython("for _ in range(20_000): Node()");
    while (pyodide.runPython("nodes()") > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    moult.detach();
    const result = await work;
    expect(result).toMatchObject({ done: false });
    expect(result.collected).toBeGreaterThanOrEqual(40_000);
  });
});
