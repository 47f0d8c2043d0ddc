/** A machine with the heap tools open, for tests that look at graphs. */
import type { PyodideAPI } from "pyodide";
import { type Machine, openMachine } from "../../src/cpython/machine.js";
import { HeapCapture } from "../../src/heap/capture.js";
import { className, edgeName, type HeapGraph, nodeWithId } from "../../src/heap/graph.js";
import { compileHeapKernel } from "../../src/heap/kernel.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { LINES, type Line, loadLine } from "../support/runtimes.js";

export { LINES };

export interface HeapUnderTest {
  readonly pyodide: PyodideAPI;
  readonly machine: Machine;
  readonly capture: HeapCapture;
  /** Runs Python and returns the `id()` of what it evaluates to. */
  id(expression: string): number;
}

/** A Pyodide whose door is open, with nothing attached. */
export async function openHeap(line: Line, heapKernel?: Uint8Array<ArrayBuffer>): Promise<HeapUnderTest> {
  const pyodide = await loadLine(line);
  const machine = openMachine(pyodide, await compileKernel());
  const tools = heapKernel === undefined ? await compileHeapKernel() : new WebAssembly.Module(heapKernel);
  const capture = new HeapCapture(machine, tools);
  return { pyodide, machine, capture, id: (expression) => Number(pyodide.runPython(`id(${expression})`)) };
}

/** The node of an object; fails when the graph does not have it. */
export function nodeOf(graph: HeapGraph, id: number): number {
  const node = nodeWithId(graph, id);
  if (node === undefined) throw new Error(`no node for the object at ${id}`);
  return node;
}

/** References of an object: name and type of edge, and the identity of what it leads to. */
export function referencesOf(graph: HeapGraph, id: number): { name: string; type: number; to: number }[] {
  const node = nodeOf(graph, id);
  const found = [];
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    found.push({
      name: edgeName(graph, edge),
      type: graph.edgeTypes[edge]!,
      to: graph.ids[graph.targets[edge]!]!,
    });
  return found;
}

/**
 * References that `gc.get_referents` tells of and the graph does not have, a line each; all tracked objects are looked at that
 * were there before the capture.
 */
export function missingReferences({ pyodide, machine, capture }: HeapUnderTest): string[] {
  // For each object: its id, how many it refers to, and their ids.
  const told = () =>
    machine.runtime.evaluateIntegers(
      `[word for o in everything if o is not globals() for ids in [[id(r) for r in gc.get_referents(o)]]
     for word in (id(o), len(ids), *ids)]`,
      pyodide.globals,
    );
  pyodide.runPython("import gc\neverything = []");
  told(); // So that its names are among the interned strings, which 3.15 has in a dict that is tracked.
  pyodide.runPython("everything = gc.get_objects()");
  const graph = capture.capture();
  const words = told();
  pyodide.runPython("del everything");
  const missing: string[] = [];
  const owners = instancesOfDicts(graph);
  for (let at = 0; at < words.length; at += 2 + words[at + 1]!) {
    const id = words[at]!;
    const holders = [id, ...(machine.instances.dictVisitsInline ? (owners.get(id) ?? []) : [])];
    const there = new Set(holders.flatMap((holder) => referencesOf(graph, holder).map(({ to }) => to)));
    for (const to of words.slice(at + 2, at + 2 + words[at + 1]!))
      if (!there.has(to)) missing.push(`${className(graph, nodeOf(graph, id))} at ${id} to ${to}`);
  }
  return missing;
}

/** Instances by the dict that is made of their inline values: the graph tells of these as the instance's on every line. */
function instancesOfDicts(graph: HeapGraph): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let node = 1; node < graph.nodes; node++) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      if (edgeName(graph, edge) !== "__dict__") continue;
      const dict = graph.ids[graph.targets[edge]!]!;
      found.set(dict, [...(found.get(dict) ?? []), graph.ids[node]!]);
    }
  }
  return found;
}

/** A graph by hand: node 0 is the root; each row is [bytes, ...targets]. A negative target is a weak edge. */
export function graphOf(rows: readonly (readonly number[])[]): HeapGraph {
  const edges = rows.flatMap(([, ...targets]) => targets);
  const firstEdge = new Uint32Array(rows.length + 1);
  rows.forEach((row, node) => {
    firstEdge[node + 1] = firstEdge[node]! + row.length - 1;
  });
  return {
    facts: { python: "none", takenAt: 0, memoryBytes: 0, allocatedBytes: null },
    nodes: rows.length,
    edges: edges.length,
    nodeTypes: Uint8Array.from(rows, (_, node) => (node < 1 ? 9 : 3)),
    nodeNames: Uint32Array.from(rows, (_, node) => (node === 0 ? 0 : 1)),
    ids: Uint32Array.from(rows, (_, node) => (node === 0 ? 1 : 8 * node)),
    sizes: Uint32Array.from(rows, ([bytes]) => bytes!),
    firstEdge,
    edgeTypes: Uint8Array.from(edges, (to) => (to < 0 ? 6 : 2)),
    edgeNames: Uint32Array.from(edges, () => 2),
    targets: Uint32Array.from(edges, (to) => Math.abs(to)),
    strings: ["", "Node", "next"],
  };
}
