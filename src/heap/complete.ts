/**
 * What no root reaches is there all the same, and why is found here: an object with more references than the graph has
 * edges to it is held by somebody else (C code, a promise); what then is left are cycles that wait for the collector.
 */
import { EdgeType, type HeapGraph, NodeType } from "./graph.js";

/** Reference counts from here on are not counted: the object is immortal. */
const IMMORTAL = 2 ** 29;

/** The groups that receive what is found, by node. */
export interface Rest {
  readonly heldByC: number;
  readonly heldByJavaScript: number;
  readonly garbage: number;
}

/**
 * The graph with every node reachable from the root.
 *
 * @param counts reference counts of objects, by node
 */
export function complete(graph: HeapGraph, counts: Uint32Array, groups: Rest): HeapGraph {
  const reached = new Uint8Array(graph.nodes);
  const walk = walker(graph, reached);
  walk(0);
  const incoming = countIncoming(graph);
  const heldByC: number[] = [];
  const heldByJavaScript: number[] = [];
  const garbage: number[] = [];
  for (let node = 0; node < graph.nodes; node++) {
    if (reached[node] !== 0) continue;
    const count = counts[node]!;
    const isNative = graph.nodeTypes[node] === NodeType.native;
    if (isNative) heldByJavaScript.push(node);
    else if (count >= IMMORTAL || count > incoming[node]!) heldByC.push(node);
    else continue;
    reached[node] = 2; // Held itself; what it reaches is walked below, so that no group has what another one leads to.
  }
  for (const node of [...heldByC, ...heldByJavaScript]) walk(node);
  for (let node = 0; node < graph.nodes; node++) {
    if (reached[node] !== 0) continue;
    garbage.push(node);
    walk(node);
  }
  return withEdges(
    graph,
    new Map([
      [groups.heldByC, heldByC],
      [groups.heldByJavaScript, heldByJavaScript],
      [groups.garbage, garbage],
    ]),
  );
}

function walker(
  { firstEdge, targets, edgeTypes, nodes }: HeapGraph,
  reached: Uint8Array,
): (from: number) => void {
  const stack = new Uint32Array(nodes);
  return (from) => {
    let top = 0;
    stack[top++] = from;
    reached[from] = 1;
    while (top > 0) {
      const node = stack[--top]!;
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
        const to = targets[edge]!;
        if (edgeTypes[edge] === EdgeType.weak || reached[to] !== 0) continue;
        reached[to] = 1;
        stack[top++] = to;
      }
    }
  };
}

function countIncoming({ nodes, edges, targets, edgeTypes }: HeapGraph): Uint32Array {
  const incoming = new Uint32Array(nodes);
  for (let edge = 0; edge < edges; edge++) {
    if (edgeTypes[edge] !== EdgeType.weak) incoming[targets[edge]!]!++;
  }
  return incoming;
}

/** The graph with further edges, without names, at the end of some nodes. */
function withEdges(graph: HeapGraph, added: ReadonlyMap<number, readonly number[]>): HeapGraph {
  const more = [...added.values()].reduce((sum, nodes) => sum + nodes.length, 0);
  const edges = graph.edges + more;
  const firstEdge = new Uint32Array(graph.nodes + 1);
  const targets = new Uint32Array(edges);
  const edgeNames = new Uint32Array(edges);
  const edgeTypes = new Uint8Array(edges);
  // Copied in a few long pieces, each up to the end of a node that receives some.
  let from = 0;
  let shift = 0;
  let done = 0;
  const copyUpTo = (end: number) => {
    targets.set(graph.targets.subarray(from, end), from + shift);
    edgeNames.set(graph.edgeNames.subarray(from, end), from + shift);
    edgeTypes.set(graph.edgeTypes.subarray(from, end), from + shift);
    from = end;
  };
  for (const [node, nodes] of [...added].sort(([a], [b]) => a - b)) {
    for (; done <= node; done++) firstEdge[done] = graph.firstEdge[done]! + shift;
    copyUpTo(graph.firstEdge[node + 1]!);
    nodes.forEach((to, i) => {
      targets[from + shift + i] = to;
      edgeNames[from + shift + i] = i;
      edgeTypes[from + shift + i] = EdgeType.element;
    });
    shift += nodes.length;
  }
  for (; done <= graph.nodes; done++) firstEdge[done] = graph.firstEdge[done]! + shift;
  copyUpTo(graph.edges);
  return { ...graph, edges, firstEdge, targets, edgeNames, edgeTypes };
}
