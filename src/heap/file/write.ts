/**
 * Writes a graph as a `.heapsnapshot`, which the Memory tab of Chrome's developer tools opens. The format is V8's: JSON whose
 * long parts are flat arrays of numbers (https://learn.microsoft.com/microsoft-edge/devtools/memory-problems/heap-snapshot-schema).
 *
 *   ╒═ {"snapshot": {meta, node_count, edge_count, moult}, ══════════════════════════════════════════════╕
 *   │ "nodes":   [ type, name, id, self_size, edge_count, trace_node_id, detachedness,  … ],               │
 *   │ "edges":   [ type, name_or_index, 7 × number of the node,  … ],                                      │
 *   │ "trace_function_infos": [], "trace_tree": [], "samples": [], "locations": [],                        │
 *   │ "strings": [ … ]}                                                                                    │
 *   └───────────────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * It is written in pieces, of JavaScript's memory alone: also when Python has none left.
 */
import type { GraphFacts, HeapGraph } from "../graph.js";

/** Fields of a node and of an edge, in their order. */
export const NODE_FIELDS = [
  "type",
  "name",
  "id",
  "self_size",
  "edge_count",
  "trace_node_id",
  "detachedness",
] as const;
export const EDGE_FIELDS = ["type", "name_or_index", "to_node"] as const;

const NODE_TYPES = [
  "hidden",
  "array",
  "string",
  "object",
  "code",
  "closure",
  "regexp",
  "number",
  "native",
  "synthetic",
  "concatenated string",
  "sliced string",
  "symbol",
  "bigint",
  "object shape",
];
const EDGE_TYPES = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"];

const META = {
  node_fields: NODE_FIELDS,
  node_types: [NODE_TYPES, "string", "number", "number", "number", "number", "number"],
  edge_fields: EDGE_FIELDS,
  edge_types: [EDGE_TYPES, "string_or_number", "node"],
  trace_function_info_fields: ["function_id", "name", "script_name", "script_id", "line", "column"],
  trace_node_fields: ["id", "function_info_index", "count", "size", "children"],
  sample_fields: ["timestamp_us", "last_assigned_id"],
  location_fields: ["object_index", "script_id", "line", "column"],
};

/** What stands in the file under `snapshot.moult`; other readers pass over it. */
export interface MoultHeader extends GraphFacts {
  readonly version: 1;
  /** Pairs of node and text: the source lines that made objects. */
  readonly sites?: readonly number[];
}

/** Characters of a piece, about. */
const PIECE = 1 << 16;

/** Takes the next piece of the file. What it throws ends the writing, and is passed on. */
export type Sink = (piece: string) => void;

/** Writes a graph, in pieces of some 64,000 characters. */
export function writeSnapshot(graph: HeapGraph, sink: Sink): void {
  const writer = new Pieces(sink);
  const moult: MoultHeader = { version: 1, ...graph.facts };
  const snapshot = {
    meta: META,
    node_count: graph.nodes,
    edge_count: graph.edges,
    trace_function_count: 0,
    extra_native_bytes: bytesElsewhere(graph),
    moult: graph.sites === undefined ? moult : { ...moult, sites: sitePairs(graph.sites) },
  };
  writer.add(`{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[`);
  writeNodes(graph, writer);
  writer.add('],\n"edges":[');
  writeEdges(graph, writer);
  writer.add('],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[],\n"strings":[');
  graph.strings.forEach((text, i) => {
    writer.add(`${i === 0 ? "" : ","}${JSON.stringify(text)}\n`);
  });
  writer.add("]}\n");
  writer.end();
}

/** What the allocator has in use beside the objects: C code's own, shown by DevTools as such. */
function bytesElsewhere({ facts, sizes }: HeapGraph): number {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return Math.max(0, (facts.allocatedBytes ?? 0) - bytes);
}

function writeNodes({ nodes, nodeTypes, nodeNames, ids, sizes, firstEdge }: HeapGraph, writer: Pieces): void {
  for (let node = 0; node < nodes; node++) {
    const edges = firstEdge[node + 1]! - firstEdge[node]!;
    writer.add(
      `${node === 0 ? "" : ","}${nodeTypes[node]},${nodeNames[node]},${ids[node]},${sizes[node]},${edges},0,0\n`,
    );
  }
}

function writeEdges({ edges, edgeTypes, edgeNames, targets }: HeapGraph, writer: Pieces): void {
  for (let edge = 0; edge < edges; edge++) {
    const to = targets[edge]! * NODE_FIELDS.length;
    writer.add(`${edge === 0 ? "" : ","}${edgeTypes[edge]},${edgeNames[edge]},${to}\n`);
  }
}

function sitePairs(sites: Uint32Array): number[] {
  const pairs: number[] = [];
  sites.forEach((site, node) => {
    if (site !== 0) pairs.push(node, site);
  });
  return pairs;
}

/** Joins texts to pieces. */
class Pieces {
  readonly #sink: Sink;
  #piece = "";

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  add(text: string): void {
    this.#piece += text;
    if (this.#piece.length >= PIECE) this.end();
  }

  end(): void {
    if (this.#piece !== "") this.#sink(this.#piece);
    this.#piece = "";
  }
}
