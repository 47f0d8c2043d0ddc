/** Attaching to an interpreter in which objects are frozen: CPython's own pass, which is probed, then works otherwise. */
import { expect, test } from "vitest";
import { attach } from "../../src/attach.js";
import { LINES, loadLine } from "../support/runtimes.js";

test.each(LINES)("on pyodide %s", async (line) => {
  const pyodide = await loadLine(line);
  const frozen = pyodide.runPython("import gc; gc.freeze(); gc.get_freeze_count()");
  using moult = await attach(pyodide, { verify: 2 });
  expect(moult.collect()).toBeGreaterThanOrEqual(0);
  // What the call that froze them had made is gone with it.
  expect(pyodide.runPython("gc.get_freeze_count()")).toBeGreaterThan(frozen - 200);
});
