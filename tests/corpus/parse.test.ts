/** The corpus' files: read as graphviz reads them, and refused with file and line where they are wrong. */
import { describe, expect, it } from "vitest";
import { loadCases } from "./cases.js";
import { parseGraph } from "./parse.js";

const parse = (body: string) => parseGraph(`// Why.\ndigraph g {\n${body}\n}`, "g.dot");

describe("the corpus' files", () => {
  it("reads nodes, defaults, chains and attributes", () => {
    const graph = parse(
      'order="a b"; node [type=list alive=n]; a; b [type=dict]; a -> b -> a [via=item, name=x];',
    );
    expect(graph.reason).toBe("Why.");
    expect(graph.graph).toEqual({ order: "a b" });
    expect(graph.nodes).toEqual({ a: { type: "list", alive: "n" }, b: { type: "dict", alive: "n" } });
    expect(graph.edges).toEqual([
      { from: "a", to: "b", via: "item", name: "x" },
      { from: "b", to: "a", via: "item", name: "x" },
    ]);
  });

  it.each([
    ["a [kind=list];", "g.dot:3: unknown attribute kind"],
    ["a [type=list];", "g.dot:3: node a needs alive=y or alive=n"],
    ["a [type=list alive=y];\na -> b;", "an edge names the node b"],
    ["a [type=list alive=y]; a [type=list alive=y];", "node a is there twice"],
    ["a [type=list alive=y", "unknown attribute }"],
    ["a [type=list alive=y]; ?", 'g.dot:3: unexpected "?"'],
    ["size=3;", "unknown attribute size of the graph"],
  ])("refuses %s", (body, message) => {
    expect(() => parse(body)).toThrow(message);
  });

  it("wants a reason at the head", () => {
    expect(() => parseGraph("digraph g {}", "g.dot")).toThrow("must say why");
  });

  it("holds at least 60 cases, each with a reason of its own", () => {
    const cases = loadCases();
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ reason }) => reason)).size).toBe(cases.length);
  });
});
