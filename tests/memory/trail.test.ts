/** The sort of the old list goes on in a later slice, although where it left off may be gone by then. */
import { describe, expect, test } from "vitest";
import { objectsOf } from "../../src/cpython/gc-lists.js";
import { openMachine } from "../../src/cpython/machine.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { Bitmaps } from "../../src/plans/bitmaps.js";
import { Marking } from "../../src/plans/marking.js";
import { LINES, type Line, loadLine } from "../support/runtimes.js";

/** An interpreter with nothing attached to it, whose old list is as the program left it. */
async function sorting(line: Line) {
  const pyodide = await loadLine(line);
  const machine = openMachine(pyodide as never, await compileKernel());
  const { kernel, state, runtime } = machine;
  pyodide.runPython("import gc; gc.disable(); kept = [[i] for i in range(3000)]; later = []");
  kernel.merge(state.generation(0), state.generation(2));
  kernel.merge(state.generation(1), state.generation(2));
  new Bitmaps(runtime, 1, kernel.setCandidateSet).cover();
  expect(new Marking(machine).run(0)).toBeGreaterThan(3000);
  kernel.beginSort();
  kernel.wipe(0xffff_ffff);
  const old = state.generation(2);
  const headsOf = (list: number) => [...objectsOf(runtime, list)].map((object) => object - 8);
  const address = (name: string) => Number(pyodide.runPython(`id(${name})`)) - 8;
  return { run: (source: string) => pyodide.runPython(source), kernel, old, headsOf, address, state };
}

describe.each(LINES)("the sort on %s", (line) => {
  test("goes through the list in portions, and writes nothing", async () => {
    const { kernel, old, headsOf } = await sorting(line);
    let sorted = 0;
    let last = old;
    const before = headsOf(old);
    do {
      last = kernel.sortOld(old, last, 1000);
      sorted += kernel.sortedCount();
      if (last !== old) expect(before.indexOf(last)).toBeLessThan(sorted);
    } while (last !== old);
    expect(sorted).toBe(before.length);
    const after = new Set(headsOf(old));
    // What CPython untracks may have gone; the rest is in the same order.
    expect([...after]).toEqual(before.filter((head) => after.has(head)));
  });

  test("says so when its place is gone", async () => {
    const { run, kernel, old, address } = await sorting(line);
    const place = address("kept[2000]");
    expect(kernel.sortOld(old, place, 10)).not.toBe(0);
    run("kept[2000] = None");
    expect(kernel.sortOld(old, place, 10)).toBe(0);
    expect(kernel.sortOld(old, address("kept[1999]"), 10)).not.toBe(0);
  });

  test("says so when another object, of another list, is in its place", async () => {
    const { run, kernel, old, headsOf, state } = await sorting(line);
    // Which of them is used again is the allocator's business; a few are enough to try.
    const places = new Set((run("[id(object) for object in kept]").toJs() as number[]).map((id) => id - 8));
    run("kept.clear()");
    run("for i in range(4000): later.append([i])");
    const young = headsOf(state.generation(0));
    const reused = young.filter((head) => places.has(head)).slice(0, 10);
    expect(reused.length).toBeGreaterThan(0);
    for (let last of reused) {
      for (let i = 0; last !== 0 && i < 100; i++) last = kernel.sortOld(old, last, 500);
      expect(last).toBe(0);
    }
  });
});
