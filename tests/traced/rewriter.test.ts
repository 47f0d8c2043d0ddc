/** The rewriter: modules are read and written as they are, and sites become sticky. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import wabt from "wabt";
import { clearedArrays } from "../../src/traced/argument-arrays.js";
import { recipeFor, sha256Of } from "../../src/traced/recipe.js";
import { rewrite } from "../../src/traced/rewrite.js";
import { FIRST_STICKY, STICKY, stickyEdits } from "../../src/traced/sticky.js";
import { instructionsOf } from "../../src/traced/wasm/instructions.js";
import { Reader, signedBytes, unsignedBytes } from "../../src/traced/wasm/leb.js";
import { WasmModule } from "../../src/traced/wasm/module.js";
import { STOCK } from "./runtime.js";

const stock = readFileSync(join(STOCK, "pyodide.asm.wasm"));

describe("integers of variable length", () => {
  test.each([0, 1, 63, 64, 127, 128, 300, 0x1fff_ffff, 0x3fff_ffff, 0x7fff_ffff])("%d", (value) => {
    expect(new Reader(Uint8Array.from(unsignedBytes(value))).unsigned()).toBe(value);
    for (const signed of [value, -value])
      expect(new Reader(Uint8Array.from(signedBytes(signed))).signed()).toBe(signed | 0);
  });
  test("that end too early are refused", () => {
    expect(() => new Reader(Uint8Array.of(0x80)).unsigned()).toThrow(/ends in the middle/);
  });
});

describe("CPython's module", () => {
  const module = new WasmModule(stock);

  test("is written as it was read", () => {
    expect(sha256Of(module.withEdits([]))).toBe(sha256Of(stock));
  });
  test("is also written so when every body is replaced by itself", () => {
    const same = module.bodies.map(({ start, end }) => ({
      start,
      end,
      bytes: [...stock.subarray(start, end)],
    }));
    expect(sha256Of(module.withEdits(same))).toBe(sha256Of(stock));
  });
  test("has the sites that it must have, and is valid with all of them rewritten", () => {
    const { edits, ...sites } = stickyEdits(module);
    expect(sites).toEqual(recipeFor(stock).sites);
    expect(WebAssembly.validate(module.withEdits(edits))).toBe(true);
  });
  test("has the arrays of arguments that it must have, and is valid with all of them cleared", () => {
    const { argumentArrays, keepsItsOwn } = recipeFor(stock);
    const edits = clearedArrays(module, keepsItsOwn);
    expect(edits).toHaveLength(argumentArrays);
    expect(WebAssembly.validate(module.withEdits(edits))).toBe(true);
  });
  test("edits over the border of a function are refused", () => {
    const { end } = module.bodies[0]!;
    expect(() => module.withEdits([{ start: end - 1, end: end + 1, bytes: [] }])).toThrow(RangeError);
  });
  test("another module is refused with what to do", async () => {
    const other = Uint8Array.from(stock);
    other[other.length - 1]! ^= 1;
    const done = rewrite(other, { sticky: true, spill: false }, () => {});
    await expect(done).rejects.toThrow(
      /only the CPython of pyodide 314\.0\.7.*or run without --runtime traced/,
    );
  });
});

test("an instruction that CPython does not use is refused", () => {
  expect(() => instructionsOf(Uint8Array.of(0, 0xfd, 0), { start: 0, end: 3 })).toThrow(
    /unknown instruction 0xfd/,
  );
});

test("an array of arguments is cleared when it is given up, and nothing beside it", async () => {
  const text = `(module (memory (export "memory") 1) (func $free (param i32))
    (func (export "run") (param $array i32) (param $frame i32) (local i32)
      (if (i32.ne (local.tee 2 (local.get $array)) (i32.add (local.get $frame) (i32.const 208)))
        (then (call $free (local.get 2))))))`;
  const module = new WasmModule((await wabt()).parseWat("arrays.wat", text).toBinary({}).buffer);
  const edits = clearedArrays(module, "run");
  expect(edits).toHaveLength(1);
  const { instance } = await WebAssembly.instantiate(module.withEdits(edits));
  const { memory, run } = instance.exports as {
    memory: WebAssembly.Memory;
    run(array: number, frame: number): void;
  };
  const words = new Int32Array(memory.buffer).fill(-1);
  run(1208, 1000);
  const cleared = [...words.keys()].filter((i) => words[i] === 0).map((i) => 4 * i);
  expect(cleared).toEqual(Array.from({ length: 11 }, (_, i) => 1208 + 4 * i));
});

describe("what sites do", () => {
  const IMMORTAL = 0x4000_0000;
  /** The shapes in which compilers write them; local 0 is the object. */
  const INCREMENTS = {
    plain: "(i32.le_s (local.tee 1 (i32.load (local.get 0))) (i32.const 0x3fffffff)) (if (then STEP))",
    skipping:
      "(block (br_if 0 (i32.gt_s (local.tee 1 (i32.load (local.get 0))) (i32.const 0x3fffffff))) STEP)",
    "behind a branch for immortal ones":
      "(block (i32.ge_s (local.tee 1 (i32.load (local.get 0))) (i32.const 0x40000000)) (if (then (local.set 0 (i32.or (local.get 0) (i32.const 1))) (br 1))) STEP)",
  };
  const STEP = "(i32.store (local.get 0) (i32.add (local.get 1) (i32.const 1)))";
  const DECREMENT =
    "(block (br_if 0 (i32.gt_s (local.tee 1 (i32.load (local.get 0))) (i32.const 0x3fffffff))) (i32.store (local.get 0) (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))) (br_if 0 (local.get 1)) (i32.store (local.get 0) (i32.const -1)))";

  /** Local 0 is the reference, and a bit in it says that it is not counted. */
  const TAGGED =
    "(block (br_if 0 (i32.and (local.get 0) (i32.const 1))) (i32.store (local.get 0) (local.tee 1 (i32.sub (i32.load (local.get 0)) (i32.const 1)))) (br_if 0 (local.get 1)) (i32.store (local.get 0) (i32.const -1)))";

  async function apply(code: string, count: number): Promise<number> {
    const text = `(module (memory (export "memory") 1) (func (export "site") (param i32) (local i32) ${code}))`;
    const binary = (await wabt()).parseWat("site.wat", text).toBinary({}).buffer;
    const module = new WasmModule(binary);
    const { edits, increments, decrements, tagged } = stickyEdits(module);
    expect(increments + decrements + tagged).toBe(1);
    const { instance } = await WebAssembly.instantiate(module.withEdits(edits));
    const { memory, site } = instance.exports as { memory: WebAssembly.Memory; site(object: number): void };
    const words = new Int32Array(memory.buffer);
    words[2] = count;
    site(8);
    return words[2]!;
  }

  test.each(Object.entries(INCREMENTS))("an increment, %s", async (_, code) => {
    const site = code.replace("STEP", STEP);
    expect(await apply(site, 1)).toBe(STICKY);
    expect(await apply(site, STICKY)).toBe(STICKY);
    expect(await apply(site, FIRST_STICKY)).toBe(FIRST_STICKY);
    expect(await apply(site, IMMORTAL)).toBe(IMMORTAL);
  });
  test("a decrement", async () => {
    expect(await apply(DECREMENT, 2)).toBe(1);
    expect(await apply(DECREMENT, 1)).toBe(-1);
    expect(await apply(DECREMENT, STICKY)).toBe(STICKY);
    expect(await apply(DECREMENT, IMMORTAL)).toBe(IMMORTAL);
  });
  test("a decrement through a reference on the interpreter's stack", async () => {
    expect(await apply(TAGGED, 2)).toBe(1);
    expect(await apply(TAGGED, 1)).toBe(-1);
    expect(await apply(TAGGED, FIRST_STICKY)).toBe(FIRST_STICKY);
    expect(await apply(TAGGED, STICKY)).toBe(STICKY);
    expect(await apply(TAGGED, IMMORTAL)).toBe(IMMORTAL);
  });
  test.each([
    ["another bit", "(i32.const 1)))", "(i32.const 2)))"],
    ["another pointer", "(i32.and (local.get 0)", "(i32.and (local.get 1)"],
    ["another field", "(i32.load (local.get 0))", "(i32.load offset=4 (local.get 0))"],
  ])("what tests %s is left alone", async (_, from, to) => {
    const text = `(module (memory 1) (func (param i32) (local i32) ${TAGGED.replace(from, to)}))`;
    const binary = (await wabt()).parseWat("other.wat", text).toBinary({}).buffer;
    expect(stickyEdits(new WasmModule(binary)).edits).toEqual([]);
  });
  test("what only looks like one is left alone", async () => {
    const text = `(module (memory 1) (func (param i32) (local i32)
      ${INCREMENTS.plain.replace("STEP", STEP.replace("(local.get 0)", "(i32.const 64)"))}))`;
    const binary = (await wabt()).parseWat("other.wat", text).toBinary({}).buffer;
    expect(stickyEdits(new WasmModule(binary)).edits).toEqual([]);
  });
});
