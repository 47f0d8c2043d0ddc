/** What there is in a second capture that was not in the first one. */
import { className, EdgeType, type HeapGraph, isPythonObject, NodeType, nodeWithId, ROOT } from "../graph.js";
import { type HistogramOptions, histogram } from "./histogram.js";

export interface GrowthRow {
  readonly name: string;
  /** In the second capture. */
  readonly objects: number;
  readonly bytes: number;
  /** Second less first. */
  readonly moreObjects: number;
  readonly moreBytes: number;
}

/** Rows that differ, the largest growth in bytes first. */
export function growth(
  before: HeapGraph,
  after: HeapGraph,
  options: Pick<HistogramOptions, "by"> = {},
): GrowthRow[] {
  const old = new Map(histogram(before, options).map((row) => [row.name, row]));
  const rows: GrowthRow[] = [];
  for (const { name, objects, bytes } of histogram(after, options)) {
    const was = old.get(name);
    old.delete(name);
    rows.push({
      name,
      objects,
      bytes,
      moreObjects: objects - (was?.objects ?? 0),
      moreBytes: bytes - (was?.bytes ?? 0),
    });
  }
  for (const { name, objects, bytes } of old.values())
    rows.push({ name, objects: 0, bytes: 0, moreObjects: -objects, moreBytes: -bytes });
  return rows
    .filter(({ moreObjects, moreBytes }) => moreObjects !== 0 || moreBytes !== 0)
    .sort((a, b) => b.moreBytes - a.moreBytes || b.moreObjects - a.moreObjects || (a.name < b.name ? -1 : 1));
}

/** Nodes of the second capture that the first one does not have under the same identity and class. */
export function newNodes(before: HeapGraph, after: HeapGraph): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < after.nodes; node++) {
    if (!isPythonObject(after, node)) continue;
    const was = nodeWithId(before, after.ids[node]!);
    if (was === undefined || className(before, was) !== className(after, node)) nodes.push(node);
  }
  return nodes;
}

/** A class of which there are more objects than before. */
export interface Leak {
  readonly name: string;
  readonly moreObjects: number;
  /** A node of the second capture that is new. */
  readonly first: number;
}

/**
 * Classes of which there are more objects in the second capture, among those that something else holds than the local variables
 * of functions that are still running: what these have in hand is not leaked yet.
 */
export function leaks(before: HeapGraph, after: HeapGraph): Leak[] {
  const [heldBefore, heldAfter] = [heldWithoutFrames(before), heldWithoutFrames(after)];
  const counts = new Map<string, number>();
  const add = (graph: HeapGraph, held: Uint8Array, by: number) => {
    for (let node = 0; node < graph.nodes; node++) {
      if (held[node] === 0 || !isPythonObject(graph, node)) continue;
      const name = className(graph, node);
      counts.set(name, (counts.get(name) ?? 0) + by);
    }
  };
  add(before, heldBefore, -1);
  add(after, heldAfter, 1);
  const firsts = new Map<string, number>();
  for (const node of newNodes(before, after)) {
    const name = className(after, node);
    if (heldAfter[node] !== 0 && !firsts.has(name)) firsts.set(name, node);
  }
  return [...counts].flatMap(([name, moreObjects]) => {
    const first = firsts.get(name);
    return moreObjects > 0 && first !== undefined ? [{ name, moreObjects, first }] : [];
  });
}

/** Of each node 1 when the root reaches it by strong references, but not by a frame. */
function heldWithoutFrames({
  nodes,
  nodeTypes,
  nodeNames,
  strings,
  firstEdge,
  targets,
  edgeTypes,
}: HeapGraph): Uint8Array {
  const held = new Uint8Array(nodes);
  const stack = [ROOT];
  held[ROOT] = 1;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (nodeTypes[node] === NodeType.synthetic && strings[nodeNames[node]!] === "(frames)") continue;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = targets[edge]!;
      if (held[to] !== 0 || edgeTypes[edge] === EdgeType.weak) continue;
      held[to] = 1;
      stack.push(to);
    }
  }
  return held;
}
