/**
 * Automatic collections in awkward places: with an exception in flight, in the middle of a builtin's work,
 * in deep structures. The program must not notice.
 */
import { contract, exceptIncremental } from "../support/contract.js";
import { TRIGGERS } from "./preludes.js";

contract("automatic collections", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, TRIGGERS + source, expected, exempt);

  behaviour(
    "leave an exception that is being handled as it is",
    `
try:
    raise KeyError("mine")
except KeyError as error:
    churn()
    seen = [sys.exc_info()[1] is error, error.args[0], error.__traceback__ is not None, error.__context__]
[len(collections) > 20, seen]
`,
    [true, [true, "mine", true, null]],
  );
  behaviour(
    "leave an exception that is on its way as it is",
    `
class Unwinding:
    def __enter__(self):
        pass
    def __exit__(self, kind, error, traceback):
        churn()
        return False
class Dying:
    def __del__(self):
        churn()
def fail():
    dying = Dying()
    with Unwinding():
        try:
            raise KeyError("mine")
        finally:
            churn()
try:
    fail()
except KeyError as error:
    result = [error.args[0], error.__context__]
[len(collections) > 20, result]
`,
    [true, ["mine", null]],
  );
  behaviour(
    "with finalizers that raise leave the program's exception as it is",
    `
reported = []
sys.unraisablehook = lambda args: reported.append(type(args.exc_value).__name__)
class Bad:
    def __del__(self):
        raise ValueError("finalizer")
def litter():
    for _ in range(200):
        bad = Bad()
        bad.self = bad
try:
    try:
        raise KeyError("mine")
    finally:
        litter()
except KeyError as error:
    result = [error.args[0], error.__context__]
[len(reported) > 100, set(reported) == {"ValueError"}, result]
`,
    [true, true, ["mine", null]],
    exceptIncremental("starves: after a full collection its increments find nothing to do"),
  );
  behaviour(
    "with callbacks that raise leave the program's exception as it is",
    `
reported = []
sys.unraisablehook = lambda args: reported.append(type(args.exc_value).__name__)
def bad(phase, info):
    raise ValueError
gc.callbacks.append(bad)
try:
    try:
        raise KeyError("mine")
    finally:
        churn()
except KeyError as error:
    result = [error.args[0], error.__context__]
[set(reported) == {"ValueError"}, result]
`,
    [true, ["mine", null]],
  );
  behaviour(
    "show a callback the exception that the program handles",
    `
seen = []
gc.callbacks.append(lambda phase, info: seen.append(type(sys.exc_info()[1]).__name__))
try:
    raise KeyError
except KeyError:
    gc.collect()
gc.callbacks.pop()
set(seen) == {"KeyError"}
`,
    true,
  );
  behaviour(
    "come in the middle of a sort",
    `
def key(n):
    churn(5)
    return -n
[sorted(range(300), key=key) == list(range(299, -1, -1)), len(collections) > 20]
`,
    [true, true],
  );
  behaviour(
    "come in the middle of dictionary and set operations",
    `
class Key:
    def __init__(self, n):
        self.n, self.self = n, self
    def __hash__(self):
        churn(3)
        return self.n % 7
    def __eq__(self, other):
        churn(3)
        return self.n == other.n
table = {Key(n): n for n in range(40)}
members = {Key(n) for n in range(40)}
found = [table[Key(n)] for n in range(40)] == list(range(40))
merged = {**table, **{Key(n): n for n in range(30, 50)}}
[found, len(merged), len(members | {Key(n) for n in range(30, 50)}), len(collections) > 20]
`,
    [true, 50, 50, true],
  );
  behaviour(
    "come in the middle of attribute access, iteration and comparison",
    `
class Odd:
    def __getattr__(self, name):
        churn(20)
        return Canary(name)
    def __iter__(self):
        return self
    def __next__(self):
        churn(20)
        self.__dict__["n"] = self.__dict__.get("n", 0) + 1
        if self.n > 20:
            raise StopIteration
        return Canary(self.n)
    def __lt__(self, other):
        churn(20)
        return Canary(1)
odd = Odd()
[odd.anything.sings(), all(c.sings() for c in odd), (odd < odd).sings(), len(collections) > 20]
`,
    [true, true, true, true],
  );
  behaviour(
    "come while a class is made",
    `
class Meta(type):
    def __prepare__(name, bases, **kwargs):
        churn(50)
        return {"canary": Canary(name)}
    def __new__(meta, name, bases, namespace, **kwargs):
        churn(50)
        return super().__new__(meta, name, bases, namespace)
class Descriptor:
    def __set_name__(self, owner, name):
        churn(50)
        self.owner = owner
classes = [Meta(f"C{n}", (), {}) for n in range(10)]
class Made(metaclass=Meta):
    d = Descriptor()
    __slots__ = "x", "y"
[all(c.canary.sings() for c in [Made]), Made.d.owner is Made, len(classes), len(collections) > 10]
`,
    [true, true, 10, true],
  );
  behaviour(
    "come while modules are imported, compiled and evaluated",
    `
for name in "colorsys", "fractions", "statistics":
    sys.modules.pop(name, None)
import colorsys, fractions, statistics
results = [eval(f"[x * {n} for x in range(10)][3]") for n in range(30)]
[results == [3 * n for n in range(30)], str(fractions.Fraction(3, 6)), statistics.mean([1, 3]),
 len(collections) > 20]
`,
    [true, "1/2", 2, true],
  );
  behaviour(
    "keep a chain of 200,000 objects",
    `
gc.set_threshold(2000)
chain = None
for _ in range(200_000):
    box = Box()
    box.content = chain
    chain = box
box = None
gc.collect()
length = 0
while chain is not None:
    chain = chain.content
    length += 1
[length, len(collections) > 20]
`,
    [200_000, true],
  );
  behaviour(
    "clear a dead ring of 2,000 objects (clearing 5,000 overflows the stack of stock Pyodide)",
    `
gc.disable()
first = previous = Box()
for _ in range(1999):
    box = Box()
    previous.content = box
    previous = box
previous.content = first
del first, previous, box
gc.collect()
`,
    2000,
  );
  behaviour(
    "clear a dead binary tree with parent links",
    `
gc.disable()
class Tree:
    def __init__(self, depth, parent=None):
        self.parent = parent
        self.children = [Tree(depth - 1, self), Tree(depth - 1, self)] if depth else []
tree = Tree(12)
gc.collect()
del tree
gc.collect()
`,
    2 * 8191,
  );
  behaviour(
    "go on after a MemoryError of the program's own",
    `
try:
    [0] * (1 << 40)
except (MemoryError, OverflowError) as error:
    churn()
    name = type(error).__name__
[name in ("MemoryError", "OverflowError"), len(collections) > 20]
`,
    [true, true],
  );
  behaviour(
    "go on after a RecursionError",
    `
def endless(canary):
    return endless(Canary(canary))
limit = sys.getrecursionlimit()
sys.setrecursionlimit(300)
try:
    endless(None)
except RecursionError:
    churn()
    seen = True
finally:
    sys.setrecursionlimit(limit)
[seen, len(collections) > 20]
`,
    [true, true],
  );
});
