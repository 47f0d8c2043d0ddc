/** What the gc module tells about objects: get_objects, referrers, referents, is_tracked, is_finalized. */
import { contract, exceptIncremental } from "../support/contract.js";

const NO_MIDDLE = exceptIncremental("has no middle generation: what survives goes straight to the old one");

const PRELUDE = `
def outcome(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

def within(thing, objects):
    return any(thing is other for other in objects)

class Node:
    pass

gc.disable()
gc.collect()
`;

contract("gc.get_objects", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "lists every tracked object",
    `
young, old = Node(), Node()
objects = gc.get_objects()
[type(objects).__name__, within(young, objects), within(old, objects),
 within(sys.modules, objects), within(Node, objects)]
`,
    ["list", true, true, true, true],
  );
  behaviour("lists no object twice", "o = gc.get_objects(); len(o) == len({id(x) for x in o})", true);
  behaviour("lists no untracked object", "all(gc.is_tracked(o) for o in gc.get_objects())", true);
  behaviour("leaves its own result out", "o = gc.get_objects(); within(o, o)", false);
  behaviour(
    "shows an object in one generation after the other",
    `
def where(thing):
    return [g for g in (0, 1, 2) if within(thing, gc.get_objects(generation=g))]
node = Node()
seen = [where(node)]
for generation in 0, 1, 2, 2:
    gc.collect(generation)
    seen.append(where(node))
seen
`,
    [[0], [1], [2], [2], [2]],
    NO_MIDDLE,
  );
  behaviour(
    "shows every object in one generation only",
    `
kept = [Node() for _ in range(10)]
gc.collect(0)
more = [Node() for _ in range(10)]
parts = [gc.get_objects(g) for g in (0, 1, 2)]
whole = gc.get_objects()
ids = [id(o) for part in parts for o in part]
known = {id(parts), *map(id, parts), id(ids)}
[len(ids) == len(set(ids)), set(ids) - known <= {id(o) for o in whole}]
`,
    [true, true],
  );
  behaviour(
    "an object that collect(1) found young is old afterwards",
    `
node = Node()
gc.collect(1)
[within(node, gc.get_objects(g)) for g in (0, 1, 2)]
`,
    [false, false, true],
  );
  behaviour(
    "None stands for all, and -1 for None",
    "[abs(len(gc.get_objects(generation=g)) - len(gc.get_objects())) < 5 for g in (None, -1)]",
    [true, true],
  );
  behaviour("refuses a generation there is not", "[outcome(gc.get_objects, g) for g in (-2, 3, 'x', 1.0)]", [
    "ValueError: generation parameter cannot be negative",
    "ValueError: generation parameter must be less than the number of available generations (3)",
    "TypeError: argument should be integer or None, not 'str'",
    "TypeError: argument should be integer or None, not 'float'",
  ]);
  behaviour(
    "shows all objects to a callback and to a finalizer, too",
    `
seen = []
keep = Node()
class Final:
    def __del__(self):
        objects = gc.get_objects()
        seen.append([within(keep, objects), within(sys.modules, objects)])
def callback(phase, info):
    objects = gc.get_objects()
    seen.append([phase, within(keep, objects), within(sys.modules, objects)])
gc.callbacks.append(callback)
final = Final()
final.self = final
del final
gc.collect()
[entry for entry in seen if len(entry) == 3]
`,
    [
      ["start", true, true],
      ["stop", true, true],
    ],
  );
  behaviour(
    "knows nothing that is not Python's business",
    `
objects = gc.get_objects()
module = sys.modules.get("moult")  # Python may import it: it is Python's business.
strange = [repr(o) for o in objects if "moult" in repr(type(o)).lower() and o is not module]
own = gc.callbacks
lists = [o for o in objects if type(o) is list and o is not own and any(c is b for c in o for b in own)]
[strange, lists]
`,
    [[], []],
  );
});

contract("gc.get_referrers and gc.get_referents", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "finds containers that refer directly",
    `
def check():
    target = Node()
    holder, other = [target], (target,)
    node = Node()
    node.target = target
    found = gc.get_referrers(target)
    return [within(holder, found), within(other, found), within(node, found) or within(vars(node), found),
            within([holder], found)]
check()
`,
    [true, true, true, false],
  );
  behaviour(
    "finds referrers in every generation",
    `
def check():
    target = Node()
    old = [target]
    gc.collect()
    middle = [target]
    gc.collect(0)
    young = [target]
    found = gc.get_referrers(target)
    return [within(holder, found) for holder in (old, middle, young)]
check()
`,
    [true, true, true],
  );
  behaviour(
    "finds the referrers of several objects",
    `
def check():
    a, b = Node(), Node()
    first, second, both, none = [a], [b], [a, b], []
    found = gc.get_referrers(a, b)
    return [sum(o is h for o in found) for h in (first, second, both, none)]
check()
`,
    [1, 1, 1, 0],
  );
  behaviour("has no referrers for nothing", "[gc.get_referrers(), gc.get_referents()]", [[], []]);
  behaviour(
    "shows what an object refers to, as its traverse function does",
    `
a, b = Node(), Node()
def names(*objects):
    return sorted(type(o).__name__ for o in gc.get_referents(*objects))
[gc.get_referents([a, b]) == [b, a], gc.get_referents((a, a)) == [a, a], names({1: a}), names({"x": a, a: 1}),
 names([1], [2.0]), names(5, "text")]
`,
    [true, true, ["Node", "int"], ["Node", "Node", "int", "str"], ["float", "int"], []],
  );
  behaviour(
    "shows an instance's class and attributes",
    `
class Slotted:
    __slots__ = "x", "y"
s = Slotted()
s.x, s.y = [], {}
sorted(type(o).__name__ for o in gc.get_referents(s))
`,
    ["dict", "list", "type"],
  );
});

contract("gc.is_tracked", ({ program, subject }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);
  const is313 = subject.line === "0.29";

  behaviour(
    "is false for what can hold nothing",
    "[gc.is_tracked(o) for o in (1, 1.0, 'a', b'a', None, True, range(3), ..., 2j)]",
    Array(9).fill(false),
  );
  behaviour(
    "is true for containers",
    "[gc.is_tracked(o) for o in ([], set(), Node, Node(), lambda: 0, sys, iter([]), (i for i in []))]",
    Array(8).fill(true),
  );
  behaviour(
    "dictionaries are tracked as that version does",
    "[gc.is_tracked(o) for o in ({}, {'a': 1}, {'a': []}, {'a': Node}, dict.fromkeys('ab'))]",
    is313 ? [false, false, true, true, false] : [true, true, true, true, true],
  );
  behaviour(
    "a full collection untracks dictionaries as that version does",
    `
d = {"a": []}
gc.collect()
before = gc.is_tracked(d)
d["a"] = 1
gc.collect()
[before, gc.is_tracked(d)]
`,
    is313 ? [true, false] : [true, true],
  );
  behaviour(
    "a collection untracks tuples that hold nothing to collect",
    `
def build(*args):
    return tuple(list(args))
flat, nested, holding = build(1, "a"), build(build(1), build(2)), build([])
before = [gc.is_tracked(t) for t in (flat, nested, holding)]
gc.collect()
gc.collect()
[before, [gc.is_tracked(t) for t in (flat, nested, holding)]]
`,
    [
      [is313, true, true],
      [false, false, true],
    ],
  );
  behaviour(
    "a young collection untracks them, too",
    `
flat = tuple([1, 2, "x"])
gc.collect(0)
gc.is_tracked(flat)
`,
    false,
  );
});

contract("gc.is_finalized", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "is false for the living and the unfinalizable",
    "[gc.is_finalized(o) for o in (Node(), [], 1, 'x')]",
    [false, false, false, false],
  );
  behaviour(
    "is true for what a finalizer brought back, however it died",
    `
kept = []
class Lazarus:
    def __del__(self):
        kept.append(self)
single = Lazarus()
del single
cycle = Lazarus()
cycle.self = cycle
del cycle
gc.collect()
[len(kept), [gc.is_finalized(o) for o in kept]]
`,
    [2, [true, true]],
  );
  behaviour(
    "is true within the finalizer itself",
    `
seen = []
class Final:
    def __del__(self):
        seen.append(gc.is_finalized(self))
cycle = Final()
cycle.self = cycle
del cycle
gc.collect()
seen
`,
    [true],
  );
  behaviour(
    "is false for what has no finalizer, though it was dead in the same cycle",
    `
kept = []
class Lazarus:
    def __del__(self):
        kept.append(self)
a, b = Lazarus(), Node()
a.b, b.a = b, a
del a, b
gc.collect()
[gc.is_finalized(kept[0]), gc.is_finalized(kept[0].b)]
`,
    [true, false],
  );
});
