/** KeyboardInterrupt at random triggers: it reaches the program, and nothing is lost or left. */
import { expect, test } from "vitest";
import { ATTACHED, open } from "../support/runtimes.js";
import { CHURN } from "./programs.js";

test.each(ATTACHED)("interrupts that come with collections, $name", async (subject) => {
  const { pyodide, moult } = await open(subject, { verify: 1 });
  const buffer = new Uint8Array(new SharedArrayBuffer(1));
  pyodide.setInterruptBuffer(buffer);
  let sent = 0;
  let collections = 0;
  moult!.on("collection", () => {
    // Every third one, which falls together with all kinds of them.
    if (++collections % 3 !== 0) return;
    sent++;
    buffer[0] = 2;
  });
  const caught = pyodide.runPython(`${CHURN}
import sys
sys.unraisablehook = lambda unraisable: None # One that comes inside a finalizer is told there.
gc.set_threshold(50, 5, 5)
caught = 0
for _ in range(200):
    try:
        churn(500)
    except KeyboardInterrupt:
        caught += 1
caught`);
  expect(sent).toBeGreaterThan(10);
  expect(caught).toBeGreaterThan(10);
  // From here on none comes.
  collections = Number.NEGATIVE_INFINITY;
  buffer[0] = 0;
  expect(pyodide.runPython("churn(2000), whole(), left()").toJs()).toEqual([undefined, true, 0]);
});
