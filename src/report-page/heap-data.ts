/** What the report page shows of a captured heap: types, growth since an earlier capture, what retains most and why. */
import { dominatorsOf, NONE } from "../heap/analysis/dominators.js";
import { growth } from "../heap/analysis/growth.js";
import { children, histogram, moduleOf } from "../heap/analysis/histogram.js";
import { label } from "../heap/analysis/labels.js";
import { type PathLine, pathLines, pathToRoot, stepText } from "../heap/analysis/paths.js";
import { suspects } from "../heap/analysis/suspects.js";
import { className, type HeapGraph, isPythonObject } from "../heap/graph.js";
import type { DominatorNode, GrowthRow, HeapData, HistogramRow, PathStep } from "./data.js";

/** Dominators at the top of the tree, of each so many children, and so deep. */
const TOP = 40;
const CHILDREN = 8;
const DEPTH = 4;
/** Paths that are shown, of what is suspected to leak. */
const PATHS = 5;

/** Computes it; takes about a second for half a million objects. */
export function heapData(after: HeapGraph, before?: HeapGraph): HeapData {
  const rows = histogram(after, { retained: true });
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    moment: "at the end",
    objects: sum(({ objects }) => objects),
    bytes: sum(({ bytes }) => bytes),
    histogram: rows.map(
      ({ name, objects, bytes, retained = 0 }): HistogramRow => ({
        ...named(name),
        count: objects,
        bytes,
        retained,
      }),
    ),
    ...(before === undefined ? {} : { growth: growthRows(before, after) }),
    dominators: dominatorNodes(after),
    paths: suspects(after)
      .slice(0, PATHS)
      .map(({ node, className: type }) => ({ name: label(after, node), type, steps: steps(after, node) })),
  };
}

function named(name: string): { type: string; module: string } {
  const dot = name.lastIndexOf(".");
  return { type: name.slice(dot + 1), module: dot > 0 ? moduleOf(name) : "" };
}

function growthRows(before: HeapGraph, after: HeapGraph): GrowthRow[] {
  return growth(before, after).map(({ name, objects, bytes, moreObjects, moreBytes }) => ({
    ...named(name),
    countBefore: objects - moreObjects,
    countAfter: objects,
    bytesBefore: bytes - moreBytes,
    bytesAfter: bytes,
  }));
}

/** The largest dominators: what is below no other Python object, largest first. */
function dominatorNodes(graph: HeapGraph): DominatorNode[] {
  const { parents, retained, order } = dominatorsOf(graph);
  const { firstChild, nextSibling } = children(parents, order);
  const below = (node: number): number[] => {
    const found: number[] = [];
    for (let child = firstChild[node]!; child !== NONE; child = nextSibling[child]!) found.push(child);
    return found.sort((a, b) => retained[b]! - retained[a]!);
  };
  const describe = (node: number, depth: number): DominatorNode => {
    const all = depth < DEPTH ? below(node) : [];
    const rest = all.slice(CHILDREN);
    const why = depth === 0 ? steps(graph, node) : [];
    const own = { name: titleOf(graph, node, parents[node]!, why), type: className(graph, node) };
    return {
      ...own,
      size: graph.sizes[node]!,
      retained: retained[node]!,
      children: all.slice(0, CHILDREN).map((child) => describe(child, depth + 1)),
      ...(rest.length === 0
        ? {}
        : {
            omitted: { count: rest.length, retained: rest.reduce((sum, child) => sum + retained[child]!, 0) },
          }),
      ...(depth === 0 ? { path: why } : {}),
    };
  };
  const tops: number[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (let child = firstChild[node]!; child !== NONE; child = nextSibling[child]!)
      (isPythonObject(graph, child) ? tops : open).push(child);
  }
  return tops
    .sort((a, b) => retained[b]! - retained[a]!)
    .slice(0, TOP)
    .map((node) => describe(node, 0));
}

/** What tells a node from its like: what it is called, or else how what dominates it, or the last of a path, refers to it. */
function titleOf(graph: HeapGraph, node: number, dominator: number, path: readonly PathStep[]): string {
  const name = label(graph, node);
  if (name !== className(graph, node)) return name;
  for (let edge = graph.firstEdge[dominator]!; edge < graph.firstEdge[dominator + 1]!; edge++)
    if (graph.targets[edge] === node && isPythonObject(graph, dominator)) return stepText(graph, edge).trim();
  const [before, last] = path.slice(-2);
  return last === undefined ? name : `${before!.name}${last.edge}`;
}

function steps(graph: HeapGraph, node: number): PathStep[] {
  const path = pathToRoot(graph, node);
  return path === undefined ? [] : pathLines(graph, path).map(step);
}

function step({ by, what }: PathLine): PathStep {
  return { edge: by, name: what, type: "" };
}
