/** Finalizers and resurrection: who runs, how often, and what becomes of what they bring back. */
import { contract } from "../support/contract.js";

const PRELUDE = `
seen, kept, unraisable = [], [], []
def hook(args):
    unraisable.append([type(args.exc_value).__name__, str(args.exc_value)])
sys.unraisablehook = hook

class Node:
    def __init__(self, name=None):
        self.name = name
        self.self = self

class Final(Node):
    def __del__(self):
        seen.append(self.name)

class Lazarus(Node):
    def __del__(self):
        seen.append(self.name)
        kept.append(self)

gc.disable()
gc.collect()
`;

contract("finalizers", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, skip) =>
    program(name, PRELUDE + source, expected, skip);

  behaviour(
    "runs each once, in the order of creation",
    `
for name in "abcde":
    Final(name)
[gc.collect(), gc.collect(), seen]
`,
    [5, 0, ["a", "b", "c", "d", "e"]],
  );
  behaviour(
    "runs them all before anything is cleared",
    `
class Looking(Node):
    def __del__(self):
        seen.append([self.name, self.friend.name, self.friend.friend is self, self.friend.alive])
        self.alive = False
a, b = Looking("a"), Looking("b")
a.alive = b.alive = True
a.friend, b.friend = b, a
del a, b
[gc.collect(), seen]
`,
    [
      2,
      [
        ["a", "b", true, true],
        ["b", "a", true, false],
      ],
    ],
  );
  behaviour(
    "a whole cycle brought back is intact, and was not counted",
    `
a, b = Lazarus("a"), Node("b")
a.b, b.a = b, a
del a, b
found = gc.collect()
node = kept[0]
[found, node.name, node.b.name, node.b.a is node, seen]
`,
    [0, "a", "b", true, ["a"]],
  );
  behaviour(
    "what was brought back dies for good the second time, without its finalizer",
    `
a = Lazarus("a")
del a
first = gc.collect()
kept.clear()
[first, gc.collect(), seen, gc.collect()]
`,
    [0, 1, ["a"], 0],
  );
  behaviour(
    "what was brought back dies by reference count, too",
    `
a = Lazarus("a")
del a
gc.collect()
kept[0].self = None
kept.clear()
[seen, gc.collect()]
`,
    [["a"], 0],
  );
  behaviour(
    "brings back a part and clears the rest, in that version's way of counting",
    `
import weakref
a, b = Lazarus("a"), Final("b")
a.other = Node("only a knows me")
b.a = a
del a, b
found = gc.collect()
[found, kept[0].other.name, seen]
`,
    [1, "only a knows me", ["a", "b"]],
  );
  behaviour(
    "brings back everything that is reachable from what was brought back",
    `
ring = [Node(n) for n in range(10)]
for n, node in enumerate(ring):
    node.next = ring[(n + 1) % 10]
ring[3].lazarus = Lazarus("x")
ring[3].lazarus.ring = ring[3]
del ring, node
found = gc.collect()
node, names = kept[0].ring, []
for _ in range(10):
    names.append(node.name)
    node = node.next
[found, names]
`,
    [0, [3, 4, 5, 6, 7, 8, 9, 0, 1, 2]],
  );
  behaviour(
    "one brought back by another's finalizer has had its own",
    `
class Saver(Node):
    def __del__(self):
        seen.append("saver")
        kept.append(self.friend)
saver, friend = Saver(), Final("friend")
saver.friend, friend.saver = friend, saver
del saver, friend
first = gc.collect()
kept.clear()
[first, seen, gc.collect(), seen]
`,
    [0, ["saver", "friend"], 2, ["saver", "friend"]],
  );
  behaviour(
    "objects brought back are old, tracked and collectable like others",
    `
Lazarus("a")
gc.collect()
node = kept.pop()
[gc.is_tracked(node), any(o is node for o in gc.get_objects()), any(o is node for o in gc.get_objects(2))]
`,
    [true, true, true],
  );
  behaviour(
    "reports one that raises and runs the rest",
    `
class Bad(Node):
    def __del__(self):
        seen.append("bad")
        raise ValueError("bad finalizer")
Final("a"), Bad(), Final("c")
[gc.collect(), seen, unraisable]
`,
    [3, ["a", "bad", "c"], [["ValueError", "bad finalizer"]]],
  );
  behaviour(
    "may make garbage, which the next collection finds",
    `
class Littering(Node):
    def __del__(self):
        for _ in range(5):
            Node()
Littering()
[gc.collect(), gc.collect(), gc.collect()]
`,
    [1, 5, 0],
  );
  behaviour(
    "may make garbage with finalizers that make garbage",
    `
class Chain(Node):
    def __del__(self):
        seen.append(self.name)
        if self.name:
            Chain(self.name - 1)
Chain(3)
[[gc.collect() for _ in range(5)], seen]
`,
    [
      [1, 1, 1, 1, 0],
      [3, 2, 1, 0],
    ],
  );
  behaviour(
    "may make types, with instances, that die in turn",
    `
class Making(Node):
    def __del__(self):
        T = type("T", (Node,), {"__del__": lambda self: seen.append("T")})
        T(), T()
Making()
first = gc.collect()
second = gc.collect()
[first, second > 2, seen, gc.collect(), [c.__name__ for c in Node.__subclasses__()]]
`,
    [1, true, ["T", "T"], 0, ["Final", "Lazarus", "Making"]],
  );
  behaviour(
    "may break the cycle themselves; what dies that way was not collected",
    `
class Tidy(Node):
    def __del__(self):
        seen.append(self.name)
        self.__dict__.clear()
a, b = Tidy("a"), Tidy("b")
a.b, b.a = b, a
del a, b
[gc.collect(), seen]
`,
    [0, ["a", "b"]],
  );
  behaviour(
    "may take a dead object out of a living container's reach",
    `
class Unlink(Node):
    def __del__(self):
        self.ring.clear()
        seen.append(self.name)
ring = []
for name in "abc":
    node = Unlink(name)
    node.ring = ring
    ring.append(node)
del ring, node
[gc.collect(), seen]
`,
    [4, ["a", "b", "c"]],
  );
  behaviour(
    "may import, and change the settings",
    `
class Busy(Node):
    def __del__(self):
        import colorsys
        gc.enable()
        gc.set_threshold(555)
        seen.append(colorsys.__name__)
Busy()
[gc.collect(), seen, gc.isenabled(), gc.get_threshold()[0]]
`,
    [1, ["colorsys"], true, 555],
  );
  behaviour(
    "given to the class after its first instances were collected, runs",
    `
class Late(Node):
    pass
Late("early")
first = gc.collect()
Late.__del__ = lambda self: seen.append(self.name)
Late("late")
second = gc.collect()
del Late.__del__
Late("later")
[first, second, gc.collect(), seen]
`,
    [1, 1, 1, ["late"]],
  );
  behaviour(
    "is the one of the class the object has now",
    `
class Other(Node):
    pass
node = Other("changed")
node.__class__ = Final
del node
[gc.collect(), seen]
`,
    [2, ["changed"]],
  );
  behaviour(
    "a suspended generator in a cycle runs its finally clause",
    `
def generator():
    me = yield
    try:
        yield
    finally:
        seen.append("finally")
g = generator()
next(g)
g.send(g)
del g
[gc.collect(), seen]
`,
    [0, ["finally"]],
  );
  behaviour(
    "a suspended generator may bring itself back",
    `
def generator():
    me = yield
    try:
        yield
    finally:
        kept.append(me)
g = generator()
next(g)
g.send(g)
del g
first = gc.collect()
kind = type(kept[0]).__name__, list(kept[0])
kept.clear()
[first, kind, gc.collect()]
`,
    [0, ["generator", []], 0],
  );
  behaviour(
    "a suspended coroutine in a cycle runs its finally clause",
    `
import types
@types.coroutine
def wait():
    yield
async def work():
    try:
        await wait()
    finally:
        seen.append("finally")
class Task(Node):
    pass
task = Task()
task.coroutine = work()
task.coroutine.send(None)
def tie(coroutine):
    coroutine.cr_frame.f_locals
async def own(task):
    try:
        await wait()
    finally:
        seen.append(task.name)
task.own = own(task)
task.own.send(None)
task.name = "own"
del task
[gc.collect() > 0, sorted(seen)]
`,
    [true, ["finally", "own"]],
  );
  behaviour(
    "a coroutine never awaited warns from within a collection",
    `
import warnings
async def never(node):
    pass
node = Node()
node.coroutine = never(node)
del node
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    gc.collect()
[str(w.message) for w in caught]
`,
    ["coroutine 'never' was never awaited"],
  );
  behaviour(
    "an asynchronous generator tells its hook",
    `
async def generator(node):
    yield node
def finalizer(agen):
    seen.append(type(agen).__name__)
    kept.append(agen)
old = sys.get_asyncgen_hooks()
sys.set_asyncgen_hooks(finalizer=finalizer)
node = Node()
node.agen = generator(node)
step = node.agen.__anext__()
try:
    step.send(None)
except StopIteration:
    pass
del node, step
found = gc.collect()
sys.set_asyncgen_hooks(*old)
[found, seen, len(kept)]
`,
    [0, ["async_generator"], 1],
  );
  behaviour(
    "an exception and its traceback in a cycle go with all their frames' locals",
    `
import weakref
def fail():
    local = Final("local")
    local.self = None
    try:
        raise ValueError
    except ValueError as error:
        kept_here = error
        return weakref.ref(local)
watch = fail()
alive = watch() is not None
[alive, gc.collect() > 0, watch() is None, seen]
`,
    [true, true, true, ["local"]],
  );
  behaviour(
    "a finalizer that reference counting runs during clearing finds its own object whole",
    `
class Tail:
    def __init__(self, name):
        self.name, self.data = name, [1, 2, 3]
    def __del__(self):
        seen.append([self.name, self.data])
node = Node()
node.tail = Tail("tail")
del node
[gc.collect(), seen]
`,
    [2, [["tail", [1, 2, 3]]]],
  );
  behaviour(
    "an object that a finalizer of another type deletes early is not finalized twice",
    `
class Cutter(Node):
    def __del__(self):
        seen.append("cutter")
        del self.victim
class Victim:
    def __del__(self):
        seen.append("victim")
cutter = Cutter()
cutter.victim = Victim()
cutter.victim.cutter = cutter
del cutter
[gc.collect(), seen]
`,
    [1, ["cutter", "victim"]],
  );
  behaviour(
    "100,000 finalizers run",
    `
class Count(Node):
    n = 0
    def __del__(self):
        Count.n += 1
for _ in range(100_000):
    Count()
[gc.collect(), Count.n]
`,
    [100_000, 100_000],
  );
});
