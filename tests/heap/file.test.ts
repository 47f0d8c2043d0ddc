/** Files open in the parser of Chrome's developer tools, agree with it, and are read back; bad ones give one clear error. */
import { parse } from "heap-snapshot-toolkit";
import { describe, expect, test } from "vitest";
import { dominatorsOf } from "../../src/heap/analysis/dominators.js";
import { readSnapshot } from "../../src/heap/file/read.js";
import { writeSnapshot } from "../../src/heap/file/write.js";
import { className, edgeName, type HeapGraph } from "../../src/heap/graph.js";
import { LINES, openHeap } from "./support.js";

function written(graph: HeapGraph): string[] {
  const pieces: string[] = [];
  writeSnapshot(graph, (piece) => pieces.push(piece));
  return pieces;
}

async function small(): Promise<HeapGraph> {
  const heap = await openHeap("314");
  return heap.capture.capture();
}

function streamOf(pieces: readonly string[]): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

describe.each(LINES)("a snapshot of %s", (line) => {
  test("opens in DevTools' parser, with classes, names and retained sizes as here", async () => {
    const heap = await openHeap(line);
    heap.pyodide.runPython(`
class Node: pass
class Evil: pass
Evil.__name__ = Evil.__qualname__ = "<script>"
cache = [Node() for _ in range(1000)]
for node in cache: node.payload = [node, Evil()]
import gc; gc.collect()`);
    const graph = heap.capture.capture();
    const theirs = await parse(streamOf(written(graph)));
    expect(theirs.nodeCount).toBe(graph.nodes);
    const { retained } = dominatorsOf(graph);
    const node = theirs.createNode(0);
    let [nodes, compared] = [0, 0];
    for (let i = 0; i < graph.nodes; i++) {
      node.nodeIndex = i * 7;
      expect(node.id()).toBe(graph.ids[i]);
      nodes++;
      if (node.retainedSize() === retained[i]) compared++;
    }
    expect({ nodes, compared }).toEqual({ nodes: graph.nodes, compared: graph.nodes });
    const index = graph.nodeNames.findIndex((name) => graph.strings[name] === "__main__.Node");
    node.nodeIndex = index * 7;
    expect(node.className()).toBe("__main__.Node");
    const edges: string[] = [];
    for (let edge = node.edges(); edge.hasNext(); edge.next()) edges.push(edge.item().name());
    expect(edges).toContain("payload");
  }, 60_000);
});

describe("reading", () => {
  test("gives back what was written, however it is cut into pieces", async () => {
    const graph = await small();
    const whole = written(graph).join("");
    for (const length of [1 << 20, 4099]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / length) }, (_, i) =>
        whole.slice(i * length, (i + 1) * length),
      );
      const read = await readSnapshot(pieces);
      for (const part of [
        "nodes",
        "edges",
        "ids",
        "sizes",
        "firstEdge",
        "targets",
        "edgeTypes",
        "edgeNames",
        "nodeTypes",
        "nodeNames",
        "strings",
        "facts",
      ] as const)
        expect(read[part], part).toEqual(graph[part]);
      expect(className(read, 100)).toBe(className(graph, 100));
      expect(edgeName(read, 100)).toBe(edgeName(graph, 100));
    }
  });

  test("a file of V8's is read too", async () => {
    const v8 = await import("node:v8");
    const pieces: string[] = [];
    for await (const piece of v8.getHeapSnapshot()) pieces.push(String(piece));
    expect((await readSnapshot(pieces)).nodes).toBeGreaterThan(1000);
  });

  test.each([
    ["", /it is empty/],
    ["GIF89a and so on", /does not begin as a heap snapshot/],
    ['{"traceEvents":[]}', /does not begin as a heap snapshot/],
    ['{"snapshot":{"meta":{}}}', /other fields/],
  ])("%j is refused", async (text, why) => {
    await expect(readSnapshot([text], "x.heapsnapshot")).rejects.toThrow(why);
    await expect(readSnapshot([text], "x.heapsnapshot")).rejects.toThrow(/can't read x\.heapsnapshot/);
  });

  test("a file that is cut off is refused wherever that is, and so is one with a wrong number", async () => {
    const whole = written(await small()).join("");
    for (const part of [0.001, 0.01, 0.3, 0.6, 0.9, 0.9999]) {
      const cut = whole.slice(0, Math.floor(whole.length * part));
      await expect(readSnapshot([cut]), String(part)).rejects.toThrow(/ends too early|does not begin/);
    }
    const wrong = whole.replace(/"edges":\[(\d+),(\d+),/, '"edges":[$1,$2,9999999');
    await expect(readSnapshot([wrong])).rejects.toThrow(/leads to no node/);
    await expect(readSnapshot([whole.replace('"nodes":[', '"nodes":[1,')])).rejects.toThrow(/more numbers/);
    await expect(readSnapshot([whole.replace('"nodes":[9,', '"nodes":[')])).rejects.toThrow(
      /fewer numbers|no node|edges/,
    );
    await expect(readSnapshot([whole.replace('"nodes":[9,', '"nodes":[x,')])).rejects.toThrow(
      /something else/,
    );
  });
});
