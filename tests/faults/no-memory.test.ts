/** Allocations that fail one after the other while collections and slices come by themselves: nothing is lost or left. */
import { expect, test } from "vitest";
import { ATTACHED, open } from "../support/runtimes.js";
import { CHURN } from "./programs.js";

// The npm package of pyodide 0.29 has no _testcapi, which alone can make allocations fail.
const SUBJECTS = ATTACHED.filter(({ line }) => line === "314");

const STARVE = `
import _testcapi, sys
sys.unraisablehook = lambda unraisable: None
gc.set_threshold(20, 3, 3)
def starve(start, stop):
    """Churns while allocations from one number to another fail; true when it was told."""
    try:
        _testcapi.set_nomemory(start, stop)
        churn(40)
        return False
    except MemoryError:
        return True
    finally:
        _testcapi.remove_mem_hooks()
`;

test.each(SUBJECTS)("$name", async (subject) => {
  const { pyodide } = await open(subject, {
    verify: 2,
    ...(subject.plan === "incremental" && { stress: true }),
  });
  pyodide.runPython(`${CHURN}${STARVE}\nchurn(1000)`);
  const told = pyodide.runPython(`
told = 0
for n in range(1, 400, 3):
    told += starve(n, n + 1)
    told += starve(n, n + 20)
    churn(20)
told`);
  expect(told).toBeGreaterThan(50);
  expect(pyodide.runPython("[whole(), left()]").toJs()).toEqual([true, 0]);
});
