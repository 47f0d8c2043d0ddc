/**
 * Collections as often as can be: every so many new objects, whatever is in use. What programs print must be what they print on
 * stock CPython. With a fault in the collector, or without spilled roots, it must not.
 *
 *   TRACED_STRESS=50 npx vitest run tests/traced/stress.test.ts      other numbers of objects, with commas between them
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { PROGRAMS } from "./programs.js";
import { type Interpreter, LONG, stockInterpreter, tracedDirectory, tracedInterpreter } from "./runtime.js";

let stock: Interpreter;
beforeAll(async () => {
  stock = await stockInterpreter();
}, LONG);

const STRESS = { everyTrigger: true };
const EVERY = (process.env.TRACED_STRESS ?? "1000,200").split(",").map(Number);

describe.each(EVERY)("a collection after every %d objects", (objects) => {
  let traced: Interpreter;
  beforeAll(async () => {
    traced = await tracedInterpreter(STRESS);
    traced.run(`import gc; gc.collect(); gc.set_threshold(${objects})`);
  }, LONG);

  test.each(Object.entries(PROGRAMS))(
    "%s",
    (_, source) => {
      const before = traced.moult!.stats().generations[2].collections;
      expect(traced.run(source)).toBe(stock.run(source));
      expect(traced.moult!.stats().generations[2].collections).toBeGreaterThanOrEqual(before);
    },
    LONG,
  );
  test("there were collections", () => {
    expect(traced.moult!.stats().generations[2].collections).toBeGreaterThan(50);
  });
});

describe("sabotage", () => {
  const sabotaged = (name: string) =>
    WebAssembly.compile(readFileSync(new URL(`../../build/sabotage/${name}.wasm`, import.meta.url)));

  /** Objects that die together with their two owners, of which one is a list that has them first. */
  const TWICE_OWNED = `
import gc
class Thing:
    def __init__(self, n): self.n = n; self.text = str(n) * 4
def waste(n):
    for i in range(n):
        thing = Thing(i)
        one, other = [thing], (thing, thing.text)
        ring = [one, other]; ring.append(ring)
for _ in range(30):
    waste(300); gc.collect()
    kept = [Thing(i) for i in range(300)]
    assert [k.text for k in kept] == [str(i) * 4 for i in range(300)]
print("whole")
`;

  /** True when a program crashes, or prints something else than on stock CPython. */
  function differs(traced: Interpreter): boolean {
    return Object.values(PROGRAMS).some((source) => {
      try {
        return traced.run(source) !== stock.run(source);
      } catch {
        return true;
      }
    });
  }

  test(
    "without spilled roots what lives is freed",
    async () => {
      const traced = await tracedInterpreter(STRESS, { sticky: true, spill: false });
      traced.run("import gc; gc.set_threshold(20)");
      expect(differs(traced)).toBe(true);
    },
    LONG,
  );
  /** Classes that only their objects keep. */
  const ORPHANS = `
import gc
def orphan(n):
    class Orphan:
        __slots__ = ("n",)
        def twice(self): return self.n * 2
    thing = Orphan(); thing.n = n
    return thing
kept = [orphan(i) for i in range(200)]
for _ in range(10):
    gc.collect()
    waste = [type(f"T{i}", (), {"x": [i]})() for i in range(100)]
    assert [k.twice() for k in kept] == [2 * i for i in range(200)]
print("whole")
`;

  /** Lists that only the blocks of a deque refer to. */
  const QUEUED = `
import collections, gc
queue = collections.deque([str(i)] for i in range(400))
for _ in range(10):
    gc.collect()
    waste = [[str(-i)] for i in range(400)]
    assert list(queue) == [[str(i)] for i in range(400)]
print("whole")
`;

  /** Lists and tuples where others were freed before a collection, with strings that only they have. */
  const IN_FREED = `
import gc
def make(): return [[str(i), (i, str(-i))] for i in range(3000)]
kept = []
for _ in range(5):
    make(); gc.collect(); gc.collect()
    kept.append(make()); gc.collect()
    waste = [str(i) * 2 for i in range(9000)]
    assert all(one[0] == str(i) and one[1] == (i, str(-i)) for each in kept for i, one in enumerate(each))
print("whole")
`;

  /** Tuples where strings of as many bytes were when two collections went by. Some of the lists of them are in no such places. */
  const IN_LEAVES = `
import gc
def pair(i):
    one, other = str(-i), str(i)
    return (one, other)
kept = [[] for _ in range(100)]
for _ in range(5):
    leaves = [str(100_000 + i) for i in range(9000)]
    gc.collect(); gc.collect()
    leaves = None; gc.collect()
    for i in range(6000): kept[i % 100].append(pair(i))
    gc.collect()
    waste = [str(200_000 + i) for i in range(30_000)]
    assert all(one == (str(-int(one[1])), str(int(one[1]))) for each in kept for one in each)
print("whole")
`;

  test.each([
    ["a count that is too low", "traced-forgets-reference", TWICE_OWNED],
    ["an object that does not keep its class", "traced-forgets-class", ORPHANS],
    ["code that does not keep its constants", "traced-forgets-code", ORPHANS],
    ["an object whose parts are taken for bytes", "traced-claims-parts", QUEUED],
    ["a block that was free once and is taken for free", "traced-misses-changes", IN_FREED],
    ["what is in the place of a leaf and is taken for one", "traced-trusts-leaves", IN_LEAVES],
    ["an instance that does not keep its attributes", "traced-forgets-values", TWICE_OWNED],
  ])(
    "%s frees what is still referred to: the program does not come to its end",
    async (_, fault, program) => {
      const directory = await tracedDirectory();
      // With a fault it may go on for ever.
      const outcome = (kernel: string, timeout: number) => {
        const script = fileURLToPath(new URL("sabotaged.mjs", import.meta.url));
        const file = fileURLToPath(new URL(`../../build/${kernel}.wasm`, import.meta.url));
        const args = [script, directory, file, program];
        return spawnSync(process.execPath, args, { encoding: "utf8", timeout }).stdout;
      };
      expect(outcome("traced-kernel", 100_000)).toContain("whole");
      expect(outcome(`sabotage/${fault}`, 25_000)).not.toContain("whole");
    },
    LONG,
  );
  test(
    "where lists of tracked objects keep what is in them, no tracked object is freed",
    async () => {
      const freed = async (faults: object) => {
        const traced = await tracedInterpreter(faults);
        traced.run("import gc; gc.collect()");
        return Number(
          traced.run(
            "import gc\nfor i in range(500):\n    a = []; a.append(a)\na = None\nbefore = len(gc.get_objects()); gc.collect()\nprint(before - len(gc.get_objects()))",
          ),
        );
      };
      expect(await freed({ kernel: await sabotaged("traced-follows-lists") })).toBeLessThan(10);
      expect(await freed({})).toBeGreaterThan(490);
    },
    LONG,
  );
});
