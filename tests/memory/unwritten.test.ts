/** Collections write nothing into live objects that marking reaches, so a copy-on-write page of theirs stays shared. */
import { describe, expect, test } from "vitest";
import { attach, type Moult, type PlanName } from "../../src/index.js";
import { Heap } from "../support/heap.js";
import { LINES, type Line, loadLine } from "../support/runtimes.js";
import { WriteLog } from "../support/write-log.js";

const GROUPS = 4000;

interface Subject {
  readonly heap: Heap;
  readonly moult: Moult;
  readonly run: (source: string) => unknown;
  /** The words of memory that the kernel writes, or that are not the same afterwards, while `action` runs. */
  wordsWritten(action: () => void): Set<number>;
}

async function open(line: Line, plan: PlanName, kernel = "kernel.wasm"): Promise<Subject> {
  const pyodide = await loadLine(line);
  const log = WriteLog.of(kernel);
  const moult = await log.instantiating(() => attach(pyodide, { plan, kernel: log.kernel }));
  const heap = new Heap(pyodide, line);
  const wordsWritten = (action: () => void) => {
    const before = heap.copy();
    const written = log.during(action);
    return new Set([...written, ...heap.changedSince(before)]);
  };
  return { heap, moult, run: (source) => pyodide.runPython(source), wordsWritten };
}

/** What a full collection writes into the old live objects of a heap, by objects and by pages. */
function fullCollection({ heap, moult, wordsWritten }: Subject) {
  const objects = heap.grow(GROUPS);
  expect(objects.size).toBeGreaterThan(9 * GROUPS);
  const words = wordsWritten(() => moult.collect());
  return { objects: heap.touched(objects, words).length, pages: heap.pages(objects, words) };
}

/** A whole cycle in slices, between which Python makes new objects that become old. */
function wholeCycle({ heap, moult, run, wordsWritten }: Subject) {
  const objects = heap.grow(GROUPS);
  let slices = 0;
  moult.on("cycle", (event) => {
    slices = event.slices;
  });
  run("later = []");
  const words = wordsWritten(() => {
    while (slices === 0) run("for i in range(5000): later.append([i])");
  });
  return { objects: heap.touched(objects, words).length, slices };
}

describe.each(LINES)("live objects stay unwritten on %s", (line) => {
  test.each(["generational", "incremental"] as const)("by a full collection (%s)", async (plan) => {
    const { objects, pages } = fullCollection(await open(line, plan));
    expect(objects).toBe(0);
    expect(pages.touched).toBeLessThan(16);
    expect(pages.all).toBeGreaterThan(500);
  });

  test("by a cycle in slices", async () => {
    const { objects, slices } = wholeCycle(await open(line, "incremental"));
    expect(objects).toBe(0);
    expect(slices).toBeGreaterThan(1);
  });
});

describe("a kernel that writes into live objects is caught", () => {
  test("in a full collection", async () => {
    const { objects } = fullCollection(await open("314", "generational", "sabotage/writes-live.wasm"));
    expect(objects).toBeGreaterThan(GROUPS);
  });

  test("in a cycle", async () => {
    const { objects } = wholeCycle(await open("314", "incremental", "sabotage/writes-live.wasm"));
    expect(objects).toBeGreaterThan(GROUPS);
  });
});
