/** Random graphs over both heaps, mutated between and during passes of either driver. */
import type { PyodideAPI } from "pyodide";
import type { Bridge } from "../../src/bridge/bridge.js";
import { engineCollector } from "../../src/platform/engine-collector.js";
import { FuzzHeap } from "./fuzz-heap.js";
import { type Driver, engineCollects, engineCollectsUntil, turn } from "./support.js";

export interface FuzzResult {
  readonly operations: number;
  readonly nodes: number;
  /** What was found wrong, the first few. */
  readonly unsound: readonly string[];
  /** Nodes that could not be reached after two passes with nothing mutated between, the most in any round. */
  readonly left: number;
  /** At the very end, without roots. */
  readonly leftAtEnd: number;
}

/** Runs until so many operations are done, or something is found wrong. */
export async function fuzz(
  pyodide: PyodideAPI,
  bridge: Bridge,
  driver: Driver,
  seed: number,
  operations: number,
): Promise<FuzzResult> {
  const heap = new FuzzHeap(pyodide, seed);
  const gc = await engineCollector();
  const unsound: string[] = [];
  let left = 0;
  const check = (percent: number) => {
    const findings = heap.verify(percent);
    unsound.push(...findings.unsound);
    return findings.left;
  };
  const pass = async () => {
    if (driver === "synchronous") await bridge.collect(gc);
    else await weakPass(pyodide, bridge);
    await turn();
  };
  try {
    while (heap.operations < operations && unsound.length === 0) {
      heap.mutate(driver === "synchronous" ? 150 : 80);
      heap.unroot(40);
      heap.reroot(4);
      if (driver === "engine") await mutateWhileWeak(pyodide, bridge, heap, check);
      await pass();
      check(100);
      await turn();
      // Where nothing died in both heaps, a pass leaves cycles within Python to Python's own collector.
      collectPython(pyodide);
      await pass();
      left = Math.max(left, check(100));
    }
    heap.unroot(100);
    for (let i = 0; i < 2; i++) await pass();
  } catch (error) {
    unsound.push(String(error));
  }
  return {
    operations: heap.operations,
    nodes: heap.collected,
    unsound: unsound.slice(0, 5),
    left,
    leftAtEnd: unsound.length > 0 ? 0 : check(0),
  };
}

/** Both sides mutate while slots are weak and the engine collects. */
async function mutateWhileWeak(
  pyodide: PyodideAPI,
  bridge: Bridge,
  heap: FuzzHeap,
  check: (percent: number) => number,
): Promise<void> {
  const gc = await engineCollector();
  const over = bridge.collect(undefined);
  for (let i = heap.random(40); i > 0; i--) {
    // The pass is still marking, or has just made slots weak.
    await turn();
    if (heap.random(4) === 0) heap.mutate(heap.random(10));
    if (heap.random(20) === 0) collectPython(pyodide);
  }
  for (let i = 0; i < 5; i++) {
    if (heap.random(2) === 0) gc?.();
    await turn();
    heap.mutate(heap.random(25));
    if (heap.random(2) === 0) heap.unroot(8);
    if (heap.random(3) === 0) heap.reroot(2);
    if (heap.random(4) === 0) collectPython(pyodide);
    if (heap.random(3) === 0) gc?.();
    await turn();
    check(heap.random(2) === 0 ? 20 : 0);
  }
  bridge.restoreAll();
  await over;
}

async function weakPass(pyodide: PyodideAPI, bridge: Bridge): Promise<void> {
  await engineCollectsUntil(bridge.collect(undefined));
  await engineCollects();
  collectPython(pyodide);
}

function collectPython(pyodide: PyodideAPI): void {
  pyodide.runPython("import gc; gc.collect()");
}
