/** The builder resolves references by counting bits, and refuses what does not add up. */
import { describe, expect, test } from "vitest";
import { type Describer, GraphBuilder, type Group } from "../../src/heap/builder.js";
import { edgeName, NodeType, nodeWithId } from "../../src/heap/graph.js";

const describer: Describer = {
  node: () => ({ type: NodeType.object, name: "Node" }),
  key: (object) => `"${object}"`,
  text: (object) => `name${object}`,
  edge: (number) => ({ name: ["__class__", "field", "referent"][number]!, isWeak: number === 2 }),
  outside: () => [],
  holdsWeakly: () => false,
};
const ROOT: Group = { name: "", type: NodeType.synthetic, id: 1, objects: [{ name: "first", object: 4096 }] };
const FACTS = { python: "none", takenAt: 0, memoryBytes: 0, allocatedBytes: null };
const OBJECTS = [4096, 4100, 4128, 8192];

/** A bitmap at address 0, with the bits of objects set. */
function reached(objects: readonly number[]) {
  const words = new Uint32Array(128);
  for (const object of objects) words[object >>> 7]! |= 1 << ((object >>> 2) & 31);
  return { words, bitmap: 0, bitmapBytes: 512, objects: objects.length };
}

/** Records as the kernel writes them: an object, then its references. */
function records(
  objects: readonly number[],
  edges: readonly (readonly [number, number, number])[] = [],
): Uint32Array {
  return Uint32Array.from(
    objects.flatMap((object) => [
      object | 3,
      64,
      1,
      16,
      ...(object === 4096 ? edges.flatMap(([to, kind, name]) => [to | kind, name]) : []),
    ]),
  );
}

describe("the builder", () => {
  test("finds each object by its address, wherever it stands in memory", () => {
    const builder = new GraphBuilder(describer, reached(OBJECTS), [ROOT], []);
    expect(OBJECTS.map((object) => builder.nodeOf(object))).toEqual([1, 2, 3, 4]);
    expect([4104, 0, 0xffff_fff8].map((address) => builder.nodeOf(address))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("names references, and leaves out those to what was not reached", () => {
    const builder = new GraphBuilder(describer, reached(OBJECTS), [ROOT], []);
    const words = records(OBJECTS, [
      [4100, 0, 7],
      [4100, 0, 0x8000_0002],
      [4128, 1, 64],
      [4128, 1, 64 | 1],
      [8192, 2, 1],
      [8192, 2, 2],
      [4104, 2, 1],
    ]);
    builder.take(words, 0, words.length);
    const graph = builder.finish([], FACTS);
    const node = nodeWithId(graph, 4096)!;
    const names = [];
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
      names.push(`${graph.edgeTypes[edge]} ${edgeName(graph, edge)}`);
    expect(names).toEqual(["1 7", "4 2", '2 ["64"]', "2 name64", "2 field", "6 referent"]);
  });

  test("a heap that changed between the two passes is refused", () => {
    const builder = new GraphBuilder(describer, reached(OBJECTS), [ROOT], []);
    const words = records(OBJECTS.slice(1));
    builder.take(words, 0, words.length);
    expect(() => builder.finish([], FACTS)).toThrow(
      /reached 5 nodes and told of 4: the heap changed meanwhile/,
    );
  });
});
