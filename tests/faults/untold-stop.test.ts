/** CPython tells of a collection's end by a dict. Without memory for that it tells nothing, and the collection is ended later. */
import { expect, test } from "vitest";
import { ATTACHED, open } from "../support/runtimes.js";
import { CHURN } from "./programs.js";

// The npm package of pyodide 0.29 has no _testcapi, which alone can make allocations fail.
const SUBJECTS = ATTACHED.filter(({ line }) => line !== "0.29");

/** From the call that tells of the start no allocation succeeds, until the collection is over. */
const UNTOLD = `
import _testcapi, sys
sys.unraisablehook = lambda unraisable: None
told = []
def listen(phase, info):
    told.append(phase)
    if phase == "start": _testcapi.set_nomemory(0)
def collect_untold(generation=2):
    gc.callbacks.append(listen)
    try:
        gc.collect(generation)
    except MemoryError:
        pass
    finally:
        _testcapi.remove_mem_hooks()
        gc.callbacks.remove(listen)
`;

test.each(SUBJECTS)("$name", async (subject) => {
  const { pyodide, moult } = await open(subject, {
    verify: 2,
    ...(subject.plan === "incremental" && { stress: true }),
  });
  pyodide.runPython(`${CHURN}${UNTOLD}\nchurn(1000)\ncollect_untold()`);
  expect(pyodide.runPython("told").toJs()).toEqual(["start"]);
  // What was there is seen, and is collected when its time has come.
  expect(pyodide.runPython("any(o is kept for o in gc.get_objects())")).toBe(true);
  expect(pyodide.runPython("ring(1); collect_untold(); churn(3000); [whole(), left()]").toJs()).toEqual([
    true,
    0,
  ]);
  // In the midst of cycles over the old generation.
  pyodide.runPython("gc.set_threshold(20, 3, 3)\nfor i in range(300): churn(40); collect_untold(i % 3 // 2)");
  expect(pyodide.runPython("[whole(), left()]").toJs()).toEqual([true, 0]);
  pyodide.runPython("collect_untold()");
  moult?.detach();
  expect(pyodide.runPython("churn(3000); [whole(), left()]").toJs()).toEqual([true, 0]);
});
