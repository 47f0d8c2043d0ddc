/** Weak references to what a collection finds dead: which callbacks run, when, and in which order. */
import { contract } from "../support/contract.js";
import { WEAKREFS } from "./preludes.js";

contract("weakrefs", ({ program, subject }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, WEAKREFS + source, expected, exempt);

  behaviour(
    "calls back once, with the weakref itself, which is dead",
    `
def callback(ref):
    seen.append([ref is watch, ref() is None])
node = Node()
watch = weakref.ref(node, callback)
del node
gc.collect()
gc.collect()
seen
`,
    [[true, true]],
  );
  behaviour(
    "calls back before any finalizer runs",
    `
a, b = Final("a"), Final("b")
watches = [weakref.ref(a, note("a")), weakref.ref(b, note("b"))]
del a, b
gc.collect()
seen
`,
    ["a", "b", "finalizer of a", "finalizer of b"],
  );
  behaviour(
    "calls back for one object in the reverse order of creation",
    `
node = Node()
watches = [weakref.ref(node, note(n)) for n in range(5)]
del node
gc.collect()
seen
`,
    [4, 3, 2, 1, 0],
  );
  behaviour(
    "calls back for several objects in the order of their creation",
    `
nodes = [Node() for _ in range(4)]
watches = [weakref.ref(nodes[i], note(i)) for i in (2, 0, 3, 1)]
del nodes
gc.collect()
seen
`,
    [0, 1, 2, 3],
  );
  behaviour(
    "calls back for objects that referred to each other in the order in which they were made",
    `
a, b, c = Node(), Node(), Node()
a.b, b.c, c.a = b, c, a
watches = [weakref.ref(o, note(n)) for n, o in [("c", c), ("b", b), ("a", a)]]
del a, b, c
gc.collect()
seen
`,
    ["a", "b", "c"],
  );
  behaviour(
    "does not call back when the weakref is dead itself",
    `
node = Node()
node.watch = weakref.ref(node, note("inside"))
other = Node()
watch = weakref.ref(other, note("outside"))
del node, other
gc.collect()
seen
`,
    ["outside"],
  );
  behaviour(
    "does not call back when the weakref died before",
    `
node = Node()
watch = weakref.ref(node, note("never"))
del watch, node
gc.collect()
seen
`,
    [],
  );
  behaviour(
    "does not call the callback of a weakref that is dead in another dead cycle",
    `
holder, node = Node(), Node()
holder.watch = weakref.ref(node, note("never"))
del holder, node
[gc.collect(), seen]
`,
    [6, []],
  );
  behaviour(
    "a callback that refers to the object keeps it alive",
    `
node = Node()
watch = weakref.ref(node, lambda ref, node=node: None)
del node
[gc.collect(), watch() is not None]
`,
    [0, true],
  );
  behaviour(
    "a weakref, its callback and its object that are dead together go together",
    `
node = Node()
watch = weakref.ref(node, lambda ref, node=node: seen.append("never"))
node.watch = watch
check = weakref.ref(node)
del node, watch
[gc.collect() > 0, check() is None, seen]
`,
    [true, true, []],
  );
  behaviour(
    "weakrefs without callbacks are dead when the finalizers run, as that version does",
    `
class Looking(Node):
    def __del__(self):
        seen.append(watch() is None)
node = Looking()
watch = weakref.ref(node)
del node
gc.collect()
seen
`,
    [subject.line !== "315"],
  );
  behaviour(
    "weakrefs with callbacks are dead when the finalizers run",
    `
class Looking(Node):
    def __del__(self):
        seen.append([watch() is None, inner() is None])
node, friend = Looking(), Node()
node.friend, friend.node = friend, node
watch, inner = weakref.ref(node, lambda ref: None), weakref.ref(friend, lambda ref: None)
del node, friend
gc.collect()
seen
`,
    [[true, true]],
  );
  behaviour(
    "what weakrefs without callbacks bring back while callbacks run, as that version does",
    `
a, b = Node("a"), Node("b")
a.b, b.a = b, a
to_b = weakref.ref(b)
kept = []
def callback(ref):
    kept.append(to_b())
    seen.append(kept[0] is not None)
watch = weakref.ref(a, callback)
del a, b
[gc.collect(), seen, to_b() is None, kept.clear(), gc.collect()]
`,
    // From 3.15 on a callback sees what is about to die, and can keep it.
    subject.line === "315" ? [0, [true], false, null, 2] : [2, [false], true, null, 0],
  );
  behaviour(
    "an object brought back stays without its old weakrefs, and takes new ones",
    `
kept = []
class Lazarus(Node):
    def __del__(self):
        kept.append(self)
node = Lazarus()
watch = weakref.ref(node, note("callback"))
del node
gc.collect()
again = weakref.ref(kept[0], note("second"))
alive = again() is kept[0]
kept.clear()
found = gc.collect()
[watch() is None, alive, found, again() is None, seen]
`,
    [true, true, 1, true, ["callback", "second"]],
  );
  behaviour(
    "a weakref made by a finalizer is dead once its object is",
    `
class Watching(Node):
    def __del__(self):
        seen.append(weakref.ref(self, note("late")))
node = Watching()
del node
found = gc.collect()
[found, seen[0]() is None, len(seen)]
`,
    // Up to 3.14 its callback is called: 3.15 clears such references before the object goes.
    [1, true, subject.line === "315" ? 1 : 2],
  );
  behaviour(
    "reports a callback that raises and goes on with the rest",
    `
def bad(ref):
    raise ValueError("bad callback")
a, b = Final("a"), Final("b")
watches = [weakref.ref(a, bad), weakref.ref(b, note("b"))]
del a, b
[gc.collect(), seen, unraisable]
`,
    [2, ["b", "finalizer of a", "finalizer of b"], [["ValueError", "bad callback"]]],
  );
  behaviour(
    "a callback may collect, which does nothing, and make garbage, which stays",
    `
def busy(ref):
    Node()
    seen.append(gc.collect())
node = Node()
watch = weakref.ref(node, busy)
del node
[gc.collect(), seen, gc.collect()]
`,
    [1, [0], 1],
  );
  behaviour(
    "a callback may drop other weakrefs, which call back all the same",
    `
a, b = Node(), Node()
watches = {"b": weakref.ref(b, note("b"))}
first = weakref.ref(a, lambda ref: (seen.append("a"), watches.clear()) and None)
del a, b
[gc.collect(), seen]
`,
    [3, ["a", "b"]],
  );
  behaviour(
    "weakrefs that die with their callback count as collected",
    `
nodes, holder = [Node() for _ in range(5)], []
holder.extend(weakref.ref(node, holder.remove) for node in nodes)
nodes.clear()
[gc.collect(), holder]
`,
    [10, []],
  );
  behaviour(
    "a callback may drop the last strong reference to its own weakref",
    `
node = Node()
holder = []
holder.append(weakref.ref(node, lambda ref: holder.clear()))
del node
[gc.collect(), len(holder)]
`,
    [2, 0],
  );
  behaviour(
    "a callback may make what is dead in no way reachable again",
    `
node = Node("node")
watch = weakref.ref(node, lambda ref: seen.extend([ref(), *[o for o in gc.get_objects() if getattr(o, "name", 0) == "x"]]))
del node
[gc.collect(), seen]
`,
    [1, [null]],
  );
});
