/** Dominators and retained sizes agree with the definition, computed naively: what is not reached any more without a node. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dominatorsOf, NONE } from "../../src/heap/analysis/dominators.js";
import type { HeapGraph } from "../../src/heap/graph.js";
import { graphOf } from "./support.js";

/** Nodes that the root reaches by strong edges when one is taken out. */
function reachedWithout(graph: HeapGraph, without: number): Set<number> {
  const reached = new Set<number>();
  const stack = without === 0 ? [] : [0];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const to = graph.targets[edge]!;
      if (graph.edgeTypes[edge] !== 6 && to !== without) stack.push(to);
    }
  }
  return reached;
}

function naiveRetained(graph: HeapGraph, node: number): number {
  const all = reachedWithout(graph, NONE);
  if (!all.has(node)) return graph.sizes[node]!;
  const left = reachedWithout(graph, node);
  return [...all].filter((other) => !left.has(other)).reduce((sum, other) => sum + graph.sizes[other]!, 0);
}

const anyGraph = fc
  .integer({ min: 1, max: 25 })
  .chain((nodes) =>
    fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 100 }),
        fc.array(fc.integer({ min: -nodes + 1, max: nodes - 1 }), { maxLength: 4 }),
      ),
      { minLength: nodes, maxLength: nodes },
    ),
  );

describe("dominators", () => {
  test("retained sizes are what is not reached any more without the node", () => {
    fc.assert(
      fc.property(anyGraph, (rows) => {
        const graph = graphOf(rows.map(([bytes, targets]) => [bytes, ...targets]));
        const { retained } = dominatorsOf(graph);
        for (let node = 0; node < graph.nodes; node++)
          expect(retained[node]).toBe(naiveRetained(graph, node));
      }),
      { numRuns: 500 },
    );
  });

  test("the naive computation would notice a dominator that is too high", () => {
    // 0 → 1 → 2: 1 dominates 2; with another way to 2 it does not.
    const chain = graphOf([[0, 1], [10, 2], [5]]);
    expect(naiveRetained(chain, 1)).toBe(15);
    expect(naiveRetained(graphOf([[0, 1, 2], [10, 2], [5]]), 1)).toBe(10);
  });

  test("weak references hold nothing", () => {
    const { retained, parents } = dominatorsOf(graphOf([[0, 1], [10, -2], [5]]));
    expect([...retained]).toEqual([10, 10, 5]);
    expect(parents[2]).toBe(NONE);
  });

  test("a chain of a million nodes needs no stack", () => {
    const length = 1_000_000;
    const graph = graphOf(Array.from({ length }, (_, i) => (i + 1 < length ? [1, i + 1] : [1])));
    expect(dominatorsOf(graph).retained[0]).toBe(length);
  });
});
