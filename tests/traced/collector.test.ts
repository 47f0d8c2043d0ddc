/** What dies on a CPython with sticky counts, how, and what the gc module says of it. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Interpreter, LONG, tracedInterpreter } from "./runtime.js";

let traced: Interpreter;
beforeAll(async () => {
  traced = await tracedInterpreter();
  traced.run("import gc; gc.collect()");
}, LONG);

/** What a class with a finalizer, used by the programs, sees. */
const NODE = `
seen = []
class Node:
    def __init__(self, name, *others): self.name = name; self.others = list(others)
    def __del__(self): seen.append(self.name)
def share(x): return [x, x][0]
`;

/** Calls of many kinds, so that what was called before leaves nothing on C's stack that looks like a reference. */
const SCRUB = `
class Scrubbed:
    def __init__(self, *args): self.args = args[0]
def scrubbed(*args, **kw): return args, kw
def scrub():
    a = b = c = d = e = f = g = h = i = j = 1
    for _ in range(3):
        max(a, b, c, d, e, f, g, h, i, j); f"{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}"; {a, b, c, d, e, f, g, h, i, j}
        {"a": a, "b": b, "c": c, "d": d, "e": e}; dict(a=a, b=b, c=c, d=d, e=e, f=f, g=g)
        scrubbed(a, b, c, d=d); scrubbed(*[a, b, c], **{"d": d}); Scrubbed(a, b, c)
        str(a) + str(b); [a, b][0:1]; isinstance(a, int); "a".join(["b"]); a.bit_length(); range(a, b, c); type(a)
`;

/** Makes garbage in a call of its own, so that no frame keeps it, collects, and prints JSON. */
function afterCollection(garbage: string, result: string, prelude = NODE): unknown {
  const body = garbage.trim().replaceAll("\n", "\n    ");
  return traced.json(`${prelude}${SCRUB}
def make():
    ${body}
make(); scrub(); gc.collect(); scrub(); gc.collect()
print(json.dumps(${result}))`);
}

describe("what dies", () => {
  test("shared objects that are part of no cycle", () => {
    expect(afterCollection("share(Node('a')); share(share(Node('b')))", "sorted(seen)")).toEqual(["a", "b"]);
  });
  test("cycles", () => {
    expect(afterCollection("a = Node('a'); b = Node('b', a); a.others.append(b)", "sorted(seen)")).toEqual([
      "a",
      "b",
    ]);
  });
  test("what nobody shares dies at once", () => {
    const program = `gc.disable()
def waste(n):
    for i in range(n): [i + 1000.5, [i + 2000]]
waste(100); before = len(gc.get_objects()); waste(5000)
after = len(gc.get_objects()); gc.enable()
print(json.dumps(after - before < 100))`;
    expect(traced.json(program)).toBe(true);
  });
  test("an owner before what it owns: its finalizer still sees that", () => {
    const prelude = `${NODE}
class Owner(Node):
    def __del__(self): seen.append([self.name, [o.name for o in self.others]])
`;
    expect(
      afterCollection("inner = share(Node('inner')); share(Owner('outer', inner))", "seen", prelude),
    ).toEqual([["outer", ["inner"]], "inner"]);
  });
  test("weak references are cleared, and their callbacks called", () => {
    const prelude = `${NODE}\nwatch = []\n`;
    const garbage = `
for i in range(20):
    node = Node(i); share(node); node.others.append(node if i % 2 else None)
    watch.append(weakref.ref(node, lambda r: seen.append('callback')))`;
    const result = "[sum(r() is None for r in watch), seen.count('callback')]";
    const [cleared, called] = afterCollection(garbage, result, prelude) as number[];
    // What was made last may still be on C's stack.
    expect(cleared).toBeGreaterThanOrEqual(18);
    expect(called).toBe(cleared);
  });
  test("suspended generators run their finally clauses", () => {
    const prelude = `${NODE}
def generator():
    me = yield
    try: yield
    finally: seen.append('finally')
`;
    expect(afterCollection("g = generator(); next(g); g.send(g); share(g)", "seen", prelude)).toEqual([
      "finally",
    ]);
  });
  test("open files are closed", () => {
    const prelude = `${NODE}
import io
class File(io.StringIO):
    def close(self):
        if not self.closed: seen.append('closed')
        super().close()
`;
    expect(afterCollection("f = share(File('x')); f.me = f", "seen", prelude)).toEqual(["closed"]);
  });
  test("classes, modules and code", () => {
    const prelude = `${NODE}
import types
refs = []
`;
    const garbage = `
for i in range(100):
    module = types.ModuleType('m')
    exec("class A:\\n    def f(self): return A\\nx = A().f()", module.__dict__)
    refs.append([weakref.ref(module), weakref.ref(module.A), weakref.ref(module.A.f.__code__)])`;
    const result = "[sum(r[i]() is None for r in refs) for i in range(3)]";
    // Stale words keep a few, however much there is.
    for (const dead of afterCollection(garbage, result, prelude) as number[])
      expect(dead).toBeGreaterThanOrEqual(92);
  });
  test("what bytes and random numbers look like references to", () => {
    const prelude = `${NODE}
import array, io, random
refs, kept = [], []
`;
    const garbage = `
for i in range(100):
    node = Node(i); node.me = node
    refs.append(weakref.ref(node))
    address = id(node).to_bytes(4, "little") * 100
    reader = io.BufferedReader(io.BytesIO(address)); reader.peek()
    numbers = random.Random(); numbers.setstate((3, (id(node),) * 624 + (624,), None))
    kept.append([address, bytearray(address), array.array("I", address), reader, numbers])`;
    const result = "[sum(r() is None for r in refs), kept.clear(), gc.collect()][0]";
    // Each is referred to a thousand times so; stale words keep some, though there is none for most.
    expect(afterCollection(garbage, result, prelude)).toBeGreaterThanOrEqual(60);
  });
  test("interned strings", () => {
    const interned = (garbage: string) =>
      afterCollection(garbage, "sys.getunicodeinternedsize()", `${NODE}import sys\n`) as number;
    const before = interned("pass");
    const after = interned("for i in range(4000): sys.intern(f'interned_{i}_somewhere')");
    expect(after - before).toBeLessThan(100);
  });
});

describe("what lives", () => {
  test("everything, while a task is suspended: references may be on a piece of C's stack that JavaScript keeps", () => {
    const { _module } = traced.pyodide as unknown as {
      _module: Record<string, (...values: number[]) => number>;
    };
    const waste = `${NODE}\ndef make():\n    for i in range(9): a = Node(i); a.me = a\nmake(); gc.collect()`;
    const died = () => traced.json(`import json\n${waste}; print(json.dumps(len(seen)))`);
    const thread = _module._PyThreadState_New!(_module._PyInterpreterState_Get!());
    expect(died()).toBe(0);
    _module._PyThreadState_Clear!(thread);
    _module._PyThreadState_Delete!(thread);
    expect(died()).toBeGreaterThanOrEqual(8);
  });
  test("what a finalizer brings back, and it is finalized once", () => {
    const prelude = `${NODE}
kept = []
class Phoenix(Node):
    def __del__(self): seen.append(self.name); kept.append(self)
`;
    expect(
      afterCollection(
        "p = Phoenix('p'); p.others.append(p)",
        "[seen, kept[0].others[0] is kept[0]]",
        prelude,
      ),
    ).toEqual([["p"], true]);
    expect(traced.json("gc.collect(); print(1)")).toBe(1);
  });
  test("what only JavaScript holds", () => {
    const { pyodide } = traced;
    const held = pyodide.runPython("class Held: pass\nh = Held(); h.items = [[1], [2]]; h.self = h\nh") as {
      items: { length: number };
      destroy(): void;
    };
    pyodide.runPython("del h; import gc; gc.collect(); gc.collect()");
    expect(held.items.length).toBe(2);
    held.destroy();
  });
  test("what is on the stack of C code that calls Python", () => {
    expect(
      traced.json(`
def key(x):
    gc.collect()
    return -x[0]
print(json.dumps([sorted([[i] for i in range(5)], key=key), list(map(lambda x: gc.collect() and [x] or [x], [1, 2]))]))`),
    ).toEqual([
      [[4], [3], [2], [1], [0]],
      [[1], [2]],
    ]);
  });
});

describe("the gc module", () => {
  test("collect counts what was unreachable in cycles, and not what counting would have freed", () => {
    const program = `
class Plain: pass
def make():
    shared = []
    for i in range(1000):
        p = Plain(); p.me = p
        shared.append([Plain()] * 2)
gc.collect(); make()
print(json.dumps(gc.collect()))`;
    // What was made last may be on C's stack yet, and what earlier tests have left may have come off it.
    const found = traced.json(program);
    expect(found).toBeGreaterThan(950);
    expect(found).toBeLessThan(1100);
  });
  test("callbacks are called", () => {
    const program = `
calls = []
def callback(phase, info): calls.append([phase, info["generation"]])
gc.callbacks.append(callback); gc.collect(); gc.callbacks.remove(callback)
print(json.dumps(calls))`;
    expect(traced.json(program)).toEqual([
      ["start", 2],
      ["stop", 2],
    ]);
  });
  test("frozen objects are not collected until they are thawed", () => {
    const program = `${SCRUB}
class Plain: pass
def make():
    p = Plain(); p.me = p
    return weakref.ref(p)
gc.disable(); r = make(); gc.freeze(); gc.collect(); frozen = r() is not None
gc.unfreeze(); scrub(); gc.collect(); scrub(); gc.collect(); gc.enable()
print(json.dumps([frozen, r() is None]))`;
    expect(traced.json(program)).toEqual([true, true]);
  });
  test("frozen cycles that nobody would notice dying stay as well", () => {
    const program = `
def waste():
    for i in range(500):
        ring = []; ring.append(ring)
gc.disable(); gc.collect(); waste(); gc.freeze(); frozen = gc.collect()
gc.unfreeze(); thawed = gc.collect(); gc.enable()
print(json.dumps([frozen < 50, thawed > 450]))`;
    expect(traced.json(program)).toEqual([true, true]);
  });
  test("of a cycle, and of many, finalizers run in the order in which their objects were made", () => {
    const program = `
import random
order = []
class Noticed:
    def __init__(self, n): self.n = n
    def __del__(self): order.append(self.n)
def make():
    gc.collect()
    # Places that are free in no order.
    holes = [Noticed(-1) for i in range(400)]; random.Random(1).shuffle(holes)
    del holes[:200]
    gc.collect(); order.clear()
    made = [Noticed(n) for n in range(100)]
    for one, other in zip(made, made[1:] + made[:1]): one.next = other
    return holes
gc.disable(); holes = make(); gc.collect(); gc.collect(); gc.enable()
print(json.dumps([n for n in order if n >= 0]))`;
    expect(traced.json(program)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });
  test(
    "a heap that grows by 200,000 instances stays whole: the memory of a collection grows with it",
    () => {
      const program = `
class Point:
    def __init__(self, i): self.x, self.y, self.name, self.tags = i, float(i), f"point {i}", [i, str(i)]
gc.collect()
points = [Point(i) for i in range(200_000)]
table = {p.name: (p, p.tags) for p in points}
def look(): return all(p.name == name == f"point {p.x}" and p.tags is tags and tags[1] == str(tags[0]) for name, (p, tags) in table.items())
seen = [look()]; gc.collect(); seen.append(look())
points = table = None; gc.collect(); gc.collect()
print(json.dumps(seen))`;
      expect(traced.json(program)).toEqual([true, true]);
    },
    LONG,
  );
  test("a trigger of CPython's that finds nothing due does not come again at the next object", () => {
    const program =
      "gc.collect(); kept = [[] for i in range(9000)]\nprint(json.dumps(gc.get_count()[0] - gc.get_threshold()[0]))";
    expect(traced.json(program)).toBeLessThanOrEqual(1);
  });
  test("an alarm that went off for what was freed since goes off again", () => {
    const collections = () => traced.moult!.stats().generations[2].collections;
    traced.run("import gc; gc.collect(); gc.set_threshold(100_000)");
    const before = collections();
    traced.run("len(bytes(60 << 20)); [[] for i in range(10)]");
    expect(collections()).toBe(before);
    traced.run("for i in range(12): x = bytes(10 << 20); [x, x]");
    expect(collections()).toBeGreaterThan(before);
    traced.run("import gc; gc.set_threshold(2000)");
  });
  test("get_objects, get_stats and is_tracked answer", () => {
    expect(
      traced.json(
        "a = []\nprint(json.dumps([any(o is a for o in gc.get_objects()), len(gc.get_stats()), gc.is_tracked(a)]))",
      ),
    ).toEqual([true, 3, true]);
  });
});

test(
  "beyond 512 MiB nothing is collected, and that is said once",
  async () => {
    const large = await tracedInterpreter();
    const codes: string[] = [];
    large.moult!.on("warning", ({ code }) => codes.push(code));
    large.run("import gc; gc.collect()");
    expect(codes).toEqual([]);
    large.run("kept = bytearray(520 << 20)\nimport gc; gc.collect(); gc.collect()");
    expect(codes).toEqual(["traced-memory"]);
  },
  LONG,
);

test(
  "what C code was passed is not kept by the function that passed it, though that is still running",
  async () => {
    const program = `
class Plain: pass
def look(call, n=1):
    a = Plain(); r = weakref.ref(a); call(a); del a
    (n, n, n, n, n, n) # What is left on the interpreter's own stack is another matter.
    gc.collect()
    return r() is None
calls = [str, type, id, weakref.ref, lambda x: [x].count(x), lambda x: max(x, x, key=id), lambda x: getattr(x, "y", x)]
print(json.dumps([look(call) for call in calls]))`;
    expect((await tracedInterpreter()).json(program)).toEqual(Array(7).fill(true));
  },
  LONG,
);

test(
  "garbage in steady rounds levels off within 2 % over 100 rounds",
  async () => {
    const used = (await tracedInterpreter()).json(`
class Plain: pass
def round():
    keep = []
    for i in range(300):
        a = Plain(); a.me = a; a.items = [{"i": i}, str(i)]
        keep.append((a.items, [keep]))
    return len(keep)
used = []
for i in range(110):
    round(); gc.collect()
    used.append(len(gc.get_objects()))
print(json.dumps(used[10:]))`) as number[];
    const level = (rounds: readonly number[]) => rounds.toSorted((a, b) => a - b)[rounds.length >> 1]!;
    expect(level(used.slice(-30)) / level(used.slice(0, 30))).toBeLessThan(1.02);
    // A stale word keeps a round's garbage for a while, which is 5 % of all objects.
    expect(Math.max(...used) / Math.min(...used)).toBeLessThan(1.1);
  },
  LONG,
);
