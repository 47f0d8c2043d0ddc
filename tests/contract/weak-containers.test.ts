/** What the library builds on weak references: containers, finalize, proxies, methods, subclasses. */
import { contract } from "../support/contract.js";
import { WEAKREFS } from "./preludes.js";

contract("weak containers", ({ program, subject }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, WEAKREFS + source, expected, exempt);

  behaviour(
    "weak containers lose their entries",
    `
def fill():
    nodes = [Node(n) for n in range(6)]
    values = weakref.WeakValueDictionary(enumerate(nodes))
    keys = weakref.WeakKeyDictionary((node, node.name) for node in nodes)
    members = weakref.WeakSet(nodes)
    return nodes[:2], values, keys, members
kept, values, keys, members = fill()
before = [len(values), len(keys), len(members)]
found = gc.collect()
[before, found, sorted(values), sorted(keys.values()), sorted(n.name for n in members)]
`,
    // Four nodes, and the twelve weakrefs that died with their callbacks: CPython counts those, too.
    [[6, 6, 6], 16, [0, 1], [0, 1], [0, 1]],
  );
  behaviour(
    "a weak dictionary that is being iterated over keeps its shape",
    `
nodes = [Node(n) for n in range(4)]
values = weakref.WeakValueDictionary(enumerate(nodes))
got = []
for key in values:
    got.append(key)
    if key == 0:
        nodes = nodes[:1]
        gc.collect()
[got, sorted(values)]
`,
    [[0], [0]],
  );
  behaviour(
    "weakref.finalize runs once, last one first",
    `
node = Node()
first = weakref.finalize(node, seen.append, "first")
second = weakref.finalize(node, seen.append, "second")
del node
gc.collect()
[seen, first.alive, second.alive]
`,
    [["second", "first"], false, false],
  );
  behaviour(
    "proxies are dead, too",
    `
node = Node("here")
proxy = weakref.proxy(node)
name = proxy.name
del node
gc.collect()
try:
    proxy.name
except ReferenceError as error:
    seen.append(str(error))
[name, seen]
`,
    ["here", ["weakly-referenced object no longer exists"]],
  );
  behaviour(
    "weakrefs to methods and to classes are dead, too",
    `
class Temporary(Node):
    def method(self):
        pass
node = Temporary()
method, cls = weakref.WeakMethod(node.method, note("method")), weakref.ref(Temporary, note("class"))
del node
gc.collect()
del Temporary
gc.collect()
[method() is None, cls() is None, seen]
`,
    [true, true, ["method", "class"]],
  );
  behaviour(
    "subclasses of ref with cycles of their own go, too",
    `
class Ref(weakref.ref):
    pass
node = Node()
watch = Ref(node, note("callback"))
watch.self = watch
watch.node_name = "x"
check = weakref.ref(watch)
del watch
first = gc.collect()
gone = check() is None
del node
gc.collect()
[first, gone, seen]
`,
    // The weakref, its callback with cell and closure; 3.13 makes the attributes a dictionary at once.
    [subject.line === "0.29" ? 5 : 4, true, []],
  );
  behaviour(
    "the subclasses of a class forget a dead one",
    `
class Base:
    pass
class Derived(Base):
    pass
before = len(Base.__subclasses__())
del Derived
gc.collect()
[before, Base.__subclasses__()]
`,
    [1, []],
  );
  behaviour(
    "a dead class's finalizer sees the list of subclasses as that version does",
    `
class Base:
    pass
class Meta(type):
    def __del__(cls):
        seen.append(len(Base.__subclasses__()))
Derived = Meta("Derived", (Base,), {})
del Derived
gc.collect()
seen
`,
    // The list is of weak references without callbacks.
    [subject.line === "315" ? 1 : 0],
  );
  behaviour(
    "counts of weakrefs are right while some are alive",
    `
nodes = [Node() for _ in range(3)]
watches = [weakref.ref(nodes[0]) for _ in range(4)]
callbacks = [weakref.ref(nodes[0], note("x")) for _ in range(4)]
gc.collect()
[weakref.getweakrefcount(n) for n in nodes]
`,
    [5, 0, 0],
  );
});
