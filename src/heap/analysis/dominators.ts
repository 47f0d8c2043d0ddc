/**
 * The dominator tree, and retained sizes: what would be freed if a node were.
 *
 * A node dominates another one when every path from the root to that leads through it. Lengauer and Tarjan 1979, "A fast
 * algorithm for finding dominators in a flowgraph", the simple version, whose time is O(edges · log nodes), on typed arrays
 * and without recursion. Weak references hold nothing and count as no edges.
 */
import { EdgeType, type HeapGraph, ROOT } from "../graph.js";
import { retainersOf } from "./retainers.js";

/** No node. */
export const NONE = 0xffff_ffff;

export interface Dominators {
  /** Of each node the one that dominates it immediately; NONE for the root, and for what the root does not reach. */
  readonly parents: Uint32Array;
  /** Of each node its own bytes and those of all that it dominates. */
  readonly retained: Float64Array;
  /** Nodes that the root reaches, such that each comes after the one that dominates it. */
  readonly order: Uint32Array;
}

const known = new WeakMap<HeapGraph, Dominators>();

/** The dominator tree of a graph; computed once. */
export function dominatorsOf(graph: HeapGraph): Dominators {
  let found = known.get(graph);
  if (found === undefined) {
    found = compute(graph);
    known.set(graph, found);
  }
  return found;
}

function compute(graph: HeapGraph): Dominators {
  const { order, parentInTree, numbers } = depthFirst(graph);
  const dominators = lengauerTarjan(graph, order, parentInTree, numbers);
  const parents = new Uint32Array(graph.nodes).fill(NONE);
  for (let i = 1; i < order.length; i++) parents[order[i]!] = order[dominators[i]!]!;
  const retained = Float64Array.from(graph.sizes);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    retained[parents[node]!]! += retained[node]!;
  }
  return { parents, retained, order };
}

interface Tree {
  /** Nodes by their number in the order of the walk. */
  readonly order: Uint32Array;
  /** By number, the number of the parent in the tree of the walk. */
  readonly parentInTree: Uint32Array;
  /** Of each node its number; NONE where the walk did not come. */
  readonly numbers: Uint32Array;
}

/** A walk in depth from the root. */
function depthFirst({ nodes, firstEdge, targets, edgeTypes }: HeapGraph): Tree {
  const order = new Uint32Array(nodes);
  const parentInTree = new Uint32Array(nodes);
  const numbers = new Uint32Array(nodes).fill(NONE);
  const nextEdge = firstEdge.slice(0, nodes);
  const stack = new Uint32Array(nodes);
  let count = 0;
  let top = 0;
  const enter = (node: number, parent: number) => {
    parentInTree[count] = parent;
    order[count] = node;
    numbers[node] = count++;
    stack[top++] = node;
  };
  enter(ROOT, NONE);
  while (top > 0) {
    const node = stack[top - 1]!;
    const edge = nextEdge[node]!;
    if (edge === firstEdge[node + 1]) {
      top--;
      continue;
    }
    nextEdge[node] = edge + 1;
    const to = targets[edge]!;
    if (edgeTypes[edge] !== EdgeType.weak && numbers[to] === NONE) enter(to, numbers[node]!);
  }
  return { order: order.subarray(0, count), parentInTree: parentInTree.subarray(0, count), numbers };
}

/** By number, the number of the immediate dominator. */
function lengauerTarjan(
  graph: HeapGraph,
  order: Uint32Array,
  parentInTree: Uint32Array,
  numbers: Uint32Array,
): Uint32Array {
  const count = order.length;
  const retainers = retainersOf(graph);
  const semi = Uint32Array.from(order, (_, i) => i);
  const label = semi.slice();
  const ancestor = new Uint32Array(count).fill(NONE);
  const dominator = new Uint32Array(count);
  // Nodes whose semidominator a node is: a linked list for each.
  const bucket = new Uint32Array(count).fill(NONE);
  const nextInBucket = new Uint32Array(count).fill(NONE);
  const path = new Uint32Array(count);

  /** The label with the least semidominator above a node in the forest; shortens the way for the next time. */
  const evaluate = (node: number): number => {
    if (ancestor[node] === NONE) return node;
    let length = 0;
    let above = node;
    for (; ancestor[ancestor[above]!] !== NONE; above = ancestor[above]!) path[length++] = above;
    while (length > 0) {
      const at = path[--length]!;
      const parent = ancestor[at]!;
      if (semi[label[parent]!]! < semi[label[at]!]!) label[at] = label[parent]!;
      ancestor[at] = ancestor[parent]!;
    }
    return label[node]!;
  };

  for (let w = count - 1; w > 0; w--) {
    const node = order[w]!;
    for (let i = retainers.first[node]!; i < retainers.first[node + 1]!; i++) {
      const edge = retainers.edges[i]!;
      const v = numbers[retainers.sources[edge]!]!;
      if (v === NONE || graph.edgeTypes[edge] === EdgeType.weak) continue;
      const least = semi[evaluate(v)]!;
      if (least < semi[w]!) semi[w] = least;
    }
    const s = semi[w]!;
    nextInBucket[w] = bucket[s]!;
    bucket[s] = w;
    const parent = parentInTree[w]!;
    ancestor[w] = parent;
    for (let v = bucket[parent]!; v !== NONE; v = nextInBucket[v]!) {
      const u = evaluate(v);
      dominator[v] = semi[u]! < semi[v]! ? u : parent;
    }
    bucket[parent] = NONE;
  }
  for (let w = 1; w < count; w++) {
    if (dominator[w] !== semi[w]) dominator[w] = dominator[dominator[w]!]!;
  }
  return dominator;
}
