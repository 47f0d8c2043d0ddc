/**
 * The heap as a graph: typed arrays and a table of texts, and nothing else. It needs no Python, can be sent to a worker,
 * written to a file and read again; everything under `analysis/` is a pure function of it.
 *
 *   node     0           1            2 …                                  nodes - 1
 *           ┌───────────┬────────────┬──────────┬─────────────────────────┐
 *           │ the root  │ (GC roots) │ groups … │ Python's objects … │ …    │
 *           └─────┬─────┴────────────┴──────────┴─────────────────────────┘
 *                 │ firstEdge[0] … firstEdge[1]
 *           ┌─────▼─────┬───────────
 *   edge    │ type name to │ …          a weak edge holds nothing
 *           └───────────┴───────────
 */

/** Types of nodes: the numbers and meanings of V8's heap snapshots. */
export const NodeType = {
  hidden: 0,
  array: 1,
  string: 2,
  object: 3,
  code: 4,
  closure: 5,
  regexp: 6,
  number: 7,
  native: 8,
  synthetic: 9,
} as const;

/** Types of edges: the numbers of V8's heap snapshots. */
export const EdgeType = {
  /** A local variable; its name is a text. */
  context: 0,
  /** An item by its index. */
  element: 1,
  /** An attribute, `name`; or a value under a key, `["name"]`. */
  property: 2,
  /** What no program names so: a field, a key itself. */
  internal: 3,
  /** Without a name; a number tells it from its like. */
  hidden: 4,
  shortcut: 5,
  /** Holds nothing. */
  weak: 6,
} as const;

/** What was captured, when and where. */
export interface GraphFacts {
  /** As `sys.version` begins. */
  readonly python: string;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** Bytes of WebAssembly memory. */
  readonly memoryBytes: number;
  /** Bytes that CPython's allocator says are in use; null: nobody counts them. */
  readonly allocatedBytes: number | null;
}

/** A captured heap. Numbers of nodes and edges are indices into the arrays. */
export interface HeapGraph {
  readonly facts: GraphFacts;
  readonly nodes: number;
  readonly edges: number;
  /** Of each node its `NodeType`. */
  readonly nodeTypes: Uint8Array;
  /** Of each node a text: the class of an object, the beginning of a string, the qualified name of a function. */
  readonly nodeNames: Uint32Array;
  /** Of each node its identity: of a Python object its `id()`, elsewhere an odd number. Two captures of one process agree. */
  readonly ids: Uint32Array;
  /** Of each node its own bytes. */
  readonly sizes: Uint32Array;
  /** Of each node its first edge; one entry more, for the end. */
  readonly firstEdge: Uint32Array;
  readonly edgeTypes: Uint8Array;
  /** Of each edge a text, or with the types element and hidden a number. */
  readonly edgeNames: Uint32Array;
  /** Of each edge the node that it leads to. */
  readonly targets: Uint32Array;
  readonly strings: readonly string[];
  /** Of each node the source line that made it, a text ("file.py:12"), or 0; there where tracemalloc was running. */
  readonly sites?: Uint32Array;
}

/** The root, and the node below it that all roots are below. */
export const ROOT = 0;
export const GC_ROOTS = 1;

/** True for edges whose name is a number. */
export function hasNumber(edgeType: number): boolean {
  return edgeType === EdgeType.element || edgeType === EdgeType.hidden;
}

/** The name of an edge as a text. */
export function edgeName(graph: HeapGraph, edge: number): string {
  const name = graph.edgeNames[edge]!;
  return hasNumber(graph.edgeTypes[edge]!) ? String(name) : graph.strings[name]!;
}

/** The class of a node: `str` for strings, `function` for functions, otherwise its name. */
export function className(graph: HeapGraph, node: number): string {
  const type = graph.nodeTypes[node];
  if (type === NodeType.string) return "str";
  if (type === NodeType.closure) return "function";
  return graph.strings[graph.nodeNames[node]!]!;
}

/** True for Python's own objects: what is synthetic or of JavaScript is none. */
export function isPythonObject(graph: HeapGraph, node: number): boolean {
  const type = graph.nodeTypes[node];
  return type !== NodeType.synthetic && type !== NodeType.native;
}

const indices = new WeakMap<HeapGraph, Map<number, number>>();

/** The node with an identity (`id()` of a Python object); undefined when the graph has none. */
export function nodeWithId(graph: HeapGraph, id: number): number | undefined {
  let index = indices.get(graph);
  if (index === undefined) {
    index = new Map();
    for (let node = 0; node < graph.nodes; node++) index.set(graph.ids[node]!, node);
    indices.set(graph, index);
  }
  return index.get(id);
}
