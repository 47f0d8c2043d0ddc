/** `gc.set_debug`, what each flag prints, `gc.garbage`. */
import { expect } from "vitest";
import { contract, exceptIncremental, skip } from "../support/contract.js";

const PRELUDE = `
class Node:
    pass

def litter(n=2):
    for _ in range(n):
        node = Node()
        node.self = node

def outcome(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

gc.disable()
gc.collect()
`;

/** Only CPython's own test module can make a type with the legacy tp_del. */
const needsTpDel = skip(({ line }) =>
  line === "0.29" ? "the npm package of pyodide 0.29 has no _testcapi, so no tp_del" : undefined,
);

/** Numbers that differ from run to run are taken out. */
function normal(text: string): string {
  return text
    .replace(/0x[0-9a-f]+/g, "ADDRESS")
    .replace(/[0-9.]+s elapsed/g, "SECONDSs elapsed")
    .replace(/objects in each generation:( \d+){3}\n/g, "objects in each generation: A B C\n")
    .replace(/permanent generation: \d+/g, "permanent generation: N");
}

contract("gc.set_debug", ({ it, run, program, runtime }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);
  const printed = (source: string): string => {
    runtime().stderr.take();
    run(`${PRELUDE + source}\ngc.set_debug(0)\n`);
    return normal(runtime().stderr.take());
  };

  behaviour("starts from 0", "gc.get_debug()", 0);
  behaviour(
    "has the flags of CPython",
    "[gc.DEBUG_STATS, gc.DEBUG_COLLECTABLE, gc.DEBUG_UNCOLLECTABLE, gc.DEBUG_SAVEALL, gc.DEBUG_LEAK]",
    [1, 2, 4, 32, 38],
  );
  behaviour("keeps what it is given", "gc.set_debug(gc.DEBUG_SAVEALL | 1024); gc.get_debug()", 1056);
  behaviour(
    "refuses what is no integer",
    "[outcome(gc.set_debug, 'x'), outcome(gc.set_debug), outcome(gc.get_debug, 1)]",
    [
      "TypeError: 'str' object cannot be interpreted as an integer",
      "TypeError: gc.set_debug() takes exactly one argument (0 given)",
      "TypeError: gc.get_debug() takes no arguments (1 given)",
    ],
  );
  it("prints nothing without a flag", () => {
    expect(printed("litter(); gc.collect()")).toBe("");
  });
  it("DEBUG_STATS prints three kinds of lines", () => {
    expect(printed("litter(); gc.set_debug(gc.DEBUG_STATS); gc.collect()")).toBe(
      "gc: collecting generation 2...\n" +
        "gc: objects in each generation: A B C\n" +
        "gc: objects in permanent generation: N\n" +
        "gc: done, 2 unreachable, 0 uncollectable, SECONDSs elapsed\n",
    );
  });
  it("DEBUG_STATS names the generation", () => {
    const text = printed("gc.set_debug(gc.DEBUG_STATS); gc.collect(0); gc.collect(1)");
    expect(text.match(/collecting generation \d/g)).toEqual([
      "collecting generation 0",
      "collecting generation 1",
    ]);
  });
  it("DEBUG_STATS prints for automatic collections, too", () => {
    const text = printed(`
class Box:
    __slots__ = ()
gc.set_debug(gc.DEBUG_STATS)
gc.set_threshold(100)
gc.enable()
kept = [Box() for _ in range(150)]
gc.disable()
`);
    expect(text.match(/collecting generation \d\.\.\.\n/g)).toHaveLength(1);
    expect(text.match(/gc: done, \d+ unreachable/g)).toHaveLength(1);
  });
  it("DEBUG_STATS counts the objects of each generation, and the frozen ones", () => {
    runtime().stderr.take();
    run(`
        class Box:
            __slots__ = ()
        gc.disable()
        gc.collect()
        gc.freeze()
        frozen = gc.get_freeze_count()
        old = [Box() for _ in range(1000)]
        gc.collect()
        middle = [Box() for _ in range(200)]
        gc.collect(0)
        young = [Box() for _ in range(30)]
        gc.set_debug(gc.DEBUG_STATS)
        gc.collect()
        gc.set_debug(0)
      `);
    const text = runtime().stderr.take();
    const [, ...counts] = /each generation: (\d+) (\d+) (\d+)/.exec(text) ?? [];
    const [young, middle, old] = counts.map(Number);
    expect(young).toBeGreaterThanOrEqual(30);
    expect(young).toBeLessThan(60);
    expect(middle).toBeGreaterThanOrEqual(200);
    expect(middle).toBeLessThan(230);
    expect(old).toBeGreaterThanOrEqual(1000);
    expect(old).toBeLessThan(1100);
    expect(Number(/permanent generation: (\d+)/.exec(text)?.[1])).toBeGreaterThan(5000);
  });
  it("DEBUG_COLLECTABLE names each object found", () => {
    expect(printed("litter(); gc.set_debug(gc.DEBUG_COLLECTABLE); gc.collect()")).toBe(
      "gc: collectable <Node ADDRESS>\n".repeat(2),
    );
  });
  it("DEBUG_COLLECTABLE names types as C does, and addresses as id() does", () => {
    runtime().stderr.take();
    const ids = run(`
      gc.disable()
      gc.collect()
      a, b = [], {}
      a.append(b)
      b["a"] = a
      ids = [f"gc: collectable <list 0x{id(a):x}>", f"gc: collectable <dict 0x{id(b):x}>"]
      del a, b
      gc.set_debug(gc.DEBUG_COLLECTABLE)
      gc.collect()
      gc.set_debug(0)
      ids
    `) as string[];
    expect(runtime().stderr.take().trimEnd().split("\n").sort()).toEqual(ids.sort());
  });
  it(
    "DEBUG_STATS and DEBUG_COLLECTABLE print in this order, between the callbacks",
    () => {
      const text = printed(`
litter(1)
gc.callbacks.append(lambda phase, info: print("callback", phase, file=sys.stderr))
gc.set_debug(gc.DEBUG_STATS | gc.DEBUG_COLLECTABLE)
gc.collect()
`);
      expect(text).toBe(
        "callback start\n" +
          "gc: collecting generation 2...\n" +
          "gc: objects in each generation: A B C\n" +
          "gc: objects in permanent generation: N\n" +
          "gc: collectable <Node ADDRESS>\n" +
          "gc: done, 1 unreachable, 0 uncollectable, SECONDSs elapsed\n" +
          "callback stop\n",
      );
    },
    exceptIncremental("runs the stop callbacks before it prints the last line"),
  );
  it("prints before the finalizers run", () => {
    const text = printed(`
class Final:
    def __del__(self):
        print("finalizer", file=sys.stderr)
a = Final()
a.self = a
del a
gc.set_debug(gc.DEBUG_COLLECTABLE)
gc.collect()
`);
    expect(text).toBe("gc: collectable <Final ADDRESS>\nfinalizer\n");
  });
  it("prints to whatever sys.stderr is", () => {
    runtime().stderr.take();
    const text = run(`
      import io
      gc.collect()
      sys.stderr = io.StringIO()
      gc.set_debug(gc.DEBUG_STATS)
      gc.collect()
      gc.set_debug(0)
      sys.stderr.getvalue()
    `) as string;
    expect(text).toMatch(/^gc: collecting generation 2\.\.\.\n/);
    expect(text).toMatch(/gc: done, \d+ unreachable, 0 uncollectable, \d+\.\d{4}s elapsed\n$/);
    expect(runtime().stderr.take()).toBe("");
  });
  it("survives a sys.stderr that raises or is not there", () => {
    run(`
      class Broken:
          def write(self, text):
              raise OSError("closed")
      kept = sys.stderr
      gc.set_debug(gc.DEBUG_STATS | gc.DEBUG_COLLECTABLE)
      for stream in Broken(), None:
          sys.stderr = stream
          a = []
          a.append(a)
          del a
          gc.collect()
      gc.set_debug(0)
      sys.stderr = kept
      5
    `);
  });

  behaviour(
    "DEBUG_SAVEALL puts what it finds into gc.garbage instead of clearing it",
    `
litter(3)
gc.set_debug(gc.DEBUG_SAVEALL)
found = gc.collect()
gc.set_debug(0)
[found, [type(o).__name__ for o in gc.garbage], all(o.self is o for o in gc.garbage)]
`,
    [3, ["Node", "Node", "Node"], true],
  );
  behaviour(
    "objects saved are tracked, old, and die when the list lets them go",
    `
import weakref
litter(1)
gc.set_debug(gc.DEBUG_SAVEALL)
gc.collect()
gc.set_debug(0)
watch = weakref.ref(gc.garbage[0])
first = [gc.is_tracked(gc.garbage[0]), any(gc.garbage[0] is o for o in gc.get_objects(2)), gc.collect()]
gc.garbage.clear()
first + [gc.collect(), watch() is None]
`,
    [true, true, 0, 1, true],
  );
  behaviour(
    "DEBUG_SAVEALL runs finalizers and weakref callbacks all the same",
    `
import weakref
seen = []
class Final:
    def __del__(self):
        seen.append("finalizer")
a = Final()
a.self = a
watch = weakref.ref(a, lambda ref: seen.append("weakref"))
del a
gc.set_debug(gc.DEBUG_SAVEALL)
gc.collect()
gc.set_debug(0)
[seen, watch() is None, len(gc.garbage), gc.garbage[0].self is gc.garbage[0]]
`,
    [["weakref", "finalizer"], true, 1, true],
  );
  it("DEBUG_LEAK prints and saves", () => {
    expect(printed("litter(); gc.set_debug(gc.DEBUG_LEAK); gc.collect(); assert len(gc.garbage) == 2")).toBe(
      "gc: collectable <Node ADDRESS>\n".repeat(2),
    );
  });

  behaviour("gc.garbage is an empty list at the start", "[type(gc.garbage).__name__, gc.garbage]", [
    "list",
    [],
  ]);
  behaviour(
    "a list in gc.garbage's place is not filled",
    `
original = gc.garbage
gc.garbage = []
litter()
gc.set_debug(gc.DEBUG_SAVEALL)
gc.collect()
gc.set_debug(0)
seen = [len(gc.garbage), len(original)]
gc.garbage = original
seen
`,
    [0, 2],
  );
  it(
    "a legacy tp_del makes a cycle uncollectable: it is printed, kept and counted",
    () => {
      runtime().stderr.take();
      const result = run(`${PRELUDE}
import _testcapi
@_testcapi.with_tp_del
class Legacy:
    def __tp_del__(self):
        pass
legacy, friend, bystander = Legacy(), Node(), Node()
legacy.friend, friend.legacy = friend, legacy
bystander.self, bystander.legacy = bystander, legacy
del legacy, friend, bystander
infos = []
gc.callbacks.append(lambda phase, info: infos.append([info["generation"], info["collected"], info["uncollectable"]]))
before = gc.get_stats()[2]["uncollectable"]
gc.set_debug(gc.DEBUG_UNCOLLECTABLE)
found = gc.collect()
gc.set_debug(0)
counted = gc.get_stats()[2]["uncollectable"] - before
names = [type(o).__name__ for o in gc.garbage]
again = gc.collect()
del gc.garbage[0].friend
[found, names, infos[1], counted, again]
`);
      expect(result).toEqual([3, ["Legacy"], [2, 1, 2], 2, 0]);
      expect(normal(runtime().stderr.take()).split("\n").sort()).toEqual([
        "",
        "gc: uncollectable <Legacy ADDRESS>",
        "gc: uncollectable <Node ADDRESS>",
      ]);
    },
    needsTpDel,
  );
});
