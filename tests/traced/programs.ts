/** Programs whose output does not depend on when garbage is found: the canary's, and eleven that make much garbage. */
import { CANARY_PROGRAMS } from "../../src/traced/node/canary-programs.js";

export const PROGRAMS: Readonly<Record<string, string>> = {
  ...CANARY_PROGRAMS,
  trees: `
class Tree:
    def __init__(self, depth, parent=None):
        self.parent = parent
        self.left = Tree(depth - 1, self) if depth else None
        self.right = Tree(depth - 1, self) if depth else None
    def count(self): return 1 + (self.left.count() + self.right.count() if self.left else 0)
print([Tree(d % 7).count() for d in range(60)])
`,
  "linked lists": `
class Link:
    __slots__ = ("value", "next", "previous")
def chain(n):
    first = last = Link(); first.value = 0; first.previous = None
    for i in range(1, n):
        link = Link(); link.value = i; link.previous = last; last.next = link; last = link
    last.next = first; first.previous = last
    return first
total = 0
for i in range(80):
    link = chain(50)
    for _ in range(120):
        total += link.value; link = link.next
print(total)
`,
  queues: `
import collections
queue = collections.deque()
total = 0
for i in range(6000):
    item = {"id": i}; item["self"] = item
    queue.append(item)
    if len(queue) > 100: total += queue.popleft()["id"]
print(total, len(queue), queue[0]["id"])
`,
  copies: `
import copy, pickle
graph = {"nodes": [{"name": f"n{i}"} for i in range(60)]}
for i, node in enumerate(graph["nodes"]):
    node["to"] = [graph["nodes"][(i * 7) % 60], graph["nodes"][(i * 13) % 60]]
for _ in range(8):
    graph = copy.deepcopy(graph)
    graph = pickle.loads(pickle.dumps(graph))
print([node["to"][1]["name"] for node in graph["nodes"]][:10], len(graph["nodes"]))
`,
  closures: `
import functools
def compose(*functions): return functools.reduce(lambda f, g: lambda x: f(g(x)), functions)
results = []
for i in range(600):
    f = compose(lambda x, i=i: x + i, lambda x: x * 2, functools.partial(max, i))
    results.append(f(10))
def counter():
    n = 0
    def step():
        nonlocal n; n += 1; return n
    return step
print(sum(results), [c() for c in [counter()] * 5])
`,
  dictionaries: `
import collections
words = [f"w{i * i % 500}" for i in range(4000)]
table = collections.OrderedDict()
for word in words:
    table[word] = table.pop(word, 0) + 1
    if len(table) > 200: table.popitem(last=False)
chain = collections.ChainMap({}, table)
views = [sorted(d.items())[:2] for d in ({w: i for i, w in enumerate(words[k:k + 40])} for k in range(0, 4000, 100))]
print(len(table), list(table)[-3:], len(chain), views[-1])
`,
  strings: `
lines = []
for i in range(1500):
    lines.append("-".join(str(j) for j in range(i % 9)) + f"{i:05d}")
text = "\\n".join(lines)
print(len(text), text.count("-"), text.upper()[-5:], len({line.partition("-")[0] for line in lines}))
print(sum(len(line.encode().hex()) for line in lines), "".join(reversed(lines[7])))
import sys
names = [sys.intern(f"name_{i % 300}") for i in range(3000)]
print(len(set(map(id, names))), len(set(names)))
`,
  "dying classes": `
import types
total = 0
for i in range(150):
    module = types.ModuleType(f"m{i}")
    exec("class A:\\n    count = 0\\n    def __init__(self): A.count += 1\\nclass B(A): pass\\ndef make(n): return [B() for _ in range(n)]", module.__dict__)
    module.make(i % 7)
    total += module.A.count
print(total)
`,
  "sorting and errors": `
import random
random.seed(3)
class Key:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return self.n < other.n
items = [Key(random.random()) for _ in range(800)]
print([round(k.n, 3) for k in sorted(items)[:3]], round(max(items, key=lambda k: k.n).n, 3))
caught = 0
for i in range(600):
    try:
        {}[Key(i)]
    except KeyError as error:
        error.me = error; caught += 1
print(caught)
`,
  pipelines: `
import itertools
def numbers(n):
    for i in range(n): yield {"n": i, "square": [i * i]}
def only(source, test):
    for item in source:
        if test(item): yield item
pipeline = only(numbers(3000), lambda item: item["n"] % 3 == 0)
groups = itertools.groupby(pipeline, key=lambda item: item["n"] // 300)
print([(key, sum(item["square"][0] for item in items)) for key, items in groups])
left = [next(only(numbers(50), lambda item: item["n"] > 10))["n"] for _ in range(100)]
print(sum(left), list(itertools.islice(itertools.accumulate(itertools.count()), 200))[-1])
`,
  "weak tables": `
import gc, weakref
class Value:
    def __init__(self, n): self.n = n; self.me = self
called = []
strong = [Value(i) for i in range(40)]
table = weakref.WeakValueDictionary({v.n: v for v in strong})
keys = weakref.WeakKeyDictionary({v: [v.n] for v in strong})
watch = [weakref.ref(v, lambda r: called.append(1)) for v in strong]
v = None
del strong[20:]
gc.collect(); gc.collect()
print(all(n in table for n in range(20)), all(v in keys for v in strong))
print(len(called) == sum(r() is None for r in watch), all(r() is v for r, v in zip(watch, strong)))
`,
};
