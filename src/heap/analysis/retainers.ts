/** The graph backwards: who refers to a node. Computed once for a graph. */
import type { HeapGraph } from "../graph.js";

/** Edges by the node that they lead to: those of a node are `edges[first[node]]` to before `edges[first[node + 1]]`. */
export interface Retainers {
  readonly first: Uint32Array;
  /** Numbers of edges. */
  readonly edges: Uint32Array;
  /** Of each edge the node that it is of. */
  readonly sources: Uint32Array;
}

const known = new WeakMap<HeapGraph, Retainers>();

/** Who refers to each node, weak references included. */
export function retainersOf(graph: HeapGraph): Retainers {
  let found = known.get(graph);
  if (found === undefined) {
    found = compute(graph);
    known.set(graph, found);
  }
  return found;
}

function compute({ nodes, edges, firstEdge, targets }: HeapGraph): Retainers {
  const first = new Uint32Array(nodes + 1);
  for (let edge = 0; edge < edges; edge++) first[targets[edge]! + 1]!++;
  for (let node = 0; node < nodes; node++) first[node + 1]! += first[node]!;
  const next = first.slice();
  const incoming = new Uint32Array(edges);
  const sources = new Uint32Array(edges);
  for (let node = 0; node < nodes; node++) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      sources[edge] = node;
      incoming[next[targets[edge]!]!++] = edge;
    }
  }
  return { first, edges: incoming, sources };
}
