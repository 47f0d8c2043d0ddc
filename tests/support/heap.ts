/** A large live heap of many kinds of objects, and where in memory it lies. */
import type { PyodideAPI } from "pyodide";
import { objectsOf } from "../../src/cpython/gc-lists.js";
import { GcState } from "../../src/cpython/gc-state.js";
import { generationalLayout } from "../../src/cpython/layouts/generational.js";
import { generationalRingsLayout } from "../../src/cpython/layouts/generational-rings.js";
import { incrementalLayout } from "../../src/cpython/layouts/incremental.js";
import type { Layout } from "../../src/cpython/layouts/layout.js";
import { Runtime } from "../../src/cpython/runtime.js";
import { type Line, python } from "./runtimes.js";

const LAYOUTS: Readonly<Record<Line, Layout>> = {
  "314": incrementalLayout,
  "0.29": generationalLayout,
  "315": generationalRingsLayout,
};

const BASICSIZE = 16;
/** Bytes of an object before its address: the collector's header. */
const BEFORE = 8;
const PAGE = 4096;

/** Makes `count` groups of objects, about ten to a group, that live as long as `keep` in `__main__`. */
function build(count: number): string {
  return python(`
    class Node:
        def __init__(self, other): self.other, self.rest = other, None
    class Slotted:
        __slots__ = "a", "b"
        def __init__(self, a): self.a, self.b = a, self
    def closure(value):
        return lambda: value
    def generator(value):
        yield value
    def group(i, last):
        node = Node(last)
        slotted = Slotted(node)
        node.rest = [slotted, (node, i), {"node": node, i: slotted}, {node, i}, closure(node), node.__init__, generator(node)]
        if i % 50 == 0: node.kind = type("Kind", (Node,), {"node": node})
        return node
    keep = [None]
    for i in range(${count}): keep.append(group(i, keep[-1]))
  `);
}

/** The memory and the collector's lists of an interpreter, read without asking Python. */
export class Heap {
  readonly state: GcState;
  readonly #pyodide: PyodideAPI;

  constructor(pyodide: PyodideAPI, line: Line) {
    this.#pyodide = pyodide;
    this.state = new GcState(new Runtime(pyodide as never), LAYOUTS[line]);
  }

  /** Builds `count` groups, has them collected until they are old, and returns the objects. */
  grow(count: number): Set<number> {
    this.#collect();
    const before = new Set(this.#old());
    this.#pyodide.runPython(build(count));
    this.#collect();
    const objects = this.#old().filter((object) => !before.has(object));
    // What stands beside them in the list may come and go.
    return new Set(objects.slice(1, -1));
  }

  copy(): Uint32Array {
    return this.state.runtime.words.slice();
  }

  /** The words of memory that are not what they were in `before`. */
  changedSince(before: Uint32Array): Set<number> {
    const { words } = this.state.runtime;
    const changed = new Set<number>();
    for (let i = 0; i < before.length; i++) if (words[i] !== before[i]) changed.add(4 * i);
    return changed;
  }

  /** Which of `objects` have one of `words` in them, headers included. */
  touched(objects: ReadonlySet<number>, words: ReadonlySet<number>): number[] {
    const { runtime } = this.state;
    return [...objects].filter((object) => {
      const end = object + runtime.load(runtime.load(object + 4) + BASICSIZE);
      for (let at = object - BEFORE; at < end; at += 4) if (words.has(at)) return true;
      return false;
    });
  }

  /** How many pages there are with `objects` and no other tracked ones, and how many of those have one of `words` in them. */
  pages(objects: ReadonlySet<number>, words: ReadonlySet<number>): { touched: number; all: number } {
    const pageOf = (address: number) => Math.floor(address / PAGE);
    const all = new Set([...objects].map(pageOf));
    for (const object of this.#old()) if (!objects.has(object)) all.delete(pageOf(object));
    const touched = new Set([...words].map(pageOf).filter((page) => all.has(page)));
    return { touched: touched.size, all: all.size };
  }

  /** Table indices from `first` on in the places that CPython calls through: the gc module's functions, and its callbacks. */
  tableIndicesFrom(first: number): number[] {
    const { runtime } = this.state;
    const call = (name: string, ...args: number[]) => runtime.function(name)(...args) >>> 0;
    const dict = call("PyModule_GetDict", call("PyImport_AddModule", runtime.cString("gc")));
    const position = runtime.allocate(12);
    const functions: number[] = [];
    while (call("PyDict_Next", dict, position, position + 4, position + 8) !== 0)
      functions.push(runtime.load(position + 8));
    const callbacks = this.state.callbacks;
    const items = runtime.load(callbacks + 12);
    for (let i = 0; i < runtime.load(callbacks + 8); i++) functions.push(runtime.load(items + 4 * i));
    const builtin = runtime.symbol("PyCFunction_Type");
    return functions
      .filter((object) => runtime.load(object + 4) === builtin)
      .map((object) => runtime.load(runtime.load(object + 8) + 4))
      .filter((index) => index >= first);
  }

  #old(): number[] {
    return [...objectsOf(this.state.runtime, this.state.generation(2))];
  }

  /** Three times: what CPython untracks in full collections, it has untracked then. */
  #collect(): void {
    this.#pyodide.runPython("import gc\nfor _ in range(3): gc.collect()");
  }
}
