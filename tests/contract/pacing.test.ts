/** When collections run by themselves: enable, disable, thresholds, and the rules behind them. */
import { contract, exceptIncremental, exceptSlices } from "../support/contract.js";

/**
 * `allocate(n)` makes n containers that stay alive, of a type that has no free list (an object out of
 * a free list is not counted as an allocation). `observed(n)` does so, and returns the generations
 * of the automatic collections meanwhile. `outcome(f, ...)` is the value or the error of a call.
 */
const PRELUDE = `
class Box:
    __slots__ = ("content",)

kept = []
def allocate(n):
    for _ in range(n):
        kept.append(Box())

def observed(n):
    seen = []
    def callback(phase, info):
        if phase == "start":
            seen.append(info["generation"])
    gc.callbacks.append(callback)
    allocate(n)
    gc.callbacks.remove(callback)
    return seen

def outcome(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

gc.collect()
`;

const NO_MIDDLE = exceptIncremental("has no middle generation: each collection is an increment");
const STARVES = exceptIncremental("starves: after a full collection its increments find nothing to do");
const OWN_TRIGGER = exceptIncremental("fits its increments to the heap, and forces a full one by no rule");

contract("pacing", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour("is on at the start", "gc.isenabled()", true);
  behaviour(
    "is switched off and on, any number of times",
    "[gc.disable(), gc.disable(), gc.isenabled(), gc.enable(), gc.enable(), gc.isenabled()]",
    [null, null, false, null, null, true],
  );
  behaviour("collects nothing while off", "gc.disable(); [observed(9000), gc.get_count()[0] >= 9000]", [
    [],
    true,
  ]);
  behaviour(
    "catches up once switched on again",
    `
seen = []
def callback(phase, info):
    seen.append([phase, info["generation"]])
gc.disable()
allocate(9000)
gc.callbacks.append(callback)
gc.enable()
allocate(5)
seen
`,
    [
      ["start", 0],
      ["stop", 0],
    ],
    NO_MIDDLE,
  );
  behaviour(
    "takes no arguments",
    "[outcome(gc.enable, 1), outcome(gc.disable, 1), outcome(gc.isenabled, 1)]",
    [
      "TypeError: gc.enable() takes no arguments (1 given)",
      "TypeError: gc.disable() takes no arguments (1 given)",
      "TypeError: gc.isenabled() takes no arguments (1 given)",
    ],
  );

  behaviour(
    "starts with the thresholds of 3.13",
    "gc.get_threshold()",
    [2000, 10, 10],
    exceptIncremental("starts with (2000, 10, 0)"),
  );
  behaviour(
    "sets one, two or three thresholds",
    `
seen = []
gc.set_threshold(700, 11, 12)
for thresholds in (800,), (900, 13), (1000, 14, 15):
    gc.set_threshold(*thresholds)
    seen.append(gc.get_threshold())
seen
`,
    [
      [800, 11, 12],
      [900, 13, 12],
      [1000, 14, 15],
    ],
    exceptIncremental("ignores the third threshold and always reports 0"),
  );
  behaviour(
    "refuses wrong thresholds",
    `
[outcome(gc.set_threshold, *args) for args in
 [(), (1, 2, 3, 4), ("1",), (1, 2.5), (1 << 40,)]] + [outcome(gc.set_threshold, threshold0=1)]
`,
    [
      "TypeError: gc.set_threshold requires 1 to 3 arguments",
      "TypeError: gc.set_threshold requires 1 to 3 arguments",
      "TypeError: 'str' object cannot be interpreted as an integer",
      "TypeError: 'float' object cannot be interpreted as an integer",
      "OverflowError: Python int too large to convert to C long",
      "TypeError: set_threshold() takes no keyword arguments",
    ],
  );
  behaviour("a first threshold of 0 switches off", "gc.set_threshold(0); observed(9000)", []);
  behaviour("and leaves isenabled() alone", "gc.set_threshold(0); gc.isenabled()", true);
  behaviour(
    "a first threshold of 0 does not stop gc.collect()",
    "gc.set_threshold(0); a = []; a.append(a); del a; gc.collect()",
    1,
  );

  behaviour(
    "runs a young collection each time threshold0 is exceeded",
    "gc.set_threshold(100, 1000, 1000); observed(450)",
    [0, 0, 0, 0],
    NO_MIDDLE,
  );
  behaviour(
    "counts what is alive, not what was ever made",
    `
gc.set_threshold(100, 1000, 1000)
def churn():
    seen = []
    def callback(phase, info):
        seen.append(phase)
    gc.callbacks.append(callback)
    for _ in range(9000):
        Box().content = Box()
    gc.callbacks.remove(callback)
    return seen
churn()
`,
    [],
  );
  behaviour(
    "runs a middle collection after more than threshold1 young ones, a full one after more of those",
    "gc.freeze(); gc.collect(); gc.set_threshold(100, 3, 2); observed(2000)",
    [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0],
    exceptSlices("has young collections only, with slices behind them", NO_MIDDLE),
  );
  behaviour(
    "puts off full collections until the new ones are a quarter of the old objects",
    `
gc.freeze()
gc.collect()
allocate(40_000)
gc.collect()
gc.set_threshold(100, 0, 0)
seen = observed(30_000)
first = seen.index(2)
[99 <= first <= 101, set(seen[:first]) == {0, 1}, seen.count(2)]
`,
    [true, true, 2],
    exceptSlices("has no full collections by itself", OWN_TRIGGER),
  );
  behaviour(
    "never asks that rule before an explicit full collection",
    `
allocate(40_000)
gc.collect()
old = []
old.append(old)
gc.collect()
del old
gc.collect()
`,
    1,
  );
  behaviour(
    "collects young garbage without being asked",
    `
import weakref
class Node:
    pass
gc.set_threshold(100, 1000, 1000)
node = Node()
node.self = node
watch = weakref.ref(node)
del node
allocate(300)
watch() is None
`,
    true,
    STARVES,
  );
  behaviour(
    "collects old garbage without being asked",
    `
import weakref
class Node:
    pass
node = Node()
node.self = node
watch = weakref.ref(node)
gc.collect()
gc.collect()
del node
gc.set_threshold(100, 1, 1)
for _ in range(400):
    allocate(1000)
    if watch() is None:
        break
watch() is None
`,
    true,
  );
  behaviour(
    "collects 20,000 self-cycles that follow a full collection",
    `
import weakref
class Node:
    pass
class Count:
    dead = 0
    def more(self, ref):
        self.dead += 1
count = Count()
def cycles():
    watches = []
    for _ in range(20_000):
        node = Node()
        node.self = node
        watches.append(weakref.ref(node, count.more))
    return watches
gc.collect()
watches = cycles()
count.dead >= 18_000
`,
    true,
    STARVES,
  );
  behaviour(
    "keeps the memory of a program that makes only garbage bounded",
    `
class Node:
    alive = most = 0
    def __init__(self):
        self.me = self
        Node.alive += 1
        Node.most = max(Node.most, Node.alive)
    def __del__(self):
        Node.alive -= 1
gc.collect()
for _ in range(100_000):
    Node()
Node.most < 5000
`,
    true,
    STARVES,
  );
});
