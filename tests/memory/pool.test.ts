/** The pool: what it allocates, that it gives everything back, and that no order of events can tear it out. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Machine, openMachine } from "../../src/cpython/machine.js";
import { attach, type DetachEvent } from "../../src/index.js";
import { Pool } from "../../src/memory/pool.js";
import { LINES, loadLine, runner } from "../support/runtimes.js";

const KERNEL = compile("build/kernel.wasm");

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(file));
}

/** The same sequence of numbers below `limit` every time (Numerical Recipes' generator). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const PAGE_SIZE = 16_384;

/** Addresses of all blocks in pages that are in use, in order; read as kernel/pool/page.ts draws them. */
function blocksOf({ kernel, runtime }: Machine): number[] {
  const blocks: number[] = [];
  for (let page = kernel.pageAfter(0); page !== 0; page = kernel.pageAfter(page)) {
    const [fresh, end, size] = [4, 8, 16].map((offset) => runtime.load(page + offset)) as [
      number,
      number,
      number,
    ];
    const free = new Set<number>();
    for (let block = runtime.load(page); block !== 0; block = runtime.load(block)) free.add(block);
    for (let block = end - Math.floor(PAGE_SIZE / size) * size; block < fresh; block += size)
      if (!free.has(block)) blocks.push(block);
  }
  return blocks;
}

/** Calls the pool like CPython would, beside a model of what each block holds; returns the first contradiction. */
async function hammer(line: (typeof LINES)[number], kernelModule: WebAssembly.Module, rounds: number) {
  const pyodide = await loadLine(line);
  const machine = openMachine(pyodide, kernelModule);
  const pool = new Pool(machine);
  expect(pool.open()).toBe(true);
  const { kernel, runtime } = machine;
  const call = (name: string, ...args: number[]) => runtime.function(name)(...args) >>> 0;
  const blocks = new Map<number, { size: number; fill: number }>();
  const below = numbers(7);
  const sizes = [0, 1, 8, 9, 16, 24, 40, 100, 511, 512, 513, 4000];
  const write = (block: number, size: number, fill: number) => {
    runtime.bytes.fill(fill, block, block + size);
    blocks.set(block, { size, fill });
  };
  const holds = (block: number, { size, fill }: { size: number; fill: number }) =>
    runtime.bytes.subarray(block, block + size).every((byte) => byte === fill);
  for (let round = 0; round < rounds; round++) {
    const size = sizes[below(sizes.length)]!;
    const [block, content] = [...blocks][below(blocks.size)] ?? [0, { size: 0, fill: 0 }];
    const what = below(blocks.size > 400 ? 12 : 6);
    if (what < 3) {
      const fresh = call("PyObject_Malloc", size);
      if (fresh === 0 || fresh % 8 !== 0) return `malloc gave ${fresh}`;
      if (blocks.has(fresh)) return "a block was given twice";
      write(fresh, size, below(256));
    } else if (what === 3) {
      const fresh = call("PyObject_Calloc", 1, size);
      if (blocks.has(fresh)) return "a block was given twice";
      if (!holds(fresh, { size, fill: 0 })) return "calloc gave bytes that are not zero";
      write(fresh, size, below(256));
    } else if (what === 4 && block !== 0) {
      const moved = call("PyObject_Realloc", block, size);
      blocks.delete(block);
      if (blocks.has(moved)) return "a block was given twice";
      if (!holds(moved, { size: Math.min(size, content.size), fill: content.fill }))
        return "realloc lost bytes";
      write(moved, size, content.fill);
    } else if (block !== 0) {
      if (!holds(block, content)) return "a block has been overwritten";
      call("PyObject_Free", block);
      blocks.delete(block);
    }
    if (round % 100 === 0 && kernel.poolFault() !== 0) return "a page does not add up";
    if (round === rounds >> 1) {
      // Off and on again: what is in pages is freed to them all the same.
      pool.close();
      expect(pool.open()).toBe(true);
    }
  }
  const pooled = new Set(blocksOf(machine));
  for (const [block, { size }] of blocks)
    if (size <= 512 && size > 0 && pooled.has(block) === false && round512(block))
      return "a block is missing";
  for (const block of blocks.keys()) call("PyObject_Free", block);
  return kernel.poolFault() === 0 ? undefined : "a page does not add up";

  /** True when the block is in a page at all: between off and on, small blocks came from malloc. */
  function round512(block: number): boolean {
    return [...pooled].some((other) => other >>> 14 === block >>> 14);
  }
}

describe.each(LINES)("the pool on pyodide %s", (line) => {
  test("allocates, reallocates and frees as CPython expects", async () => {
    expect(await hammer(line, KERNEL, 20_000)).toBeUndefined();
  });

  test("counts what is in use by size and by domain", async () => {
    const pyodide = await loadLine(line);
    const moult = await attach(pyodide);
    expect(moult.stats().allocator).toBe("pool");
    const before = moult.allocatorStats()!;
    pyodide.runPython("kept = [bytes(100) for _ in range(10_000)]; large = bytearray(3_000_000)");
    const after = moult.allocatorStats()!;
    const grown = after.bytesInUse - before.bytesInUse;
    expect(grown).toBeGreaterThan(10_000 * 120 + 3_000_000 - 100_000);
    expect(grown).toBeLessThan(10_000 * 120 + 3_000_000 + 500_000);
    const { mem, obj } = after.domains;
    expect(mem.pooled + obj.pooled + mem.other + obj.other).toBe(after.bytesInUse);
    expect(mem.pooled + obj.pooled).toBe(
      after.sizes.reduce((sum, { blockBytes, blocks }) => sum + blockBytes * blocks, 0),
    );
    const small = after.sizes.reduce((sum, { pages }) => sum + pages, 0);
    expect(after.poolBytes).toBeGreaterThanOrEqual(small * 16_384);
    for (const { blocks, capacity } of after.sizes) expect(blocks).toBeLessThanOrEqual(capacity);
  });

  test("counts nothing below 0 when a domain frees blocks from before", async () => {
    const pyodide = await loadLine(line);
    pyodide.runPython("kept = [list(range(1000)) for _ in range(100)]");
    const moult = await attach(pyodide);
    pyodide.runPython("del kept");
    const { bytesInUse, domains } = moult.allocatorStats()!;
    const { mem, obj } = domains;
    expect(mem.other).toBe(0);
    expect(mem.pooled + obj.pooled + obj.other).toBe(bytesInUse);
  });

  test("gives pages back that are empty", async () => {
    const pyodide = await loadLine(line);
    const moult = await attach(pyodide);
    const before = moult.allocatorStats()!.poolBytes;
    pyodide.runPython("kept = [bytes(100) for _ in range(100_000)]");
    const most = moult.allocatorStats()!.poolBytes;
    pyodide.runPython("del kept");
    const after = moult.allocatorStats()!.poolBytes;
    expect(most - before).toBeGreaterThan(12_000_000);
    expect(after - before).toBeLessThan(1_500_000);
    // What comes then takes them again: memory does not grow for it.
    const { memoryBytes } = moult.stats();
    pyodide.runPython("kept = [(n,) for n in range(100_000)]; del kept");
    expect(moult.stats().memoryBytes).toBe(memoryBytes);
  });

  test("can tell every object that it holds", async () => {
    const pyodide = await loadLine(line);
    const machine = openMachine(pyodide, KERNEL);
    const pool = new Pool(machine);
    pool.open();
    pyodide.runPython("import gc\nclass Thing: pass\nthings = [Thing() for _ in range(3000)]");
    const ids = pyodide.runPython("[id(thing) for thing in things]").toJs() as number[];
    const blocks = blocksOf(machine);
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
    const all = new Set(blocks);
    // The collector's header and the pointers before it come first in a block.
    for (const id of ids) expect(all.has(id - 16) || all.has(id - 8)).toBe(true);
  });

  test("stays to free its blocks after detach, and comes back with the next attach", async () => {
    const pyodide = await loadLine(line);
    const events: DetachEvent[] = [];
    for (let round = 0; round < 3; round++) {
      const moult = await attach(pyodide, { verify: 2 });
      moult.on("detach", (event) => events.push(event));
      expect(moult.stats().allocator).toBe("pool");
      pyodide.runPython(`kept${round} = [[str(n)] for n in range(20_000)]`);
      moult.detach();
      expect(moult.allocatorStats()).toBeUndefined();
      pyodide.runPython(`others = [[str(n)] for n in range(20_000)]; del kept${round}, others`);
    }
    expect(events.map(({ poolBlocks }) => poolBlocks > 40_000)).toEqual([true, true, true]);
    expect(pyodide.runPython("sum(len(str(n)) for n in range(1000))")).toBe(2890);
  });

  test("leaves CPython's table as it was when it holds nothing", async () => {
    const pyodide = await loadLine(line);
    const machine = openMachine(pyodide, KERNEL);
    const { runtime } = machine;
    const table = () => {
      const room = runtime.allocate(20);
      const words = [0, 1, 2].flatMap((domain) => {
        runtime.function("PyMem_GetAllocator")(domain, room);
        return [0, 4, 8, 12, 16].map((offset) => runtime.load(room + offset));
      });
      runtime.free(room);
      return words;
    };
    const before = table();
    const pool = new Pool(machine);
    pool.open();
    expect(table()).not.toEqual(before);
    const block = runtime.function("PyObject_Malloc")(40);
    expect(pool.close()).toBe(1);
    expect(table()).not.toEqual(before);
    // With the last block it goes by itself.
    runtime.function("PyObject_Free")(block);
    expect(table()).toEqual(before);
    pool.open();
    expect(pool.close()).toBe(0);
    expect(table()).toEqual(before);
  });

  test("is not put before an allocator that it does not know", async () => {
    const pyodide = await loadLine(line, { HOME: "/home/pyodide", PYTHONMALLOC: "debug" });
    const moult = await attach(pyodide);
    expect(moult.stats().allocator).toBe("system");
    expect(moult.allocatorStats()).toBeUndefined();
    const run = runner(pyodide);
    expect(run("sum(len([str(n)]) for n in range(10_000))")).toBe(10_000);
    moult.detach();
  });

  test.each([{ allocator: "system" }, { plan: "builtin" }] as const)(
    "is not there with %o",
    async (options) => {
      const moult = await attach(await loadLine(line), options);
      expect(moult.stats().allocator).toBe("system");
    },
  );

  test.each([
    "start stop attach detach",
    "start attach stop detach",
    "start attach detach stop",
    "attach start stop detach",
    "attach start detach stop",
    "attach detach start stop",
    "attach start detach attach stop detach",
    "start attach stop start detach stop",
  ])("survives tracemalloc: %s", async (order) => {
    const pyodide = await loadLine(line);
    let moult: Awaited<ReturnType<typeof attach>> | undefined;
    pyodide.runPython("import tracemalloc, gc; kept = {}");
    for (const [number, step] of order.split(" ").entries()) {
      if (step === "attach") {
        moult = await attach(pyodide, { verify: 2 });
        expect(moult.stats().allocator).toBe("pool");
      } else if (step === "detach") moult?.detach();
      else pyodide.runPython(`tracemalloc.${step}()`);
      pyodide.runPython(`
kept[${number}] = [[str(n)] for n in range(5000)], bytearray(100_000)
for older in range(${number}):
    rows = kept[older][0]
    del rows[::3]
    rows.extend([n] for n in range(100))
gc.collect()
traced = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else None
`);
      const traced = pyodide.runPython("traced");
      if (traced !== undefined) expect(traced).toBeGreaterThan(100_000);
    }
    expect(pyodide.runPython("del kept; gc.collect(); sum(len(str(n)) for n in range(1000))")).toBe(2890);
  });
});

describe("a pool that gives blocks away twice", () => {
  const faulty = compile("build/sabotage/gives-twice.wasm");

  test("is caught by the model", async () => {
    expect(await hammer("314", faulty, 20_000)).toBeDefined();
  });

  test("is caught by verify 2", async () => {
    const machine = openMachine(await loadLine("314"), faulty);
    const pool = new Pool(machine);
    pool.open();
    const { runtime, kernel } = machine;
    for (let i = 0; i < 3000; i++) runtime.function("PyMem_Malloc")(16);
    expect(kernel.poolFault()).not.toBe(0);
  });
});
