/** The pool from the first block on: `moult/pyodide` puts it there before the interpreter starts. */
import { readFileSync } from "node:fs";
import type { PyodideAPI, PyodideConfig } from "pyodide";
import { describe, expect, test, vi } from "vitest";
import { attach, attachSync } from "../../src/attach.js";
import type { DetachEvent } from "../../src/index.js";
import { withMoult } from "../../src/with-moult.js";
import { loadLine } from "../support/runtimes.js";

const load = withMoult((_config?: PyodideConfig): Promise<PyodideAPI> => loadLine("314"));
const BIG = 4_000_000;

test("has the blocks of the start; attached later it does not", async () => {
  const early = (await load()).moult.allocatorStats()!;
  expect(early.domains.obj.pooled).toBeGreaterThan(BIG);
  const late = (await attach(await loadLine("314"))).allocatorStats()!;
  expect(late.domains.obj.pooled).toBeLessThan(BIG / 10);
});

test("has them on Pyodide 315, too", async () => {
  const pyodide = await withMoult(() => loadLine("315"))();
  expect(pyodide.moult.allocatorStats()!.domains.obj.pooled).toBeGreaterThan(BIG);
});

test("begins when Moult is attached where CPython's memory is not among its exports", async () => {
  const pyodide = await withMoult(() => loadLine("0.29"))();
  const { domains } = pyodide.moult.allocatorStats()!;
  expect(domains.obj.pooled).toBeLessThan(BIG / 10);
  expect(domains.obj.other).toBeGreaterThan(BIG);
});

test("two that load at once have a pool each", async () => {
  for (const { moult } of await Promise.all([load(), load()])) {
    expect(moult.allocatorStats()!.domains.obj.pooled).toBeGreaterThan(BIG);
    expect(moult.collect()).toBeGreaterThanOrEqual(0);
  }
});

test("detached, it stays to free what is its own, and attaching again goes on", async () => {
  const pyodide = await load();
  const detached: DetachEvent[] = [];
  pyodide.moult.on("detach", (event) => detached.push(event));
  pyodide.moult.detach();
  expect(detached[0]!.poolBlocks).toBeGreaterThan(10_000);
  pyodide.runPython("import json, gc; kept = [json.loads('[1, {}]') for _ in range(10_000)]; gc.collect()");
  const again = await attach(pyodide);
  expect(again.allocatorStats()!.domains.obj.pooled).toBeGreaterThan(BIG);
  pyodide.runPython("del kept; gc.collect()");
});

test("tracemalloc can be started and stopped over it", async () => {
  const { moult, runPython } = await load();
  runPython("import tracemalloc; tracemalloc.start(); kept = [[] for _ in range(1000)]");
  expect(runPython("tracemalloc.get_traced_memory()[0] > 20_000")).toBe(true);
  moult.detach();
  runPython("tracemalloc.stop(); del kept");
  expect(runPython("len([object() for _ in range(1000)])")).toBe(1000);
});

describe("WebAssembly is as it was", () => {
  const functions = () => [WebAssembly.instantiate, WebAssembly.instantiateStreaming];

  test("after a load, and after one that fails", async () => {
    const before = functions();
    await load();
    const failing = withMoult((): Promise<PyodideAPI> => Promise.reject(new Error("no network")));
    await expect(failing()).rejects.toThrow("no network");
    expect(functions()).toEqual(before);
  });

  test("while nothing is to be put there", async () => {
    const before = functions();
    const during: unknown[] = [];
    const look = withMoult((_config?: PyodideConfig & { _makeSnapshot?: boolean }) => {
      during.push(...functions());
      return loadLine("314");
    });
    await look({ gc: false });
    await look({ gc: { allocator: "system" } });
    await look({ gc: { memoryLimit: "1GiB" } });
    await look({ gc: "builtin" });
    await look({ gc: {}, _makeSnapshot: true });
    expect(during).toEqual([...before, ...before, ...before, ...before, ...before]);
  });
});

test("other modules that come to be meanwhile are left alone, and nothing is lost of their results", async () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const other = vi.fn(async () => {
    const pair = await WebAssembly.instantiate(empty);
    const instance = await WebAssembly.instantiate(pair.module);
    expect(instance).toBeInstanceOf(WebAssembly.Instance);
    await expect(WebAssembly.instantiate(Uint8Array.of(1))).rejects.toThrow(WebAssembly.CompileError);
    return loadLine("314");
  });
  await withMoult(other)();
  expect(other).toHaveBeenCalledOnce();
});

test("with another kernel attached later, the first one's pool only frees", async () => {
  const kernel = new WebAssembly.Module(readFileSync("build/kernel.wasm"));
  let loaded: PyodideAPI | undefined;
  const failing = withMoult(async () => {
    loaded = await loadLine("314");
    throw new Error("after the interpreter started");
  });
  await expect(failing()).rejects.toThrow("after the interpreter started");
  const moult = attachSync(loaded!, kernel);
  expect(moult.stats().allocator).toBe("system");
  expect(
    loaded!.runPython("import gc\nfor _ in range(100): a = []; a.append(a)\ndel a\ngc.collect() >= 99"),
  ).toBe(true);
});
