/** What the canary runs under each plan: a few lines about every part of the collector, with the value they must have. */

/** @type {readonly { name: string, source: string, value: unknown }[]} */
export const PROGRAMS = [
  {
    name: "cycles go, and are counted",
    source: `
import gc
class Node: pass
gc.collect()
for _ in range(1000):
    node = Node()
    node.itself = node
del node
gc.collect()`,
    value: 1000,
  },
  {
    name: "what is alive stays as it is",
    source: `
import gc, json
keep = [{"a": [i], "b": (i, [i])} for i in range(20000)]
keep.append(keep)
for generation in 0, 1, 2, 2: gc.collect(generation)
json.dumps([len(keep), sum(d["a"][0] + d["b"][1][0] for d in keep[:-1]), keep[-1] is keep])`,
    value: "[20001, 399980000, true]",
  },
  {
    name: "automatic collections come by themselves",
    source: `
import gc
before = sum(s["collections"] for s in gc.get_stats())
for _ in range(30000):
    a = []
    a.append(a)
sum(s["collections"] for s in gc.get_stats()) - before >= 5`,
    value: true,
  },
  {
    name: "finalizers run once, and bring back what they like",
    source: `
import gc, json
ran, kept = [], []
class Lazarus:
    def __init__(self): self.itself = self
    def __del__(self):
        ran.append(1)
        kept.append(self)
Lazarus()
gc.collect()
alive = len(kept)
kept.clear()
gc.collect()
json.dumps([len(ran), alive])`,
    value: "[1, 1]",
  },
  {
    name: "weak references die with their objects, and call back",
    source: `
import gc, json, weakref
seen = []
class Node: pass
node = Node()
node.itself = node
watch = weakref.ref(node, lambda ref: seen.append(ref() is None))
del node
gc.collect()
json.dumps([watch() is None, seen])`,
    value: "[true, [true]]",
  },
  {
    name: "instances whose __dict__ has been looked at",
    source: `
import gc, json, weakref
class Node: pass
def dead(kind):
    node = Node()
    node.a, node.b = node, []
    if kind: vars(node)
    if kind == 2: node.__dict__["c"] = vars(node)
    if kind == 3: node.__dict__ = {"itself": node}
    return weakref.ref(node)
watches = [dead(kind) for kind in (0, 1, 2, 3) for _ in range(100)]
gc.collect()
sum(watch() is not None for watch in watches)`,
    value: 0,
  },
  {
    name: "generators, closures and exceptions",
    source: `
import gc, weakref
class Mark: pass
watches = []
def mark():
    made = Mark()
    watches.append(weakref.ref(made))
    return made
def generator():
    mine = mark()
    itself = yield
    yield
def make_generator():
    g = generator()
    next(g)
    g.send(g)
def make_closure():
    mine = mark()
    def inner(): return inner, mine
def make_error():
    mine = mark()
    try: raise ValueError
    except ValueError as error: kept = error
for _ in range(50): make_generator(); make_closure(); make_error()
gc.collect()
sum(watch() is not None for watch in watches)`,
    value: 0,
  },
];
