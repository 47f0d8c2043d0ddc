/**
 * Memory in which not a byte is free, for the program or for CPython: collections are announced to us all the same, from a
 * spare reserve that only these announcements use. Without one CPython complains on stderr, and collects itself.
 */
import { expect, test } from "vitest";
import type { MemoryLimitEvent } from "../../src/events/events.js";
import { ATTACHED, open, python, type Runtime } from "../support/runtimes.js";

const COLLECTIONS = 40;
/** To run while all memory is taken: nothing in it needs any but what it is about. */
const PROGRAM = python(`
  import gc
  collect = gc.collect

  def run():
      drain()
      for _ in range(${COLLECTIONS}):
          collect(0)
`);

interface EmscriptenModule {
  _PyMem_RawMalloc(bytes: number): number;
  _PyMem_RawFree(address: number): void;
}

/** Takes all that malloc has, the reserve included, down to its smallest blocks; returns how to give it back. */
function taker({ pyodide }: Runtime) {
  const module = (pyodide as unknown as { _module: EmscriptenModule })._module;
  const blocks: number[] = [];
  const drain = () => {
    for (let bytes = 2 ** 20; bytes >= 8; bytes /= 2) {
      for (let block = module._PyMem_RawMalloc(bytes); block !== 0; block = module._PyMem_RawMalloc(bytes))
        blocks.push(block);
    }
  };
  pyodide.globals.set("drain", drain);
  return () => {
    for (const block of blocks.splice(0)) module._PyMem_RawFree(block);
  };
}

/** Runs a program that asks for collections; ends when we have heard of all of them, for then there is memory again. */
function hear(runtime: Runtime, giveBack: () => void): number {
  let collections = 0;
  const stop = runtime.moult!.on("collection", ({ reason }) => {
    if (reason === "explicit" && ++collections === COLLECTIONS) giveBack();
  });
  try {
    runtime.pyodide.runPython("run()");
    return collections;
  } finally {
    stop();
    giveBack();
  }
}

// On 3.15 CPython itself crashes after a MemoryError: stock-memory-errors.test.ts.
test.each(ATTACHED.filter(({ line }) => line !== "315"))("full memory: $name", async (subject) => {
  const runtime = await open(subject, { memoryLimit: "48MiB" });
  const { pyodide, moult, stderr } = runtime;
  const refusals: MemoryLimitEvent[] = [];
  pyodide.runPython(PROGRAM);
  const giveBack = taker(runtime);
  moult!.on("memory-limit", (event) => refusals.push(event));
  for (let round = 1; round <= 5; round++) {
    expect(hear(runtime, giveBack)).toBe(COLLECTIONS);
    pyodide.runPython("[[] for _ in range(100)]"); // Time for the reserve to be taken back.
    expect(stderr.take()).toBe("");
  }
  expect(pyodide.runPython("len([[] for _ in range(100)])")).toBe(100);
  expect(refusals.length).toBeLessThan(20);
});
