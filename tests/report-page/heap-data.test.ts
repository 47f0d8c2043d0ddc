/** What the page shows of a heap agrees with the graph that it comes from. */
import { expect, test } from "vitest";
import { heapData } from "../../src/report-page/heap-data.js";
import { reportPage } from "../../src/report-page/page.js";
import { graphOf } from "../heap/support.js";
import { everything } from "./samples.js";

// The root holds 1 and 5; 1 holds 2 and 3, which share 4.
const AFTER = [[0, 1, 5], [10, 2, 3], [20, 4], [30, 4], [40], [1000]];
const BEFORE = [[0, 1], [10]];

test("types, growth, dominators and paths", () => {
  const { objects, bytes, histogram, growth, dominators, paths } = heapData(graphOf(AFTER), graphOf(BEFORE));
  expect([objects, bytes]).toEqual([5, 1100]);
  expect(histogram).toEqual([{ type: "Node", module: "", count: 5, bytes: 1100, retained: 1100 }]);
  expect(growth).toEqual([
    { type: "Node", module: "", countBefore: 1, countAfter: 5, bytesBefore: 10, bytesAfter: 1100 },
  ]);
  expect(dominators!.map(({ size, retained }) => [size, retained])).toEqual([
    [1000, 1000],
    [10, 100],
  ]);
  expect(dominators![1]!.children.map(({ name, size, retained }) => [name, size, retained])).toEqual([
    ["Node", 40, 40], // It does not refer to that itself.
    [".next", 30, 30],
    [".next", 20, 20],
  ]);
  expect(paths!.length).toBeGreaterThan(0);
});

test("children that are not shown are summed up", () => {
  const many = Array.from({ length: 20 }, (_, i) => [i + 1]);
  const graph = graphOf([[0, 1], [10, ...many.map((_, i) => i + 2)], ...many]);
  const [top] = heapData(graph).dominators!;
  const shown = top!.children.reduce((sum, { retained }) => sum + retained, 0);
  expect(top!.children.length + top!.omitted!.count).toBe(20);
  expect(10 + shown + top!.omitted!.retained).toBe(top!.retained);
});

test("the page takes it", () => {
  const page = reportPage({ ...everything(), heap: heapData(graphOf(AFTER), graphOf(BEFORE)) });
  for (const title of ["Types", "Growth", "What keeps memory alive", "Why it is alive"])
    expect(page).toContain(`<h2>${title}</h2>`);
});
