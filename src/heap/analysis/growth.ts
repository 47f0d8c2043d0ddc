/** What there is in a second capture that was not in the first one. */
import { className, type HeapGraph, isPythonObject, nodeWithId } from "../graph.js";
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
