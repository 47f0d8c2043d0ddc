/**
 * Leak suspects, in the sense of Eclipse's Memory Analyzer: single objects, and groups of objects of one class, that retain more
 * than a part of the heap; each with the point where what it retains comes together: down the tree of dominators, the last
 * one that has a child nearly as large as itself.
 */
import { className, type HeapGraph, NodeType } from "../graph.js";
import { dominatorsOf, NONE } from "./dominators.js";
import { children } from "./histogram.js";
import { isClass } from "./labels.js";

export interface SuspectOptions {
  /** Part of the heap from which on something is suspect. Default: 0.1, as in the Memory Analyzer. */
  readonly threshold?: number;
  /** A child with so much of its parent is where it goes on. Default: 0.7. */
  readonly descent?: number;
}

export interface Suspect {
  readonly kind: "object" | "group";
  readonly className: string;
  /** Objects in the group; 1 for a single object. */
  readonly objects: number;
  /** The object; of a group the one that retains most. */
  readonly node: number;
  readonly retained: number;
  /** Part of the heap. */
  readonly part: number;
  /** Where it comes together: a node with many children, none of which has most. */
  readonly accumulation: number;
}

/** Suspects, the largest first. Roots, modules and their dicts are none: their content is. */
export function suspects(
  graph: HeapGraph,
  { threshold = 0.1, descent = 0.7 }: SuspectOptions = {},
): Suspect[] {
  const { parents, retained, order } = dominatorsOf(graph);
  const total = retained[0]!;
  const tree = children(parents, order);
  const found: Suspect[] = [];
  const groups = new Map<string, { nodes: number[]; retained: number }>();
  // Down from the root: what only passes on (a root, a module) is opened; what remains is on top of its own.
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (let child = tree.firstChild[node]!; child !== NONE; child = tree.nextSibling[child]!) {
      if (passesOn(graph, child)) open.push(child);
      else if (retained[child]! >= threshold * total) {
        const accumulation = accumulationPoint(tree, retained, child, descent);
        found.push(suspect(graph, "object", [child], retained[child]!, total, accumulation));
      } else if (!isProgramText(graph, child)) {
        const name = className(graph, child);
        const group = groups.get(name) ?? { nodes: [], retained: 0 };
        group.nodes.push(child);
        group.retained += retained[child]!;
        groups.set(name, group);
      }
    }
  }
  for (const { nodes, retained: sum } of groups.values()) {
    if (sum < threshold * total) continue;
    nodes.sort((a, b) => retained[b]! - retained[a]!);
    found.push(suspect(graph, "group", nodes, sum, total, commonDominator(parents, retained, nodes)));
  }
  return found.sort((a, b) => b.retained - a.retained);
}

function suspect(
  graph: HeapGraph,
  kind: Suspect["kind"],
  nodes: readonly number[],
  retained: number,
  total: number,
  accumulation: number,
): Suspect {
  const node = nodes[0]!;
  const part = retained / total;
  return {
    kind,
    className: className(graph, node),
    objects: nodes.length,
    node,
    retained,
    part,
    accumulation,
  };
}

/** Functions, classes and code together are the program itself, not what it has piled up. */
function isProgramText(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeTypes[node];
  return type === NodeType.closure || type === NodeType.code || isClass(graph, node);
}

function passesOn(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeTypes[node];
  if (type === NodeType.synthetic) return true;
  if (className(graph, node) === "module") return true;
  if (className(graph, node) !== "dict") return false;
  // A namespace: it has the name of its module.
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const name = graph.strings[graph.edgeNames[edge]!];
    if (name === '["__name__"]' || name === '["__builtins__"]' || name === '["sys"]') return true;
  }
  return false;
}

function accumulationPoint(
  { firstChild, nextSibling }: ReturnType<typeof children>,
  retained: Float64Array,
  node: number,
  descent: number,
): number {
  let at = node;
  for (;;) {
    let largest = NONE;
    for (let child = firstChild[at]!; child !== NONE; child = nextSibling[child]!) {
      if (largest === NONE || retained[child]! > retained[largest]!) largest = child;
    }
    if (largest === NONE || retained[largest]! < descent * retained[at]!) return at;
    at = largest;
  }
}

/** The lowest node that dominates all of them. */
function commonDominator(parents: Uint32Array, retained: Float64Array, nodes: readonly number[]): number {
  let common = parents[nodes[0]!]!;
  for (const node of nodes) {
    const above = new Set<number>();
    for (let at = parents[node]!; at !== NONE; at = parents[at]!) above.add(at);
    while (!above.has(common)) common = parents[common]!;
  }
  return retained[common] === undefined ? nodes[0]! : common;
}
