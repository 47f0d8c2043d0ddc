/** `gc.get_count` and `gc.get_stats`: what they hold and how they change. */
import { expect } from "vitest";
import { attachedOnly, contract, exceptIncremental, skip } from "../support/contract.js";
import { replacesCollector } from "../support/runtimes.js";

const NO_MIDDLE = exceptIncremental("has no middle generation");

/** A `Box` has no free list: an object out of a free list is not counted as an allocation. */
const PRELUDE = `
class Box:
    __slots__ = ("content",)

def outcome(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

def litter(n):
    for _ in range(n):
        a = []
        a.append(a)

def difference(before, after):
    keys = "collections", "collected", "uncollectable"
    return [[new[key] - old[key] for key in keys] for old, new in zip(before, after)]

gc.disable()
gc.collect()
`;

contract("gc.get_count", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "is a tuple of three integers",
    "c = gc.get_count(); [type(c).__name__, *map(lambda n: type(n).__name__, c)]",
    ["tuple", "int", "int", "int"],
  );
  behaviour(
    "takes no arguments",
    "outcome(gc.get_count, 1)",
    "TypeError: gc.get_count() takes no arguments (1 given)",
  );
  behaviour(
    "is zero after a full collection, but for the tuple itself",
    "gc.collect(); c = gc.get_count(); [c[0] <= 3, c[1], c[2]]",
    [true, 0, 0],
  );
  behaviour(
    "goes up by one for each new container",
    `
kept = [None] * 100
gc.get_count()
before = gc.get_count()[0]
for i in range(100):
    kept[i] = Box()
gc.get_count()[0] - before
`,
    100,
  );
  behaviour(
    "goes down by one for each that dies",
    `
kept = [Box() for _ in range(100)]
gc.get_count()
before = gc.get_count()[0]
for i in range(60):
    kept[i] = None
before - gc.get_count()[0]
`,
    60,
  );
  behaviour(
    "never falls below zero",
    `
kept = [Box() for _ in range(500)]
gc.collect()
kept.clear()
gc.get_count()[0] >= 0
`,
    true,
  );
  behaviour(
    "counts the younger collections since the last of each generation",
    `
seen = []
for generation in 0, 0, 0, 1, 0, 1, 0, 0, 2:
    gc.collect(generation)
    seen.append(gc.get_count()[1:])
seen
`,
    [
      [1, 0],
      [2, 0],
      [3, 0],
      [0, 1],
      [1, 1],
      [0, 2],
      [1, 2],
      [2, 2],
      [0, 0],
    ],
    NO_MIDDLE,
  );
  behaviour(
    "has been reset when the stop callback runs",
    `
seen = []
def callback(phase, info):
    if phase == "stop":
        count = gc.get_count()
        seen.append([count[0] < 50, count[1], count[2]])
gc.callbacks.append(callback)
kept = [Box() for _ in range(500)]
gc.collect(0)
gc.collect(1)
seen
`,
    [
      [true, 1, 0],
      [true, 0, 1],
    ],
    NO_MIDDLE,
  );
});

contract("gc.get_stats", ({ it, run, program, runtime, subject }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "takes no arguments",
    "outcome(gc.get_stats, 1)",
    "TypeError: gc.get_stats() takes no arguments (1 given)",
  );
  behaviour(
    "is a new list of three new dictionaries each time",
    `
a, b = gc.get_stats(), gc.get_stats()
a[0]["collections"] = "mine"
[type(a).__name__, [type(d).__name__ for d in a], a is b, a[0] is b[0], b[0]["collections"] == "mine"]
`,
    ["list", ["dict", "dict", "dict"], false, false, false],
  );
  it("has the documented keys in their order", () => {
    const stock = ["collections", "collected", "uncollectable"];
    const has = replacesCollector(subject) || subject.line === "315";
    const keys = has ? [...stock, "candidates", "duration"] : stock;
    expect(run("[list(d) for d in gc.get_stats()]")).toEqual([keys, keys, keys]);
  });
  behaviour(
    "adds each collection to its own generation",
    `
seen = []
for generation in 0, 1, 2:
    before = gc.get_stats()
    litter(5 + generation)
    gc.collect(generation)
    seen.append(difference(before, gc.get_stats()))
seen
`,
    [
      [
        [1, 5, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [1, 6, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [0, 0, 0],
        [1, 7, 0],
      ],
    ],
    NO_MIDDLE,
  );
  behaviour(
    "adds automatic collections, too",
    `
kept = []
before = gc.get_stats()
gc.set_threshold(100, 1000, 1000)
gc.enable()
for _ in range(450):
    a = Box()
    a.content = a
gc.disable()
[collections, collected, uncollectable] = difference(before, gc.get_stats())[0]
[collections, 380 <= collected <= 420, uncollectable]
`,
    [4, true, 0],
    NO_MIDDLE,
  );
  behaviour(
    "does not count a call that was refused or came during a collection",
    `
before = gc.get_stats()
gc.callbacks.append(lambda phase, info: gc.collect())
gc.collect()
outcome(gc.collect, 3)
difference(before, gc.get_stats())
`,
    [
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ],
  );
  behaviour(
    "counts a collection before its stop callbacks run",
    `
seen = []
before = gc.get_stats()
gc.callbacks.append(lambda phase, info: seen.append(difference(before, gc.get_stats())[2]))
litter(4)
gc.collect()
seen
`,
    [
      [0, 0, 0],
      [1, 4, 0],
    ],
  );
  it(
    "agrees with Moult.stats()",
    () => {
      const { moult } = runtime();
      const before = moult!.stats().generations[2];
      run("for _ in range(7):\n    a = []\n    a.append(a)\ndel a\ngc.disable(); gc.collect()");
      const after = moult!.stats().generations[2];
      expect(after.collections - before.collections).toBe(2);
      expect(after.collected - before.collected).toBeGreaterThanOrEqual(7);
      // Nobody tells the builtin plan about CPython's candidates.
      const candidates = replacesCollector(subject) ? 7 : 0;
      expect(after.candidates - before.candidates).toBeGreaterThanOrEqual(candidates);
      expect(after.duration).toBeGreaterThanOrEqual(before.duration);
    },
    attachedOnly,
  );
  it(
    "has candidates and duration that only grow",
    () => {
      const program = `
        def read():
            return [[d["candidates"], d["duration"]] for d in gc.get_stats()]
        gc.disable()
        gc.collect()
        before = read()
        for _ in range(9):
            a = []
            a.append(a)
        del a
        gc.collect(1)
        after = read()
        [after[1][0] - before[1][0] >= 9, after[1][1] >= before[1][1], type(after[1][1]).__name__,
         after[0] == before[0], after[2] == before[2]]
      `;
      expect(run(program)).toEqual([true, true, "float", true, true]);
    },
    skip(({ line, plan }) =>
      line === "315" || plan === "generational" ? undefined : "CPython has these keys from 3.15 on",
    ),
  );
});
