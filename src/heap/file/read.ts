/**
 * Reads a `.heapsnapshot` of Moult's, or of V8's, piece by piece: a file of a large heap is longer than the longest string that
 * JavaScript can have. The arrays of numbers go straight into typed arrays; only the header and the strings are
 * parsed as JSON.
 *
 *   find "snapshot": → header → "nodes": → numbers → "edges": → numbers → "strings": → strings → the end
 */
import { MoultError } from "../../errors.js";
import { EdgeType, type GraphFacts, type HeapGraph } from "../graph.js";
import { EDGE_FIELDS, type MoultHeader, NODE_FIELDS } from "./write.js";

/** Code units. */
const [ZERO, NINE, MINUS, QUOTE, BACKSLASH, OPEN, CLOSE, BRACKET] = [48, 57, 45, 34, 92, 123, 125, 93];
/** No file has a header of so many characters, nor of so many nodes. */
const LONGEST_HEADER = 1 << 28;
const MOST = 2 ** 31;

interface Header {
  readonly meta: {
    readonly node_fields: readonly string[];
    readonly edge_fields: readonly string[];
  };
  readonly node_count: number;
  readonly edge_count: number;
  readonly moult?: MoultHeader;
}

/**
 * Reads a file whose text comes in pieces.
 *
 * @param name of the file, for messages
 * @throws MoultError "bad-snapshot": it is cut off, or no snapshot at all
 */
export async function readSnapshot(
  pieces: Iterable<string> | AsyncIterable<string>,
  name = "the file",
): Promise<HeapGraph> {
  const text = new Source(pieces, name);
  await text.expect(/^\s*\{\s*"snapshot"\s*:\s*/, "it does not begin as a heap snapshot does");
  const header = checkedHeader(await text.object(), text);
  const { node_fields: nodeFields, edge_fields: edgeFields } = header.meta;
  await text.seek('"nodes":[');
  const nodes = await text.numbers(header.node_count * nodeFields.length);
  await text.seek('"edges":[');
  const edges = await text.numbers(header.edge_count * edgeFields.length);
  await text.seek('"strings":[');
  const strings = await text.strings();
  return checked(toGraph(header, nodes, edges, strings), text);
}

function checkedHeader(header: unknown, text: Source): Header {
  const { meta, node_count: nodes, edge_count: edges } = header as Partial<Header>;
  const isCount = (count: unknown) =>
    Number.isInteger(count) && (count as number) >= 0 && (count as number) < MOST;
  const has = (found: readonly string[] | undefined, wanted: readonly string[]) =>
    Array.isArray(found) && wanted.every((field) => found.includes(field));
  if (!has(meta?.node_fields, NODE_FIELDS.slice(0, 5)) || !has(meta?.edge_fields, EDGE_FIELDS))
    text.fail("its nodes or edges have other fields than those of a heap snapshot");
  if (!isCount(nodes) || !isCount(edges) || nodes === 0)
    text.fail("it does not say how many nodes and edges it has");
  return header as Header;
}

function toGraph(header: Header, nodes: Float64Array, edges: Float64Array, strings: string[]): HeapGraph {
  const { node_count: nodeCount, edge_count: edgeCount, meta, moult } = header;
  const column = (values: Float64Array, fields: readonly string[], field: string, count: number) => {
    const at = fields.indexOf(field);
    return Uint32Array.from({ length: count }, (_, i) => values[i * fields.length + at]!);
  };
  const ofNodes = (field: (typeof NODE_FIELDS)[number]) => column(nodes, meta.node_fields, field, nodeCount);
  const ofEdges = (field: (typeof EDGE_FIELDS)[number]) => column(edges, meta.edge_fields, field, edgeCount);
  const firstEdge = new Uint32Array(nodeCount + 1);
  ofNodes("edge_count").forEach((count, node) => {
    firstEdge[node + 1] = firstEdge[node]! + count;
  });
  const graph: HeapGraph = {
    facts: factsOf(moult),
    nodes: nodeCount,
    edges: edgeCount,
    nodeTypes: Uint8Array.from(ofNodes("type")),
    nodeNames: ofNodes("name"),
    ids: ofNodes("id"),
    sizes: ofNodes("self_size"),
    firstEdge,
    edgeTypes: Uint8Array.from(ofEdges("type")),
    edgeNames: ofEdges("name_or_index"),
    targets: ofEdges("to_node").map((to) => to / meta.node_fields.length),
    strings,
  };
  if (moult?.sites === undefined) return graph;
  const sites = new Uint32Array(nodeCount);
  for (let i = 0; i < moult.sites.length; i += 2) sites[moult.sites[i]!] = moult.sites[i + 1]!;
  return { ...graph, sites };
}

function factsOf(moult: MoultHeader | undefined): GraphFacts {
  const { python = "unknown", takenAt = 0, memoryBytes = 0, allocatedBytes = null } = moult ?? {};
  return { python, takenAt, memoryBytes, allocatedBytes };
}

/** Nothing in a graph leads out of its arrays. */
function checked(graph: HeapGraph, text: Source): HeapGraph {
  const { nodes, edges, firstEdge, targets, nodeNames, edgeNames, edgeTypes, strings } = graph;
  if (firstEdge[nodes] !== edges) text.fail("its nodes have another number of edges than it says");
  if (targets.some((to) => to >= nodes)) text.fail("an edge leads to no node");
  if (nodeNames.some((name) => name >= strings.length)) text.fail("a name is missing");
  const isNamed = (type: number) => type !== EdgeType.element && type !== EdgeType.hidden;
  if (edgeNames.some((name, edge) => isNamed(edgeTypes[edge]!) && name >= strings.length))
    text.fail("a name is missing");
  return graph;
}

/** The text, as far as it has come. */
class Source {
  readonly #pieces: Iterator<string> | AsyncIterator<string>;
  readonly #name: string;
  #text = "";
  #at = 0;

  constructor(pieces: Iterable<string> | AsyncIterable<string>, name: string) {
    this.#pieces =
      Symbol.asyncIterator in pieces
        ? pieces[Symbol.asyncIterator]()
        : (pieces as Iterable<string>)[Symbol.iterator]();
    this.#name = name;
  }

  fail(why: string): never {
    throw new MoultError(
      "bad-snapshot",
      `can't read ${this.#name}: ${why}; wanted is a .heapsnapshot file, whole`,
    );
  }

  /** Drops what was read and takes another piece; false at the end. */
  async #more(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#text = this.#text.slice(this.#at) + next.value;
    this.#at = 0;
    return true;
  }

  async #moreOrFail(): Promise<void> {
    if (!(await this.#more())) this.fail("it ends too early");
  }

  async expect(pattern: RegExp, otherwise: string): Promise<void> {
    while (this.#text.length < 64 && (await this.#more()));
    const found = pattern.exec(this.#text);
    if (found === null) this.fail(this.#text === "" ? "it is empty" : otherwise);
    this.#at = found[0].length;
  }

  /** A whole JSON object. */
  async object(): Promise<unknown> {
    let depth = 0;
    let inText = false;
    for (let i = this.#at; ; i++) {
      while (i >= this.#text.length) {
        // A backslash may be the last of a piece: then the first of the next one is passed over.
        const read = i - this.#at;
        if (read > LONGEST_HEADER) this.fail("its header has no end");
        await this.#moreOrFail();
        i = read;
      }
      const code = this.#text.charCodeAt(i);
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inText = !inText;
      else if (inText) continue;
      else if (code === OPEN) depth++;
      else if (code === CLOSE && --depth === 0) {
        const object = this.#text.slice(this.#at, i + 1);
        this.#at = i + 1;
        return this.#parse(object);
      }
    }
  }

  #parse(json: string): unknown {
    try {
      return JSON.parse(json) as unknown;
    } catch (error) {
      return this.fail((error as Error).message);
    }
  }

  /** Goes behind the next place where a part begins. */
  async seek(part: string): Promise<void> {
    for (;;) {
      const found = this.#text.indexOf(part, this.#at);
      if (found >= 0) {
        this.#at = found + part.length;
        return;
      }
      this.#at = Math.max(this.#at, this.#text.length - part.length);
      await this.#moreOrFail();
    }
  }

  /** Exactly so many numbers, up to the bracket. */
  async numbers(count: number): Promise<Float64Array> {
    const values = new Float64Array(count);
    let [filled, value, sign, inNumber] = [0, 0, 1, false];
    for (;;) {
      const text = this.#text;
      for (let i = this.#at; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code >= ZERO! && code <= NINE!) {
          value = 10 * value + (code - ZERO!);
          inNumber = true;
          continue;
        }
        if (inNumber) {
          if (filled === count) this.fail("it has more numbers than it says");
          values[filled++] = sign * value;
          [value, sign, inNumber] = [0, 1, false];
        }
        if (code === MINUS) sign = -1;
        else if (code === BRACKET) {
          if (filled !== count) this.fail("it has fewer numbers than it says");
          this.#at = i + 1;
          return values;
        } else if (code > 44) this.fail("there is something else among its numbers");
      }
      this.#at = text.length;
      await this.#moreOrFail();
    }
  }

  /** Strings up to the bracket. */
  async strings(): Promise<string[]> {
    const strings: string[] = [];
    for (;;) {
      let start = -1;
      for (let i = this.#at; i < this.#text.length; i++) {
        const code = this.#text.charCodeAt(i);
        if (start >= 0) {
          if (code === BACKSLASH) i++;
          else if (code === QUOTE) {
            strings.push(this.#parse(this.#text.slice(start, i + 1)) as string);
            start = -1;
            this.#at = i + 1;
          }
        } else if (code === QUOTE) start = i;
        else if (code === BRACKET) {
          this.#at = i + 1;
          return strings;
        }
      }
      if (start >= 0) this.#at = start;
      else this.#at = this.#text.length;
      await this.#moreOrFail();
    }
  }
}
