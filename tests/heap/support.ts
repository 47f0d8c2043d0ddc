/** A machine with the heap tools open, for tests that look at graphs. */
import type { PyodideAPI } from "pyodide";
import { type Machine, openMachine } from "../../src/cpython/machine.js";
import { HeapCapture } from "../../src/heap/capture.js";
import { edgeName, type HeapGraph, nodeWithId } from "../../src/heap/graph.js";
import { heapKernelBytes } from "../../src/heap/kernel.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { type Line, loadLine } from "../support/runtimes.js";

export const LINES: readonly Line[] = ["314", "0.29"];

export interface HeapUnderTest {
  readonly pyodide: PyodideAPI;
  readonly machine: Machine;
  readonly capture: HeapCapture;
  /** Runs Python and returns the `id()` of what it evaluates to. */
  id(expression: string): number;
}

/** A Pyodide whose door is open, with nothing attached. */
export async function openHeap(line: Line): Promise<HeapUnderTest> {
  const pyodide = await loadLine(line);
  const machine = openMachine(pyodide, await compileKernel());
  const capture = new HeapCapture(machine, new WebAssembly.Module(heapKernelBytes()));
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
