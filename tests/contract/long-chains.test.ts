/** Dead chains of a length at which deallocation by recursion would overflow the stack. */
import { describe, expect, test } from "vitest";
import { attach } from "../../src/index.js";
import { LINES, loadLine } from "../support/runtimes.js";

const LENGTH = 1_000_000;

const RINGS = `
import gc
class Plain: pass
class Slotted: __slots__ = ("next",)
def ring(make, link, length):
    first = last = make()
    for _ in range(length - 1):
        new = make()
        link(new, last)
        last = new
    link(first, last)
`;

describe.each(LINES)("Moult on pyodide %s frees a ring", (line) => {
  test.each([
    ["plain instances", "Plain, lambda a, b: setattr(a, 'next', b)"],
    ["slotted instances", "Slotted, lambda a, b: setattr(a, 'next', b)"],
    ["lists", "list, list.append"],
    ["dicts", "dict, lambda a, b: a.update(next=b)"],
  ])("of a million %s", async (_, how) => {
    const pyodide = await loadLine(line);
    using _moult = await attach(pyodide);
    const found = pyodide.runPython(`${RINGS}\ngc.collect()\nring(${how}, ${LENGTH})\ngc.collect()`);
    expect(found).toBeGreaterThanOrEqual(LENGTH);
    expect(found).toBeLessThan(LENGTH + 10);
  });
});
