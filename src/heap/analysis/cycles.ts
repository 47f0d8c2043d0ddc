/** Cycles explained: by which attributes an object leads back to itself. */
import { EdgeType, edgeName, type HeapGraph, NodeType } from "../graph.js";
import { attributeOf, type Step, stepText } from "./paths.js";

/** Nodes looked at for one cycle, at the most. */
const LIMIT = 1_000_000;

/**
 * The shortest cycle through a node: its steps begin and end with the node. Undefined when it is in none. By way of classes,
 * modules and namespaces everything is connected: such ways count only where `anyWay` is set.
 */
export function cycleThrough(graph: HeapGraph, node: number, anyWay = false): Step[] | undefined {
  const via = new Map<number, number>();
  const queue = [node];
  for (let i = 0; i < queue.length && i < LIMIT; i++) {
    const from = queue[i]!;
    for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++) {
      if (graph.edgeTypes[edge] === EdgeType.weak || (!anyWay && isCommonWay(graph, edge))) continue;
      const to = graph.targets[edge]!;
      if (to === node) return trace(graph, node, from, edge, via);
      if (via.has(to) || graph.nodeTypes[to] === NodeType.string) continue;
      via.set(to, edge);
      queue.push(to);
    }
  }
  return undefined;
}

function isCommonWay(graph: HeapGraph, edge: number): boolean {
  if (graph.edgeTypes[edge] !== EdgeType.internal) return false;
  const name = edgeName(graph, edge);
  return name === "__class__" || name === "__globals__" || name === "__builtins__" || name === "__base__";
}

function trace(
  graph: HeapGraph,
  node: number,
  last: number,
  closing: number,
  via: ReadonlyMap<number, number>,
): Step[] {
  const steps: Step[] = [{ node, edge: closing }];
  for (let at = last; at !== node; ) {
    const edge = via.get(at)!;
    steps.push({ node: at, edge });
    at = sourceOf(graph, edge);
  }
  steps.push({ node, edge: undefined });
  return steps.reverse();
}

/** The node that an edge is of: by bisection, since edges are in the order of their nodes. */
export function sourceOf({ firstEdge, nodes }: HeapGraph, edge: number): number {
  let low = 0;
  let high = nodes;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle;
  }
  return low;
}

/** As a sentence: `a.next.prev is a`. */
export function cycleText(graph: HeapGraph, cycle: readonly Step[], name: string): string {
  let text = name;
  for (let i = 1; i < cycle.length; i++) {
    const edge = cycle[i]!.edge!;
    const next = cycle[i + 1]?.edge;
    const attribute = next === undefined ? undefined : attributeOf(graph, edge, next);
    text += attribute ?? stepText(graph, edge);
    if (attribute !== undefined) i++;
  }
  return `${text} is ${name}`;
}
