/** A pass that is asked for while one that nobody asked for is marking: it does not wait for that one's idle periods. */
import { expect, test } from "vitest";
import { idlePeriods } from "../../src/idle/periods.js";
import { engineCollector } from "../../src/platform/engine-collector.js";
import { python } from "../support/runtimes.js";
import { bareBridge } from "./support.js";

test("collect() ends what waits for an idle period that never comes", async () => {
  const periods = idlePeriods();
  let marking = () => {};
  const isMarking = new Promise<void>((resolve) => {
    marking = resolve;
  });
  const { pyodide, bridge } = await bareBridge({
    automatic: true,
    markMs: 0,
    // Between slices of marking none comes, as in a process that has nothing else to do and ends.
    request: (callback, options) => {
      if (options.delay > 0) return periods(callback, { ...options, keepsAlive: true });
      marking();
      return () => {};
    },
  });
  pyodide.runPython(
    python(`
      import js
      from pyodide.ffi import create_proxy
      class Component:
          def __init__(self):
              self.target = js.Object.new()
              self.target.listener = create_proxy(self.heard)
          def heard(self): pass
      for _ in range(3000): Component()
    `),
  );
  await isMarking;
  const [first, second] = await Promise.all([
    bridge.collect(await engineCollector()),
    bridge.collect(await engineCollector()),
  ]);
  expect([first.driver, second.driver]).toEqual(["synchronous", "synchronous"]);
  expect(first.proxies + second.proxies).toBe(3000);
  bridge.release();
});
