/**
 * A wrong signature in CPython itself: tp_clear of `operator.methodcaller` returns nothing where an int is
 * expected (3.13.2 and 3.14.2), so calling it traps in WebAssembly. CPython's own collector gets by as
 * long as something else in the cycle is cleared first and reference counts free the methodcaller.
 */
import { describe, expect, test } from "vitest";
import { install, lines, load } from "./harness.js";

/** Clearing `holder`, the older one, frees the methodcaller: its tp_clear is never needed. */
const freedByItsNeighbour = `
import gc, operator, weakref
class Holder: pass
holder = Holder()
holder.call = operator.methodcaller("f", holder)
ref = weakref.ref(holder)
del holder
gc.collect()
ref() is None`;

/** The older one has no tp_clear, so that of the methodcaller is called. */
const mustBeCleared = `
import gc, operator, gctypes
holder = gctypes.NoClear()
holder.a = operator.methodcaller("f", holder)
del holder
gc.collect()`;

for (const line of lines) {
  describe.each(["stock", ...line.plans] as const)(
    `CPython ${line.python}, operator.methodcaller, %s`,
    (collector) => {
      test("goes with its cycle when a neighbour is cleared first", async () => {
        const { pyodide } = await load(line, collector);
        expect(pyodide.runPython(freedByItsNeighbour)).toBe(true);
      });

      test("ends the interpreter when its own tp_clear must be called", async () => {
        const host = await load(line, collector);
        await install(host);
        // Moult names the type; CPython's own collector, also under the plan `builtin`, only traps.
        const error = collector === "generational" ? /operator\.methodcaller/ : /signature mismatch/;
        expect(() => host.pyodide.runPython(mustBeCleared)).toThrow(error);
      });
    },
  );
}
