/**
 * A random graph over both heaps, and a model of it. Every object is in Python or in JavaScript, and refers to others of
 * either kind. Nobody holds a handle: to do something with an object one walks to it from a root, as a program does, so
 * that a walk through Python meets JsProxies and a walk through JavaScript meets PyProxies.
 *
 * Some Python nodes are held by a bare reference count, as C code and proxies older than the ledger hold them.
 *
 * A Python node has a leaf whose finalizer tells of its death; a JavaScript node is watched by a WeakRef. Weak references
 * of Python's are left out: they would hold what they lead to (see docs/bridge.md).
 */
import type { PyodideAPI } from "pyodide";

const PYTHON = `
import ctypes, functools
from pyodide.ffi import JsProxy, create_proxy
died = set()
class Leaf:
    __slots__ = ("name",)
    def __init__(self, name): self.name = name
    def __del__(self): died.add(self.name)
class Node:
    __slots__ = ("name", "edges", "leaf")
    def __init__(self, name): self.name, self.edges, self.leaf = name, [], Leaf(name)
    def method(self): return self
roots = {}
WRAPS = [
    lambda x: x, lambda x: (x,), lambda x: {"k": x}, lambda x: functools.partial(print, x), lambda x: [x],
    lambda x: ((1, x),), lambda x: x.method if isinstance(x, Node) else x, lambda x: (lambda: x),
]
def unwrap(x):
    while not isinstance(x, (Node, JsProxy)):
        if isinstance(x, (tuple, list)): x = x[-1]
        elif isinstance(x, dict): x = x["k"]
        elif isinstance(x, functools.partial): x = x.args[0]
        elif hasattr(x, "__self__"): x = x.__self__
        else: x = x.__closure__[0].cell_contents
    return x
held = {} # Addresses: held by a count that no collector sees, as C code holds objects.
def hold(node):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(node))
    held[node.name] = id(node)
def create(name): root(Node(name))
def root(node):
    if node.name % 3 == 0: hold(node)
    else: roots[node.name] = node
def unroot(name):
    if name % 3: del roots[name]
    else: ctypes.pythonapi.Py_DecRef(ctypes.py_object(get(name))); del held[name]
def get(name): return roots[name] if name % 3 else ctypes.cast(held[name], ctypes.py_object).value
def step(node, i): return unwrap(node.edges[i])
def link(node, other, wrap): node.edges.append(WRAPS[wrap](other))
def cut(node, i): node.edges.pop(i)
def names(node): return [x.name for x in map(unwrap, node.edges)]
functions = dict(create=create, root=root, unroot=unroot, get=get, step=step, link=link, cut=cut, names=names)
`;

const WRAPS = 8;

type Name = number;

interface ModelNode {
  readonly python: boolean;
  readonly edges: Name[];
  rooted: boolean;
}

interface JsNode {
  readonly name: Name;
  readonly edges: unknown[];
}

interface PyNode {
  readonly name: Name;
  copy(): PyNode;
  destroy(): void;
}

interface PythonSide {
  create(name: Name): void;
  root(node: PyNode): void;
  unroot(name: Name): void;
  get(name: Name): PyNode;
  step(node: PyNode, i: number): PyNode | JsNode;
  link(node: PyNode, other: PyNode | JsNode, wrap: number): void;
  cut(node: PyNode, i: number): void;
  names(node: PyNode): { toJs(): Name[]; destroy(): void };
}

/** What is wrong with the heap. */
export interface Findings {
  /** Nodes that can be reached and are gone, or can't be walked to. */
  readonly unsound: string[];
  /** Nodes that can't be reached and are still there. */
  readonly left: number;
}

export class FuzzHeap {
  readonly #pyodide: PyodideAPI;
  readonly #python: PythonSide;
  readonly #model = new Map<Name, ModelNode>();
  readonly #roots = new Map<Name, JsNode>();
  readonly #watched = new Map<Name, WeakRef<JsNode>>();
  readonly #random: (below: number) => number;
  #next = 0;
  operations = 0;
  collected = 0;

  constructor(pyodide: PyodideAPI, seed: number) {
    this.#pyodide = pyodide;
    this.#random = generator(seed);
    pyodide.runPython(PYTHON);
    const functions = pyodide.globals.get("functions") as { get(name: string): unknown };
    const names = ["create", "root", "unroot", "get", "step", "link", "cut", "names"];
    this.#python = Object.fromEntries(
      names.map((name) => [name, functions.get(name)]),
    ) as unknown as PythonSide;
  }

  /** A random number below a bound. */
  random(below: number): number {
    return this.#random(below);
  }

  /** Makes, links and cuts objects that can be reached. */
  mutate(count: number): void {
    for (let i = 0; i < count; i++) {
      this.operations++;
      const paths = this.#paths();
      const names = [...paths.keys()];
      const pick = () => names[this.#random(names.length)]!;
      const kind = names.length < 5 ? this.#random(4) : this.#random(10);
      if (kind < 2) this.#create(true);
      else if (kind < 4) this.#create(false);
      else if (kind < 8) this.#link(pick(), pick(), paths);
      else this.#cut(pick(), paths);
    }
  }

  /** Takes so many in a hundred of the roots away; Python's more often, so that cycles hang on JavaScript and back. */
  unroot(percent: number): void {
    for (const [name, node] of this.#model) {
      if (!node.rooted || this.#random(100) >= percent) continue;
      this.operations++;
      node.rooted = false;
      if (node.python) this.#python.unroot(name);
      else this.#roots.delete(name);
    }
  }

  /** Makes roots of some that can be reached. */
  reroot(count: number): void {
    const paths = this.#paths();
    const names = [...paths.keys()];
    for (let i = 0; i < count && names.length > 0; i++) {
      const name = names[this.#random(names.length)]!;
      const node = this.#model.get(name)!;
      if (node.rooted) continue;
      this.operations++;
      this.#walk(name, paths, (handle) => {
        node.rooted = true;
        if (node.python) this.#python.root(handle as PyNode);
        else this.#roots.set(name, handle as JsNode);
      });
    }
  }

  /**
   * Compares the heap with the model.
   *
   * @param percent so many in a hundred of what can be reached are walked to, and their edges looked at
   */
  verify(percent: number): Findings {
    const paths = this.#paths();
    const dead = new Set((this.#pyodide.runPython("list(died)") as { toJs(): Name[] }).toJs());
    const unsound: string[] = [];
    let left = 0;
    for (const [name, node] of [...this.#model]) {
      const gone = node.python ? dead.has(name) : this.#watched.get(name)!.deref() === undefined;
      if (!paths.has(name)) {
        if (gone) this.#forget(name);
        else left++;
      } else if (gone) unsound.push(`${describe(name, node)} is gone`);
      else if (this.#random(100) < percent) {
        const difference = this.#difference(name, paths);
        if (difference !== undefined) unsound.push(difference);
      }
    }
    return { unsound, left };
  }

  #forget(name: Name): void {
    this.collected++;
    this.#model.delete(name);
    this.#watched.delete(name);
  }

  /** What differs where a node is walked to; undefined: nothing. */
  #difference(name: Name, paths: Paths): string | undefined {
    const node = this.#model.get(name)!;
    try {
      let found: readonly Name[] = [];
      this.#walk(name, paths, (handle) => {
        found = node.python ? this.#namesOf(handle as PyNode) : namesIn(handle as JsNode);
      });
      if (found.join() === node.edges.join()) return undefined;
      return `${describe(name, node)} leads to ${found}, not to ${node.edges}`;
    } catch (error) {
      return `${describe(name, node)}: ${String(error).trim().split("\n").at(-1)}`;
    }
  }

  #namesOf(node: PyNode): Name[] {
    const list = this.#python.names(node);
    try {
      return list.toJs();
    } finally {
      list.destroy();
    }
  }

  #create(python: boolean): void {
    const name = this.#next++;
    this.#model.set(name, { python, edges: [], rooted: true });
    if (python) {
      this.#python.create(name);
      return;
    }
    const node: JsNode = { name, edges: [] };
    this.#roots.set(name, node);
    this.#watched.set(name, new WeakRef(node));
  }

  #link(from: Name, to: Name, paths: Paths): void {
    const node = this.#model.get(from)!;
    this.#walk(from, paths, (holder) =>
      this.#walk(to, paths, (held) => {
        if (node.python) this.#python.link(holder as PyNode, held, this.#random(WRAPS));
        else (holder as JsNode).edges.push(this.#model.get(to)!.python ? (held as PyNode).copy() : held);
      }),
    );
    node.edges.push(to);
  }

  #cut(name: Name, paths: Paths): void {
    const node = this.#model.get(name)!;
    if (node.edges.length === 0) return;
    const i = this.#random(node.edges.length);
    this.#walk(name, paths, (handle) => {
      if (node.python) this.#python.cut(handle as PyNode, i);
      else (handle as JsNode).edges.splice(i, 1);
    });
    node.edges.splice(i, 1);
  }

  /** The first way to each node from a root: where from, and by which edge. */
  #paths(): Paths {
    const paths: Paths = new Map();
    const queue: Name[] = [];
    for (const [name, { rooted }] of this.#model) {
      if (!rooted) continue;
      paths.set(name, undefined);
      queue.push(name);
    }
    for (const from of queue) {
      this.#model.get(from)!.edges.forEach((to, edge) => {
        if (paths.has(to)) return;
        paths.set(to, { from, edge });
        queue.push(to);
      });
    }
    return paths;
  }

  /** Walks to a node through the heaps; proxies made on the way are destroyed afterwards. */
  #walk(name: Name, paths: Paths, action: (handle: PyNode | JsNode) => void): void {
    const made: PyNode[] = [];
    try {
      const edges: number[] = [];
      let start = name;
      for (let step = paths.get(start); step !== undefined; step = paths.get(start)) {
        edges.unshift(step.edge);
        start = step.from;
      }
      let node = this.#model.get(start)!;
      let handle = node.python ? this.#python.get(start) : this.#roots.get(start)!;
      if (node.python) made.push(handle as PyNode);
      for (const edge of edges) {
        const next = this.#model.get(node.edges[edge]!)!;
        if (node.python) {
          handle = this.#python.step(handle as PyNode, edge);
          if (next.python) made.push(handle as PyNode);
        } else handle = (handle as JsNode).edges[edge] as PyNode | JsNode;
        node = next;
      }
      action(handle);
    } finally {
      for (const proxy of made) proxy.destroy();
    }
  }
}

type Paths = Map<Name, { readonly from: Name; readonly edge: number } | undefined>;

function namesIn(node: JsNode): Name[] {
  return node.edges.map((edge) => (edge as PyNode | JsNode).name);
}

function describe(name: Name, { python }: ModelNode): string {
  return `${python ? "Python" : "JavaScript"} node ${name}`;
}

/** Xorshift: the same numbers for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
