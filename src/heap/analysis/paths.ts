/**
 * Paths from a root to a node: what keeps it alive. Shortest, by strong references. What a frame has besides its local variables (its
 * stack with the arguments of the call that asks, its namespaces) is looked at last.
 */
import { EdgeType, edgeName, type HeapGraph, NodeType, ROOT } from "../graph.js";
import { label } from "./labels.js";
import { retainersOf } from "./retainers.js";

/** A reference, and the node that it leads to. */
export interface Step {
  readonly node: number;
  /** The number of the edge that leads to the node; undefined for the first step. */
  readonly edge: number | undefined;
}

/** From the root to the node; undefined when no strong path leads to it. */
export function pathToRoot(graph: HeapGraph, node: number): Step[] | undefined {
  return search(graph, node, true) ?? search(graph, node, false);
}

/** In breadth from the node backwards, until the root is met. */
function search(graph: HeapGraph, node: number, localsOnly: boolean): Step[] | undefined {
  const { first, edges, sources } = retainersOf(graph);
  // The edge by which a node leads on towards the one that was asked for.
  const via = new Uint32Array(graph.nodes);
  const seen = new Uint8Array(graph.nodes);
  const queue = [node];
  seen[node] = 1;
  for (let i = 0; i < queue.length && seen[ROOT] === 0; i++) {
    const at = queue[i]!;
    for (let j = first[at]!; j < first[at + 1]!; j++) {
      const edge = edges[j]!;
      const from = sources[edge]!;
      if (seen[from] !== 0 || graph.edgeTypes[edge] === EdgeType.weak) continue;
      if (localsOnly && isBesidesLocals(graph, from, edge)) continue;
      seen[from] = 1;
      via[from] = edge;
      queue.push(from);
    }
  }
  if (seen[ROOT] === 0) return undefined;
  const path: Step[] = [{ node: ROOT, edge: undefined }];
  for (let at = ROOT; at !== node; ) {
    const edge = via[at]!;
    at = graph.targets[edge]!;
    path.push({ node: at, edge });
  }
  return path;
}

/** Files whose frames are no part of the program: Pyodide's, which run it, and the module `moult`. */
const NOT_THE_PROGRAM = ["/_pyodide/", "(<moult>)"];

/** True for what a frame has besides local variables, and for frames that are no part of the program. */
function isBesidesLocals(graph: HeapGraph, from: number, edge: number): boolean {
  if (graph.nodeTypes[from] !== NodeType.synthetic) return false;
  const name = graph.strings[graph.nodeNames[from]!]!;
  return (
    name.startsWith("frame of ") &&
    (graph.edgeTypes[edge] !== EdgeType.context || NOT_THE_PROGRAM.some((file) => name.includes(file)))
  );
}

/** How Python would write the way from one node to the next: `.name`, `["key"]`, `[3]`; in words where it has no way. */
export function stepText(graph: HeapGraph, edge: number): string {
  const name = edgeName(graph, edge);
  switch (graph.edgeTypes[edge]) {
    case EdgeType.element:
      return `[${name}]`;
    case EdgeType.context:
      return ` local variable ${name}`;
    case EdgeType.hidden:
      return ` (reference ${name})`;
    default:
      return name.startsWith("[") ? name : name.startsWith("key ") ? ` (${name})` : `.${name}`;
  }
}

/** A line for each node of a path, as people read it. */
export interface PathLine {
  /** How the one before refers to it; empty for the first. */
  readonly by: string;
  readonly what: string;
  readonly id: number;
  readonly bytes: number;
}

/** The lines of a path; a dict between an object and its attribute is left out. */
export function pathLines(graph: HeapGraph, path: readonly Step[]): PathLine[] {
  const lines: PathLine[] = [];
  path.forEach(({ node, edge }, i) => {
    if (node === ROOT) return;
    const next = path[i + 1];
    const by = edge === undefined || i === 1 ? "" : stepText(graph, edge);
    const attribute = next?.edge === undefined ? undefined : attributeOf(graph, edge, next.edge);
    if (attribute !== undefined) return;
    const before = path[i - 1];
    const short =
      before?.edge === undefined || edge === undefined ? undefined : attributeOf(graph, before.edge, edge);
    lines.push({
      by: short ?? by,
      what: label(graph, node),
      id: graph.ids[node]!,
      bytes: graph.sizes[node]!,
    });
  });
  return lines;
}

/** `.name` where `first` leads to a `__dict__` and `second` on to the value of a name in it; undefined elsewhere. */
export function attributeOf(graph: HeapGraph, first: number | undefined, second: number): string | undefined {
  if (
    first === undefined ||
    edgeName(graph, first) !== "__dict__" ||
    graph.edgeTypes[second] !== EdgeType.property
  )
    return undefined;
  const name = /^\["([A-Za-z_]\w*)"\]$/.exec(edgeName(graph, second))?.[1];
  return name === undefined ? undefined : `.${name}`;
}
