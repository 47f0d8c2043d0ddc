/** The leak that Pyodide has: components whose listeners are held by what they listen to. */
import { describe, expect, test } from "vitest";
import { type Bridged, engineCollects, LINES, open, turn } from "./support.js";

const CYCLES = 1000;
const ROUNDS = 3;

/** component ─▶ JsProxy ─▶ EventTarget ─▶ listener ─▶ PyProxy ─▶ bound method ─▶ component */
const LEAK = `
  def leak(count):
      for i in range(count):
          component = Component(i)
          component.target = helpers.target()
          component.target.addEventListener("click", create_proxy(component.on_event))
  leak(${CYCLES})
`;

function measure({ pyodide, moult }: Bridged) {
  pyodide.runPython("gc.collect()");
  return {
    slots: moult.bridgeStats()!.slots,
    proxies: moult.bridgeStats()!.proxies,
    objects: pyodide.runPython("len(gc.get_objects())") as number,
  };
}

describe.each(LINES)("1,000 components with listeners, on pyodide %s", (line) => {
  test("leak without the bridge", async () => {
    const bridge = await open(line);
    const before = measure(bridge);
    bridge.run(LEAK);
    for (let i = 0; i < 3; i++) await engineCollects();
    const after = measure(bridge);
    expect(bridge.run("len(died)")).toBe(0);
    expect(after.slots - before.slots).toBeGreaterThanOrEqual(CYCLES);
  });

  test("are collected by collectBridges(), round after round", async () => {
    const bridge = await open(line);
    await bridge.moult.collectBridges();
    const before = measure(bridge);
    for (let round = 1; round <= ROUNDS; round++) {
      bridge.run(LEAK);
      const result = await bridge.moult.collectBridges();
      expect(result).toMatchObject({ driver: "synchronous", proxies: CYCLES, held: [], tombstones: 0 });
      expect(bridge.run("len(died)")).toBe(round * CYCLES);
      await turn();
      const after = measure(bridge);
      expect(after.slots).toBe(before.slots);
      expect(after.proxies).toBe(before.proxies);
      expect(Math.abs(after.objects - before.objects)).toBeLessThan(50);
    }
  });

  test("are collected by themselves, as the engine collects", async () => {
    const bridge = await open(line, { bridge: "auto" });
    await bridge.moult.collectBridges();
    const before = measure(bridge);
    for (let round = 1; round <= ROUNDS; round++) {
      bridge.run(LEAK);
      for (let i = 0; i < 200 && bridge.run("len(died)") !== round * CYCLES; i++) {
        await engineCollects();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(bridge.run("len(died)")).toBe(round * CYCLES);
    }
    await engineCollects();
    const { slots } = measure(bridge);
    bridge.moult.detach();
    expect(slots).toBe(before.slots);
  });
});
