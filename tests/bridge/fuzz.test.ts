/**
 * Random graphs over both heaps. MOULT_BRIDGE_OPERATIONS says how many operations for each driver and line, and
 * MOULT_BRIDGE_SEED with which seed.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attach } from "../../src/attach.js";
import type { Attachment } from "../../src/attachment.js";
import type { Faults } from "../../src/bridge/pass.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { loadLine } from "../support/runtimes.js";
import { type FuzzResult, fuzz } from "./fuzz-run.js";
import { bareBridge, DRIVERS, type Driver, LINES } from "./support.js";

const OPERATIONS = Number(process.env.MOULT_BRIDGE_OPERATIONS ?? 3000);
const SEED = Number(process.env.MOULT_BRIDGE_SEED ?? 1);

describe.each(LINES)("on pyodide %s", (line) => {
  test.each(DRIVERS)(
    "with the driver %s nothing that can be reached dies, and nothing else stays",
    async (driver) => {
      const pyodide = await loadLine(line);
      const moult = (await attach(pyodide, { bridge: "off" })) as Attachment;
      const result = await fuzz(pyodide, moult.bridge!, driver, SEED, OPERATIONS);
      expect(result).toMatchObject({ unsound: [], left: 0, leftAtEnd: 0 });
      expect(result.operations).toBeGreaterThanOrEqual(OPERATIONS);
    },
    3_600_000,
  );
});

test("nor with marking in short slices", async () => {
  const bridge = await bareBridge({ markMs: 0.5 });
  const result = await fuzz(bridge.pyodide, bridge.bridge, "engine", SEED, OPERATIONS);
  expect(result).toMatchObject({ unsound: [], left: 0, leftAtEnd: 0 });
}, 3_600_000);

describe("the fuzz finds a bridge that", () => {
  const FAULTS: readonly (readonly [string, Driver, Faults])[] = [
    ["mirrors nothing", "synchronous", { noMirror: true }],
    ["mirrors nothing while slots are weak", "engine", { noMirror: true }],
    ["has no barrier", "engine", { noBarrier: true }],
  ];

  test.each(FAULTS)("%s", async (_fault, driver, faults) => {
    const results = await broken(driver, await compileKernel(), faults);
    expect(results.some(({ unsound }) => unsound.length > 0)).toBe(true);
  });

  test("takes what is held from outside for unreachable", async () => {
    const kernel = await WebAssembly.compile(readFileSync("build/sabotage/bridge-frees-live.wasm"));
    const results = await broken("synchronous", kernel, {});
    expect(results.some(({ unsound }) => unsound.length > 0)).toBe(true);
  });
});

/** A few runs of a bridge with a fault, each in a Pyodide of its own, until one is found wrong. */
async function broken(driver: Driver, kernel: WebAssembly.Module, faults: Faults): Promise<FuzzResult[]> {
  const results: FuzzResult[] = [];
  for (let seed = 1; seed <= 3; seed++) {
    const { pyodide, bridge } = await bareBridge({ faults }, kernel);
    results.push(await fuzz(pyodide, bridge, driver, seed, 1500));
    if (results.at(-1)!.unsound.length > 0) break;
  }
  return results;
}
