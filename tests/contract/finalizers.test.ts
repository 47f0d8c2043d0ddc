/** Finalizers of objects that a collection finds dead: who runs, when, and how often. */
import { contract } from "../support/contract.js";
import { FINALIZERS } from "./preludes.js";

contract("finalizers", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, FINALIZERS + source, expected, exempt);

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
