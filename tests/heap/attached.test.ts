/** Captures through an attached Moult: with every plan, between the slices of a cycle, and refused where they can't be. */
import { describe, expect, test } from "vitest";
import { nodeWithId } from "../../src/heap/graph.js";
import { ATTACHED, open, replacesCollector } from "../support/runtimes.js";

const MAKE = `
import gc, moult
class Node: pass
def ring():
    a, b = Node(), Node()
    a.other, b.other = b, a
    return a
kept = [ring() for _ in range(3000)]
`;

describe.each(ATTACHED)("$name", (subject) => {
  test("every object that gc.get_objects() tells of is captured, and none comes to harm", async () => {
    const { pyodide, moult } = await open(subject, { verify: 2 });
    pyodide.runPython(MAKE);
    const complete = () => {
      const graph = moult!.heap.capture();
      pyodide.runPython("seen = gc.get_objects()");
      // What was made since then is not in it.
      const ids = pyodide.runPython("[id(o) for o in seen if type(o) is Node]").toJs() as number[];
      pyodide.runPython("del seen");
      expect(ids.length).toBeGreaterThanOrEqual(6000);
      return ids.filter((id) => nodeWithId(graph, id) === undefined);
    };
    expect(complete()).toEqual([]);
    pyodide.runPython("gc.collect()");
    expect(complete()).toEqual([]);
    expect(pyodide.runPython("all(a.other.other is a for a in kept)")).toBe(true);
    expect(pyodide.runPython("del kept, ring; gc.collect()")).toBeGreaterThanOrEqual(
      replacesCollector(subject) ? 6000 : 0,
    );
  });
});

const INCREMENTAL = ATTACHED.filter(({ plan }) => plan === "incremental");

test.each(INCREMENTAL)("between the slices of a cycle: $name", async (subject) => {
  const { pyodide, moult } = await open(subject, { verify: 2, stress: true });
  pyodide.runPython(`${MAKE}
gc.collect()
dead = [ring() for _ in range(2000)]
gc.collect()
del dead
`);
  const states = new Set<string>();
  for (let i = 0; i < 2000 && states.size < 4; i++) {
    const { after } = moult!.step(0);
    if (states.has(after)) continue;
    states.add(after);
    const graph = moult!.heap.capture();
    expect(graph.nodes).toBeGreaterThan(10_000);
    const id = Number(pyodide.runPython("id(kept[-1].other)"));
    expect(nodeWithId(graph, id)).toBeDefined();
  }
  expect(states.size).toBeGreaterThanOrEqual(4);
  expect(pyodide.runPython("gc.collect(); sum(type(o) is Node for o in gc.get_objects())")).toBe(6000);
});

test("refused from within a collection", async () => {
  const { pyodide, moult } = await open(INCREMENTAL[0]!);
  const errors: unknown[] = [];
  (globalThis as { capture?: () => void }).capture = () => {
    try {
      moult!.heap.capture();
    } catch (error) {
      errors.push((error as { code?: string }).code);
    }
  };
  pyodide.runPython(`
import gc, js
class Mortal:
    def __del__(self): js.capture()
loop = Mortal(); loop.self = loop
del loop
gc.collect()
`);
  expect(errors).toEqual(["busy"]);
});
