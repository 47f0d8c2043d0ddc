/**
 * What CPython itself makes of memory that ends, without Moult: the reason for which tests of the memory limit are skipped
 * on 3.15. When the last test here fails, CPython has been mended: see Layout.survivesMemoryErrors.
 */
import { expect, test } from "vitest";
import { withFullMemory } from "../faults/programs.js";
import { type Line, loadLine } from "../support/runtimes.js";

const LIMIT = 48 * 2 ** 20;

const FILL = `
import gc
def fill():
    reserve, hoard = bytearray(1 << 20), []
    try:
        while True: hoard.append([hoard])
    except MemoryError:
        reserve = None
        hoard.clear()
fill(); gc.collect(); fill(); gc.collect()
"fine"`;

/** Fills memory up to a limit with lists, and collects; "fine", or what ended it. */
async function fillAndCollect(line: Line): Promise<string> {
  const pyodide = await loadLine(line);
  try {
    return withFullMemory(LIMIT, () => pyodide.runPython(FILL)) as string;
  } catch (error) {
    return String(error);
  }
}

test.each(["314", "0.29"] as const)("CPython in pyodide %s survives", async (line) => {
  expect(await fillAndCollect(line)).toBe("fine");
});

test("CPython 3.15.0rc1 in pyodide 315.0.0-alpha.2 crashes", async () => {
  expect(await fillAndCollect("315")).not.toBe("fine");
});
