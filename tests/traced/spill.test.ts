/** Spilled roots: small functions, and random ones, with somebody who looks at C's stack during every call. */
import { array, constant, integer, letrec, oneof, sample, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import wabt from "wabt";
import { spillEdits } from "../../src/traced/spill/spill.js";
import { WasmModule } from "../../src/traced/wasm/module.js";

const { parseWat } = await wabt();
/** Where C's stack begins; it grows downwards. */
const BASE = 4096;

function spilled(functions: string): { before: Uint8Array; after: Uint8Array<ArrayBuffer> } {
  const text = `(module
    (type $call (func (result i32)))
    (import "host" "look" (func $look (result i32)))
    (import "host" "use" (func $use (param i32)))
    (memory (export "memory") 1)
    (table 1 funcref) (elem (i32.const 0) $look)
    (global $sp (export "sp") (mut i32) (i32.const ${BASE}))
    (tag $thrown)
    (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
    ${functions})`;
  const before = parseWat("spill.wat", text, { exceptions: true }).toBinary({}).buffer;
  const module = new WasmModule(before);
  const edits = spillEdits(module, { stackPointer: 0, keepsItsOwn: "kept" }, () => {});
  const after = module.withEdits(edits);
  expect(WebAssembly.validate(after)).toBe(true);
  return { before, after };
}

interface Host {
  look(): number;
  use?(value: number): void;
}

interface Exports {
  memory: WebAssembly.Memory;
  sp: WebAssembly.Global<"i32">;
  f(...values: (number | bigint)[]): number;
}

async function start(binary: Uint8Array<ArrayBuffer>, host: Host): Promise<Exports> {
  const imports = { host: { use() {}, ...host } };
  return (await WebAssembly.instantiate(binary, imports)).instance.exports as unknown as Exports;
}

/** What is on C's stack. */
function wordsOf({ memory, sp }: Exports): Set<number> {
  return new Set(new Uint32Array(memory.buffer, sp.value, (BASE - sp.value) / 4));
}

/** What a function gives back, and the words on C's stack during each call. `prepare` may fill its memory. */
async function run(
  code: string,
  values: readonly (number | bigint)[],
  prepare: (words: Uint32Array) => void = () => {},
): Promise<{ result: number; seen: Set<number>[] }> {
  const { after } = spilled(code);
  const seen: Set<number>[] = [];
  const exports = await start(after, {
    look() {
      seen.push(wordsOf(exports));
      return 2;
    },
  });
  prepare(new Uint32Array(exports.memory.buffer));
  const result = exports.f(...values);
  expect(exports.sp.value).toBe(BASE);
  return { result, seen };
}

const isUnchanged = (code: string) => {
  const { before, after } = spilled(code);
  return Buffer.compare(before, after) === 0;
};

const [A, B, C] = [1001, 1002, 1003];

describe("what is needed after a call is on C's stack", () => {
  test("a parameter", async () => {
    const { result, seen } = await run(
      `(func (export "f") (param i32) (result i32) (drop (call $look)) (local.get 0))`,
      [A],
    );
    expect(result).toBe(A);
    expect(seen[0]).toContain(A);
  });

  test("a call through the table counts as well", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32) (result i32)
        (drop (call_indirect (type $call) (i32.const 0))) (local.get 0))`,
      [A],
    );
    expect(seen[0]).toContain(A);
  });

  test("a value on the operand stack that no local has", async () => {
    const { result, seen } = await run(
      `(func (export "f") (param i32) (result i32) (i32.add (i32.load (local.get 0)) (call $look)))`,
      [16],
      (words) => words.set([A], 4),
    );
    expect(result).toBe(A + 2);
    expect(seen[0]).toContain(A);
  });

  test("the value of a local that was set to another one since", async () => {
    const { result, seen } = await run(
      `(func (export "f") (param i32) (result i32)
        (local.get 0) (local.set 0 (i32.const 7)) (i32.add (call $look)) (i32.add (local.get 0)))`,
      [A],
    );
    expect(result).toBe(A + 2 + 7);
    expect(seen[0]).toContain(A);
  });

  test("each value that a local has, one after the other", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32) (result i32)
        (drop (call $look)) (drop (call $leaf (local.get 0)))
        (local.set 0 (i32.add (local.get 1) (i32.const 1)))
        (drop (call $look)) (local.get 0))`,
      [A, B],
    );
    expect(seen[0]).toContain(A);
    expect(seen[1]).toContain(B + 1);
  });

  test.each([1, 0])("stored in one branch only, needed behind both: %i", async (way) => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32) (result i32)
        (if (local.get 1) (then (drop (call $look))))
        (drop (call $look)) (local.get 0))`,
      [A, way],
    );
    expect(seen.at(-1)).toContain(A);
  });

  test("in a loop that changes it", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32) (result i32)
        (loop (drop (call $look)) (drop (i32.load (local.get 0)))
          (local.set 0 (i32.add (local.get 0) (i32.const 16)))
          (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (local.get 0))`,
      [A, 3],
    );
    expect(seen.map((words) => [A, A + 16, A + 32].filter((word) => words.has(word)).at(-1))).toEqual([
      A,
      A + 16,
      A + 32,
    ]);
  });

  test("only at the start of the next turn of a loop", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32) (result i32)
        (loop (drop (i32.load (local.get 0))) (drop (call $look))
          (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (i32.const 0))`,
      [A, 2],
    );
    expect(seen[0]).toContain(A);
  });

  test("on the operand stack, another value in each turn of a loop", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32) (result i32)
        (loop (drop (i32.add (i32.load (local.get 0)) (call $look)))
          (local.set 0 (i32.add (local.get 0) (i32.const 4)))
          (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (i32.const 0))`,
      [16, 2],
      (words) => words.set([A, B], 4),
    );
    expect(seen[0]).toContain(A);
    expect(seen[1]).toContain(B);
  });

  test("where an exception is caught that came before it was stored", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32 i32 i32) (result i32)
        (try (do (if (local.get 1) (then (throw $thrown))) (local.set 0 (local.get 2)) (drop (call $look)))
          (catch $thrown (drop (call $look))))
        (local.get 0))`,
      [A, 1, B],
    );
    expect(seen[0]).toContain(A);
  });

  test("two addresses in one long value", async () => {
    const { seen } = await run(
      `(func (export "f") (param i32) (result i32) (local i64)
        (local.set 1 (i64.load (local.get 0))) (drop (call $look))
        (i64.store offset=8 (local.get 0) (local.get 1)) (i32.load offset=12 (local.get 0)))`,
      [16],
      (words) => words.set([A, B], 4),
    );
    expect([...seen[0]!]).toEqual(expect.arrayContaining([A, B]));
  });

  test("only where an exception is caught", async () => {
    const { result, seen } = await run(
      `(func $throws (drop (call $look)) (throw $thrown))
      (func (export "f") (param i32) (result i32) (local i32)
        (local.set 1 (global.get $sp))
        (try (result i32) (do (call $throws) (i32.const 0))
          (catch $thrown (global.set $sp (local.get 1)) (local.get 0))))`,
      [A],
    );
    expect(result).toBe(A);
    expect(seen[0]).toContain(A);
  });

  test.each([
    [0, A],
    [1, B],
    [2, C],
    [9, C],
  ])("and the stack is given back on every way out: %i", async (way, expected) => {
    const { result } = await run(
      `(func (export "f") (param i32 i32 i32 i32) (result i32)
        (drop (call $look))
        (block (block (block (br_table 0 1 2 (local.get 0))) (return (local.get 1)))
          (br 1 (local.get 2)))
        (local.get 3))`,
      [way, A, B, C],
    );
    expect(result).toBe(expected);
  });
});

describe("functions stay as they are", () => {
  test.each([
    ["that need nothing after their calls", `(func (param i32) (drop (call $look)))`],
    [
      "that call only what calls nobody",
      `(func (param i32) (result i32) (drop (call $leaf (i32.const 1))) (local.get 0))`,
    ],
    [
      "that need only numbers",
      `(func (param i32) (result i32) (local i32)
        (local.set 1 (i32.eqz (local.get 0))) (drop (call $look)) (local.get 1))`,
    ],
    [
      "that need only bytes and places on C's stack",
      `(func (param i32) (result i32) (local i32 i32)
        (local.set 1 (i32.load8_u (local.get 0))) (local.set 2 (i32.sub (global.get $sp) (i32.const 16)))
        (drop (call $look)) (i32.add (local.get 1) (local.get 2)))`,
    ],
    [
      "that keep their roots themselves",
      `(func (export "kept") (param i32) (result i32) (drop (call $look)) (local.get 0))`,
    ],
  ])("%s", (_, code) => {
    expect(isUnchanged(code)).toBe(true);
  });

  test("a function that needs an address does not", () => {
    expect(isUnchanged(`(func (param i32) (result i32) (drop (call $look)) (local.get 0))`)).toBe(false);
  });
});

/** Random functions of four locals, which tell the host of what they use. */
const LOCALS = 4;
const aLocal = integer({ min: 0, max: LOCALS - 1 });
const use = (from: number) => `(call $use (local.get ${from}))`;
/** True now and then, with a call or without one. */
const coin = oneof(
  aLocal.map((from) => `(i32.and (local.get ${from}) (i32.const 64))`),
  constant("(i32.and (call $look) (i32.const 64))"),
);

const { statement } = letrec<{ value: string; statement: string; body: string }>((tie) => {
  const [value, body] = [tie("value"), tie("body")];
  return {
    value: oneof(
      { maxDepth: 3 },
      aLocal.map((from) => `(local.get ${from})`),
      constant("(call $look)"),
      tuple(aLocal, value).map(([to, from]) => `(local.tee ${to} ${from})`),
      tuple(value, value, coin).map(([yes, no, flip]) => `(select ${yes} ${no} ${flip})`),
      tuple(value, value, coin).map(
        ([yes, no, flip]) => `(if (result i32) ${flip} (then ${yes}) (else ${no}))`,
      ),
      tuple(value, value, coin).map(
        ([early, late, flip]) => `(block (result i32) (br_if 0 ${early} ${flip}) (drop) ${late})`,
      ),
      tuple(body, value).map(([before, late]) => `(block (result i32) ${before} ${late})`),
    ),
    body: array(tie("statement"), { maxLength: 5 }).map((statements) => statements.join("\n")),
    statement: oneof(
      { maxDepth: 4 },
      tuple(aLocal, aLocal).map(([to, from]) => `(local.set ${to} (local.get ${from}))`),
      aLocal.map(use),
      tuple(aLocal, value).map(([to, from]) => `(local.set ${to} ${from})`),
      value.map((used) => `(call $use ${used})`),
      body.map((code) => `(block ${code})`),
      tuple(body, coin).map(([code, flip]) => `(if ${flip} (then ${code}))`),
      tuple(body, body, coin).map(([yes, no, flip]) => `(if ${flip} (then ${yes}) (else ${no}))`),
      tuple(body, body, coin).map(([first, second, flip]) => `(block ${first} (br_if 0 ${flip}) ${second})`),
      tuple(body, body, coin).map(
        ([first, second, flip]) =>
          `(block (block (br_table 0 1 (i32.shr_u ${flip} (i32.const 6))) ${first}) ${second})`,
      ),
      body.map(
        (code) => `(loop ${code} (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if 0 (i32.gt_s (local.get $left) (i32.const 0))))`,
      ),
      tuple(body, body, body, coin).map(
        ([first, second, third, flip]) =>
          `(try (do ${first} (if ${flip} (then (throw $thrown))) ${second}) (catch $thrown ${third}))`,
      ),
    ),
  };
});
const functions = array(statement, { minLength: 1, maxLength: 8 }).map((statements) => {
  const uses = Array.from({ length: LOCALS }, (_, i) => use(i));
  return `(func (export "f") (local i32 i32 i32 i32) (local $left i32) (local.set $left (i32.const 4))
    ${statements.join("\n")} ${uses.join(" ")})`;
});

/** Uses of values that were not on C's stack during each call since they were made. */
async function unseenUses(binary: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const seen: Set<number>[] = [];
  const madeAt = new Map<number, number>();
  const wrong: string[] = [];
  const exports = await start(binary, {
    look() {
      seen.push(wordsOf(exports));
      // Each is another one, and its bits decide what the function does.
      const value = 0x10000 + ((Math.imul(seen.length, 0x9e3779b1) >>> 14) << 5);
      madeAt.set(value, seen.length);
      return value;
    },
    use(value) {
      const unseen = seen.findIndex(
        (words, at) => at >= (madeAt.get(value) ?? seen.length) && !words.has(value),
      );
      if (unseen >= 0) wrong.push(`${value}, made at event ${madeAt.get(value)}, is not there at ${unseen}`);
      seen.push(wordsOf(exports));
    },
  });
  exports.f();
  expect(exports.sp.value).toBe(BASE);
  return wrong;
}

describe("random functions", () => {
  test("have on C's stack what they use later", async () => {
    for (const code of sample(functions, { numRuns: 1500, seed: 7 }))
      expect([code, await unseenUses(spilled(code).after)]).toEqual([code, []]);
  });

  test("would be found out without their stores", async () => {
    const code = `(func (export "f") (local i32)
      (local.set 0 (call $look)) (drop (call $look)) (call $use (local.get 0)))`;
    const { before, after } = spilled(code);
    expect(await unseenUses(after)).toEqual([]);
    expect(await unseenUses(Uint8Array.from(before))).not.toEqual([]);
  });
});
