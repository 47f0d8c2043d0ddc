/** What there is, by class or by module. */
import { className, type HeapGraph, isPythonObject } from "../graph.js";
import { dominatorsOf, NONE } from "./dominators.js";

export interface HistogramRow {
  /** `module.Class`, or the name of a built-in class; of a histogram by module the module. */
  readonly name: string;
  readonly objects: number;
  /** Their own bytes. */
  readonly bytes: number;
  /** What would be freed if all of them were; undefined unless asked for. */
  readonly retained?: number;
}

export interface HistogramOptions {
  /** Default: "class". */
  readonly by?: "class" | "module" | "site";
  /** Compute what each row retains. Default: false. */
  readonly retained?: boolean;
}

/** Rows by bytes, or by what they retain where that is asked for; largest first. */
export function histogram(
  graph: HeapGraph,
  { by = "class", retained = false }: HistogramOptions = {},
): HistogramRow[] {
  const rows = new Map<string, { objects: number; bytes: number; retained: number }>();
  const nameOf = namer(graph, by);
  const names: (string | undefined)[] = new Array(graph.nodes);
  for (let node = 0; node < graph.nodes; node++) {
    if (!isPythonObject(graph, node)) continue;
    const name = nameOf(node);
    names[node] = name;
    const row = rows.get(name) ?? { objects: 0, bytes: 0, retained: 0 };
    row.objects++;
    row.bytes += graph.sizes[node]!;
    rows.set(name, row);
  }
  if (retained) addRetained(graph, names, rows);
  return [...rows]
    .map(([name, { objects, bytes, retained: sum }]) =>
      retained ? { name, objects, bytes, retained: sum } : { name, objects, bytes },
    )
    .sort((a, b) => (b.retained ?? b.bytes) - (a.retained ?? a.bytes) || (a.name < b.name ? -1 : 1));
}

function namer(graph: HeapGraph, by: "class" | "module" | "site"): (node: number) => string {
  if (by === "class") return (node) => className(graph, node);
  if (by === "module") return (node) => moduleOf(className(graph, node));
  return (node) => graph.strings[graph.sites?.[node] ?? 0] || "(not known)";
}

/** The module of a class by its name. */
export function moduleOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "builtins" : name.slice(0, dot);
}

/** Of nodes of one row that dominate each other only the uppermost counts. */
function addRetained(
  graph: HeapGraph,
  names: readonly (string | undefined)[],
  rows: ReadonlyMap<string, { retained: number }>,
): void {
  const { parents, retained, order } = dominatorsOf(graph);
  // How many of a row are above, by walking the tree in depth: entered when it begins, left when it ends.
  const { firstChild, nextSibling } = children(parents, order);
  const above = new Map<string, number>();
  const stack: number[] = [0];
  while (stack.length > 0) {
    const entry = stack.pop()!;
    const node = entry < 0 ? -entry - 1 : entry;
    const name = names[node];
    if (entry < 0) {
      above.set(name!, above.get(name!)! - 1);
      continue;
    }
    if (name !== undefined) {
      const count = above.get(name) ?? 0;
      if (count === 0) rows.get(name)!.retained += retained[node]!;
      above.set(name, count + 1);
      stack.push(-node - 1);
    }
    for (let child = firstChild[node]!; child !== NONE; child = nextSibling[child]!) stack.push(child);
  }
}

/** The dominator tree downwards: linked lists of children. */
export function children(
  parents: Uint32Array,
  order: Uint32Array,
): { firstChild: Uint32Array; nextSibling: Uint32Array } {
  const firstChild = new Uint32Array(parents.length).fill(NONE);
  const nextSibling = new Uint32Array(parents.length).fill(NONE);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    const parent = parents[node]!;
    nextSibling[node] = firstChild[parent]!;
    firstChild[parent] = node;
  }
  return { firstChild, nextSibling };
}
