/** The module and the option `gc` over another Pyodide, loaded by its own loader: CPython 3.13. */
import { loadPyodide } from "pyodide-0.29";
import { expect, it } from "vitest";
import { withMoult } from "../../src/with-moult.js";

const load = withMoult(loadPyodide);

it("works on CPython 3.13", async () => {
  const pyodide = await load({ env: { HOME: "/home/somebody" }, gc: { verify: 1 } });
  expect(pyodide.runPython("import os, sys; f'{sys.version[:4]} {os.environ[\"HOME\"]}'")).toBe(
    "3.13 /home/somebody",
  );
  expect(pyodide.runPython("import moult; moult.options['verify'], moult.plan").toString()).toBe(
    "(1, 'incremental')",
  );
  expect(pyodide.runPython("moult.collect(); l = []; l.append(l); del l; moult.collect()")).toBe(1);
  expect(pyodide.runPython("moult.stats()['generations'][2]['collections']")).toBe(2);
  expect(pyodide.runPython("import pydoc; 'FUNCTIONS' in pydoc.plain(pydoc.render_doc(moult))")).toBe(true);
  expect(pyodide.runPython("moult.detach(), moult.attached").toString()).toBe("(True, False)");
  expect(() => pyodide.runPython("import sys; del moult; import moult")).toThrow("No module named 'moult'");
});
