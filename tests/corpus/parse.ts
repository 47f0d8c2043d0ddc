/**
 * Reads the corpus' heaps. They are written in a small part of graphviz' language, so that any of them can
 * be drawn (`dot -Tsvg FILE`): comments, `name=value;` of the graph, `node [...]` and `edge [...]` defaults,
 * nodes, and chains of edges. `docs/testing.md` lists the attributes.
 */

/** Attributes of a node, an edge or the graph. */
export type Attributes = Record<string, string>;

/** One heap as its file describes it. */
export interface Graph {
  readonly name: string;
  /** Why the case exists: the comment at the head of the file. */
  readonly reason: string;
  readonly graph: Attributes;
  readonly nodes: Readonly<Record<string, Attributes>>;
  readonly edges: readonly ({ from: string; to: string } & Attributes)[];
}

const NODE_ATTRIBUTES = new Set(
  "type rooted alive garbage finalizer finalized callback called dict traceback loop leaks label".split(" "),
);
const EDGE_ATTRIBUTES = new Set("via name style label".split(" "));
const GRAPH_ATTRIBUTES = new Set(
  "collected collected_314 collected_314_moult collected_315 order needs".split(" "),
);

const TOKEN = /\s+|\/\/([^\n]*)|(->|[{}[\];,=])|"([^"\n]*)"|([\w.-]+)/y;

interface Token {
  readonly text: string;
  readonly line: number;
}

function tokens(source: string, file: string): { tokens: Token[]; head: string[] } {
  const found: Token[] = [];
  const head: string[] = [];
  let line = 1;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new SyntaxError(`${file}:${line}: unexpected ${JSON.stringify(source[at])}`);
    const [all, comment, sign, quoted, word] = match;
    if (comment !== undefined) {
      if (found.length === 0) head.push(comment.trim());
    } else {
      const text = sign ?? quoted ?? word;
      if (text !== undefined) found.push({ text, line });
    }
    line += all.split("\n").length - 1;
  }
  return { tokens: found, head };
}

/** Parses one file; errors name the file and the line. */
export function parseGraph(source: string, file: string): Graph {
  const { tokens: list, head } = tokens(source, file);
  if (head.length === 0) throw new SyntaxError(`${file}:1: the first comment must say why the case exists`);
  let at = 0;

  const fail = (message: string): never => {
    throw new SyntaxError(`${file}:${list[Math.min(at, list.length - 1)]?.line ?? 1}: ${message}`);
  };
  const next = (): string => list[at++]?.text ?? fail("unexpected end of the file");
  const peek = (): string | undefined => list[at]?.text;
  const expect = (text: string): void => {
    if (next() !== text) {
      at -= 1;
      fail(`expected ${text}, found ${peek()}`);
    }
  };
  const attributes = (known: Set<string>): Attributes => {
    const found: Attributes = {};
    if (peek() !== "[") return found;
    next();
    while (peek() !== "]") {
      const key = next();
      if (!known.has(key)) fail(`unknown attribute ${key}; known are ${[...known].join(", ")}`);
      expect("=");
      found[key] = next();
      if (peek() === ",") next();
    }
    next();
    return found;
  };

  expect("digraph");
  const name = next();
  expect("{");
  const graph: Attributes = {};
  const nodes: Record<string, Attributes> = {};
  const edges: ({ from: string; to: string } & Attributes)[] = [];
  let nodeDefaults: Attributes = {};
  let edgeDefaults: Attributes = {};
  while (peek() !== "}") {
    const first = next();
    if (first === "node") nodeDefaults = { ...nodeDefaults, ...attributes(NODE_ATTRIBUTES) };
    else if (first === "edge") edgeDefaults = { ...edgeDefaults, ...attributes(EDGE_ATTRIBUTES) };
    else if (peek() === "=") {
      if (!GRAPH_ATTRIBUTES.has(first)) fail(`unknown attribute ${first} of the graph`);
      next();
      graph[first] = next();
    } else if (peek() === "->") {
      const chain = [first];
      while (peek() === "->") {
        next();
        chain.push(next());
      }
      const own = { ...edgeDefaults, ...attributes(EDGE_ATTRIBUTES) };
      for (const [i, to] of chain.slice(1).entries()) edges.push({ ...own, from: chain[i]!, to });
    } else {
      if (nodes[first]) fail(`node ${first} is there twice`);
      nodes[first] = { ...nodeDefaults, ...attributes(NODE_ATTRIBUTES) };
      if (nodes[first].type === undefined) fail(`node ${first} has no type`);
      // Objects of JavaScript are beyond what the witnesses see.
      const watched = nodes[first].type !== "jsobject";
      if (watched && nodes[first].alive === undefined) fail(`node ${first} needs alive=y or alive=n`);
    }
    if (peek() === ";") next();
  }
  next();
  for (const { from, to } of edges) {
    for (const end of [from, to])
      if (!nodes[end]) fail(`an edge names the node ${end}, which is not declared`);
  }
  return { name, reason: head.join(" "), graph, nodes, edges };
}
