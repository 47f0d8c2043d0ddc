/** Marking reaches all of a large heap, whatever its shape: what it misses would only cost time, and nobody would see it. */
import { describe, expect, test } from "vitest";
import { openMachine } from "../../src/cpython/machine.js";
import { attach, type CollectionEvent } from "../../src/index.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { LINES, loadLine } from "../support/runtimes.js";

const SIZE = 100_000;
/** Objects that only C code holds on to, in a Pyodide without a program. */
const HELD_BY_C = 1_500;

const SETUP = `
import gc
from random import Random
class Node:
    def __init__(self, *to): self.to = to
random = Random(7)
`;

/** Each leaves \`top\` as the only way to more than SIZE objects. */
const SHAPES = {
  "a chain to older objects": "top = None\nfor _ in range(SIZE): top = Node(top)",
  "a chain to younger objects":
    "top = last = Node()\nfor _ in range(SIZE):\n    node = Node()\n    last.to = (node,)\n    last = node\ndel last, node",
  "a list of all, in random order": "top = [Node() for _ in range(SIZE)]\nrandom.shuffle(top)",
  "a chain in random order":
    "nodes = [Node() for _ in range(SIZE)]\nrandom.shuffle(nodes)\nfor a, b in zip(nodes, nodes[1:]): a.to = (b,)\ntop = nodes[0]\ndel nodes, a, b",
  // A parent is younger than its children, and has too many of them for a shallow stack: several sweeps.
  "a wide tree, from the leaves to the root":
    "level = [Node() for _ in range(SIZE)]\nwhile len(level) > 1: level = [Node(*level[i:i + 200]) for i in range(0, len(level), 200)]\ntop = level[0]\ndel level",
  "a deep tree of wide nodes":
    "top = None\nfor _ in range(SIZE // 300): top = Node(top, *[[i] for i in range(300)])",
  "a large dict": "top = {i: [i] for i in range(SIZE)}",
  "a large set": "top = {Node() for _ in range(SIZE)}",
  closures: "def make(to): return lambda: to\ntop = None\nfor _ in range(SIZE): top = make(top)",
};

describe.each(LINES)("on pyodide %s marking reaches", (line) => {
  test.each(Object.entries(SHAPES))("%s", async (_, build) => {
    const pyodide = await loadLine(line);
    using moult = await attach(pyodide, { plan: "generational", verify: 2 });
    const full: CollectionEvent[] = [];
    moult.on("collection", (event) => event.generation === 2 && full.push(event));
    pyodide.runPython(`${SETUP}gc.disable(); gc.collect()\n${build.replaceAll("SIZE", `${SIZE}`)}`);
    full.length = 0;
    // The first collection does not know yet how large the heap is, and begins with the stack; the second sweeps.
    for (let i = 0; i < 2; i++) expect(moult.collect()).toBe(0);
    for (const { examined, candidates } of full) {
      expect(examined).toBeGreaterThan(SIZE);
      expect(candidates).toBeLessThan(HELD_BY_C);
    }
    // And once the top is gone, all of it goes.
    pyodide.runPython("Node.cycle = top = [top]; top.append(top); del Node.cycle, top");
    expect(moult.collect()).toBeGreaterThanOrEqual(2);
  });
});

test("trial deletion says the same without memory for its bitmap", async () => {
  const pyodide = await loadLine("314");
  const { kernel, lists, runtime, state } = openMachine(pyodide, await compileKernel());
  pyodide.runPython(`
import gc
gc.disable(); gc.collect(); gc.freeze()
kept = [[i] for i in range(500)]
def ring(n):
    first = last = []
    for _ in range(n - 1): last.append([]); last = last[0]
    last.append(first)
for n in (1, 2, 30): ring(n)
`);
  const bytes = runtime.memory.buffer.byteLength / 64;
  const young = state.generation(0);
  const deduce = (address: number, size: number) => {
    kernel.setCandidateSet(address, size);
    kernel.forgetTypes();
    kernel.merge(young, lists.candidates);
    const candidates = kernel.takeAll(lists.candidates);
    const trash = kernel.deduce(lists.candidates, young, lists.trash, 0);
    kernel.clearCollectingAll(lists.trash);
    kernel.merge(lists.trash, young);
    return { candidates, trash };
  };
  const bitmap = runtime.allocate(bytes);
  const known = deduce(bitmap, bytes);
  expect(known.trash).toBe(33);
  expect(known.candidates).toBeGreaterThan(500);
  // No bitmap, and one that memory has outgrown.
  expect(deduce(0, 0)).toEqual(known);
  expect(deduce(bitmap, bytes - 1024)).toEqual(known);
  // It was left as it was found: all zero.
  expect(runtime.bytes.subarray(bitmap, bitmap + bytes).every((byte) => byte === 0)).toBe(true);
});
