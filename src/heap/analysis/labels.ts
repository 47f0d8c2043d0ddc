/** What a node is called where people read it: more than its class, where the graph knows more. */
import { className, EdgeType, edgeName, type HeapGraph, NodeType } from "../graph.js";

/** Characters of a string that are shown. */
const SHOWN = 40;

/** As `class Node`, `function f`, `module os`, `str "abc"`, or `Node` for an object. */
export function label(graph: HeapGraph, node: number): string {
  const type = graph.nodeTypes[node];
  const name = graph.strings[graph.nodeNames[node]!]!;
  if (type === NodeType.string) return `str ${JSON.stringify(shortened(name))}`;
  if (type === NodeType.closure) return `function ${name}`;
  const own = className(graph, node);
  if (own === "module") return titled("module", moduleName(graph, node));
  if (type === NodeType.code) return titled("code", textBehind(graph, node, "co_qualname"));
  const qualified = isClass(graph, node) ? textBehind(graph, node, "__qualname__") : undefined;
  return qualified === undefined ? own : `class ${qualified}`;
}

function titled(title: string, name: string | undefined): string {
  return name === undefined ? title : `${title} ${name}`;
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** True for classes: nothing else has a base. */
export function isClass(graph: HeapGraph, node: number): boolean {
  return edgeNamed(graph, node, "__base__") !== undefined;
}

function moduleName(graph: HeapGraph, node: number): string | undefined {
  const dict = edgeNamed(graph, node, "__dict__");
  return dict === undefined ? undefined : textBehind(graph, graph.targets[dict]!, '["__name__"]');
}

/** The string that an edge of a name leads to. */
function textBehind(graph: HeapGraph, node: number, name: string): string | undefined {
  const edge = edgeNamed(graph, node, name);
  const to = edge === undefined ? undefined : graph.targets[edge]!;
  return to === undefined || graph.nodeTypes[to] !== NodeType.string
    ? undefined
    : graph.strings[graph.nodeNames[to]!];
}

function edgeNamed(graph: HeapGraph, node: number, name: string): number | undefined {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const type = graph.edgeTypes[edge];
    if ((type === EdgeType.internal || type === EdgeType.property) && edgeName(graph, edge) === name)
      return edge;
  }
  return undefined;
}
