/** WebAssembly memory that can't grow any more: MemoryError, again and again, and nothing is lost or left. */
import { expect, test } from "vitest";
import { ATTACHED, open } from "../support/runtimes.js";
import { CHURN, withFullMemory } from "./programs.js";

const FILL = `
import sys
def fill():
    """Takes all that there is, in blocks of ever smaller sizes; returns how often there was no more."""
    hoard, refused = [], 0
    for size in (1 << 22, 1 << 18, 1 << 14, 1 << 10, 200):
        while True:
            try:
                hoard.append(bytearray(size) if size > 200 else ring(0))
            except MemoryError:
                refused += 1
                break
    try:
        churn(3000)
    except MemoryError:
        refused += 1
    try:
        gc.collect()
    except MemoryError:
        refused += 1
    return refused
`;

test.skip("pyodide 0.29 and 315: CPython itself crashes in about half of such runs, without Moult", () => {});

test.each(ATTACHED.filter(({ line }) => line === "314"))("$name", async (subject) => {
  const { pyodide } = await open(subject, { verify: 1 });
  pyodide.runPython(`${CHURN}${FILL}\nchurn(1000); left()`);
  withFullMemory(0, () => {
    for (let round = 0; round < 3; round++) {
      expect(pyodide.runPython("fill()")).toBeGreaterThanOrEqual(5);
      expect(pyodide.runPython("[whole(), left()]").toJs()).toEqual([true, 0]);
    }
  });
  expect(pyodide.runPython("churn(1000); [whole(), left(), len(kept)]").toJs()).toEqual([true, 0, 500]);
});
