/** A capture finds every object, its size and the names of its references, and changes nothing. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { pathLines, pathToRoot } from "../../src/heap/analysis/paths.js";
import { className, EdgeType, type HeapGraph, nodeWithId } from "../../src/heap/graph.js";
import { python } from "../support/runtimes.js";
import { type HeapUnderTest, LINES, missingReferences, nodeOf, openHeap, referencesOf } from "./support.js";

const PROGRAM = python(`
  import sys, gc, types, weakref, collections, functools
  class Node:
      def __init__(self):
          self.next = None
          self.label = "a label"
  class Slotted:
      __slots__ = ("left", "right", "__weakref__")
  class Box(list): pass
  class Row(collections.namedtuple("Row", "first second")): pass
  class Table(dict): pass
  class Failure(Exception): pass
  class Plain(str): __slots__ = ()
  node, other = Node(), Node()
  node.next = other
  with_dict = Node(); vars(with_dict)["more"] = other
  slotted = Slotted(); slotted.left, slotted.right = node, other
  numbers, table = [node, other], {"one": node, 2: other, (3, "x"): node}
  box, row, subtable = Box([node, other]), Row(node, other), Table(one=node)
  subtable[2] = other
  failure = Failure(node); failure.reason = other
  reference = weakref.ref(other)
  def make(captured):
      def inner(): return captured
      return inner
  closure = make(node)
  def running():
      local_value, another = Node(), other
      yield local_value
      print(another)
  generator = running(); local_of_generator = next(generator)
  async def waiting(argument): await argument
  coroutine = waiting(node)
  method = node.__init__
  partial = functools.partial(make, node, key=other)
  default_table = collections.defaultdict(list, {"k": node})
  ordered = collections.OrderedDict(a=node, b=other)
  frozen = frozenset([node])
  try:
      held_by_frame = Node()
      def fail():
          in_frame = held_by_frame
          raise ValueError()
      fail()
  except ValueError as error:
      trace = error.__traceback__.tb_next
`);

describe.each(LINES)("captured on %s", (line) => {
  let heap: HeapUnderTest;
  let graph: HeapGraph;
  beforeAll(async () => {
    heap = await openHeap(line);
    heap.pyodide.runPython(PROGRAM);
    heap.pyodide.runPython("gc.collect()");
    graph = heap.capture.capture();
  });
  const names = (from: string, to: string) =>
    referencesOf(graph, heap.id(from))
      .filter((reference) => reference.to === heap.id(to))
      .map(({ name, type }) => `${name} ${Object.entries(EdgeType).find(([, n]) => n === type)![0]}`);

  test.each([
    ["node", "other", ["next property"]],
    ["node", "node.label", ["label property"]],
    ["node", "Node", ["__class__ internal"]],
    ["with_dict", "with_dict.__dict__", ["__dict__ internal"]],
    ["slotted", "node", ["left property"]],
    ["slotted", "other", ["right property"]],
    ["numbers", "other", ["1 element"]],
    ["table", "other", ["[2] property"]],
    ["table", "node", ['["one"] property', '[(3, "x")] property']],
    ["box", "other", ["1 element"]],
    ["row", "node", ["0 element"]],
    ["subtable", "node", ['["one"] property']],
    ["subtable", "other", ["[2] property"]],
    ["failure", "vars(failure)", ["__dict__ internal"]],
    ["failure", "failure.args", ["args property"]],
    ["reference", "other", ["referent weak"]],
    ["closure", "closure.__code__", ["__code__ internal"]],
    ["closure", "closure.__globals__", ["__globals__ internal"]],
    ["closure", "closure.__closure__", ["__closure__ internal"]],
    ["closure.__closure__[0]", "node", ["cell_contents property"]],
    ["generator", "local_of_generator", ["local_value context"]],
    ["generator", "other", ["another context"]],
    ["coroutine", "node", ["argument context"]],
    ["method", "node", ["__self__ internal"]],
    ["partial", "make", ["func property"]],
    ["default_table", "node", ['["k"] property']],
    ["ordered", "other", ['["b"] property']],
    ["trace.tb_frame", "held_by_frame", ["in_frame context"]],
    ["Node", "Node.__mro__", ["__mro__ internal"]],
    ["Failure.__mro__", "Exception", ["1 element"]],
    ["types", "vars(types)", ["__dict__ internal"]],
    ["make.__code__", "make.__code__.co_consts", ["co_consts property"]],
  ])("%s refers to %s by name", (from, to, expected) => {
    expect(names(from, to)).toEqual(expected);
  });

  test("a subclass of a container refers to each item once", () => {
    for (const name of ["box", "row", "subtable", "default_table", "frozen"]) {
      const node = heap.id("node");
      expect([name, referencesOf(graph, heap.id(name)).filter(({ to }) => to === node).length]).toEqual([
        name,
        1,
      ]);
    }
  });

  test("every object of gc.get_objects() is there, under its class", () => {
    const ids = heap.machine.runtime.evaluateIntegers(
      "[id(o) for o in gc.get_objects() if type(o) is Node]",
      heap.pyodide.globals,
    );
    expect(ids.length).toBeGreaterThan(3);
    for (const id of ids) expect(className(graph, nodeOf(graph, id))).toBe("__main__.Node");
    heap.pyodide.runPython("everything = gc.get_objects()");
    const now = heap.capture.capture();
    const all = heap.machine.runtime.evaluateIntegers("[id(o) for o in everything]", heap.pyodide.globals);
    heap.pyodide.runPython("del everything");
    expect(all.filter((id) => nodeWithId(now, id) === undefined)).toEqual([]);
    expect(all.length).toBeGreaterThan(10_000);
  });

  test("every reference that gc.get_referents() tells of is there", () => {
    expect(missingReferences(heap)).toEqual([]);
  });

  test.each([
    '"ascii text of some length"',
    '"größer, mit Umlauten"',
    '"漢字とかな"',
    '"😀"*20',
    'b"bytes" * 30',
    "12345678901234567890 ** 5",
    "3.25",
    "[1, 2, 3] * 50",
    "(1, 2, 3, 4)",
    "{str(i): i for i in range(100)}",
    "{i: i for i in range(1000)}",
    "set(range(1000))",
    "bytearray(1000)",
    "Slotted()",
    "object()",
    "running.__code__",
    "make",
    "reference",
    "generator",
    "Plain('a subclass of str')",
  ])("the size of %s is what sys.getsizeof says", (expression) => {
    heap.pyodide.runPython(`sized = ${expression}`);
    const stock = Number(heap.pyodide.runPython("sys.getsizeof(sized)"));
    const found = heap.capture.capture();
    const bytes = found.sizes[nodeOf(found, heap.id("sized"))]!;
    // Blocks are rounded up: one of the object, and one of its content.
    expect(bytes).toBeGreaterThanOrEqual(stock);
    expect(bytes).toBeLessThan(stock + 40);
  });

  test("nothing is changed: not a byte of an object, of the collector's state or of a list", () => {
    const { runtime } = heap.machine;
    heap.capture.capture();
    const address = runtime.tryAllocate(heap.capture.scratchBytes);
    const scratch = { address, bytes: heap.capture.scratchBytes };
    runtime.bytes.fill(0xaa, address, address + scratch.bytes);
    const before = runtime.bytes.slice();
    heap.capture.capture(scratch);
    const after = runtime.bytes;
    expect(after.length).toBe(before.length);
    const stack = runtime.symbol("__stack_low");
    let [changed, inScratch] = [0, 0];
    for (let at = 0; at < before.length; at++) {
      if (before[at] === after[at]) continue;
      if (at >= address && at < address + scratch.bytes) inScratch++;
      else if (at < stack || at > runtime.symbol("__heap_base")) changed++; // Else on C's stack, below its end.
    }
    runtime.free(address);
    expect(changed).toBe(0);
    expect(inScratch).toBeGreaterThan(1000); // The comparison sees what is written.
  });

  test("the shortest path names what holds an object", () => {
    heap.pyodide.runPython("keeper = {'cache': [Node()]}");
    const found = heap.capture.capture();
    const id = heap.id("keeper['cache'][0]");
    const lines = pathLines(found, pathToRoot(found, nodeOf(found, id))!);
    expect(lines.map(({ by }) => by)).toEqual([
      "",
      ".sys.modules",
      '["__main__"]',
      ".keeper",
      '["cache"]',
      "[0]",
    ]);
    expect(lines.at(-1)!.what).toBe("__main__.Node");
  });

  test("garbage is told apart, and what only C code holds", () => {
    heap.pyodide.runPython("gc.disable()\nloop = Node(); loop.next = loop; loop_id = id(loop); del loop");
    heap.pyodide.runPython(
      "held = Node(); held_id = id(held); import ctypes; ctypes.pythonapi.Py_IncRef(ctypes.py_object(held)); del held",
    );
    const found = heap.capture.capture();
    const above = (name: string) => {
      const path = pathToRoot(found, nodeOf(found, Number(heap.pyodide.globals.get(name))))!;
      return found.strings[found.nodeNames[path.at(-2)!.node]!];
    };
    expect(above("loop_id")).toBe("(garbage not collected yet)");
    expect(above("held_id")).toBe("(held by C code)");
    heap.pyodide.runPython("gc.enable()");
  });

  test("JsProxies lead to JavaScript objects", () => {
    heap.pyodide.runPython("import js\nproxy = js.Map.new()");
    const found = heap.capture.capture();
    const edge = referencesOf(found, heap.id("proxy")).find(({ name }) => name === "js")!;
    expect(found.strings[found.nodeNames[nodeOf(found, edge.to)]!]).toBe("JavaScript Map");
  });

  test("an object deep in large containers is found, though the stack overflows", () => {
    heap.pyodide.runPython(
      "deep = []\nfor i in range(300_000): deep = [deep, i]\nwide = [[i] for i in range(300_000)]",
    );
    const found = heap.capture.capture();
    heap.pyodide.runPython("bottom = deep\nwhile bottom: bottom = bottom[0]\nbottom_id = id(bottom)");
    expect(nodeWithId(found, Number(heap.pyodide.globals.get("bottom_id")))).toBeDefined();
    expect(nodeWithId(found, heap.id("wide[0]"))).toBeDefined();
    expect(nodeWithId(found, heap.id("wide[-1]"))).toBeDefined();
    heap.pyodide.runPython("while deep: deep = deep[0]\ndel wide, bottom");
  });
});

test("a heap kernel that leaves references out is found", async () => {
  const broken = await openHeap("314", readFileSync("build/sabotage/capture-skips-values.wasm"));
  expect(missingReferences(broken)).not.toEqual([]);
});
