/** The programs of the canary: each prints what must not depend on how references are counted. */
export const CANARY_PROGRAMS: Readonly<Record<string, string>> = {
  containers: `
rows = [{"id": i, "name": f"row {i}", "tags": {i % 7, i % 11}} for i in range(5000)]
rows.sort(key=lambda row: (len(row["tags"]), -row["id"]))
print(rows[:3], sum(len(row["name"]) for row in rows))
table = {}
for row in rows:
    table.setdefault(row["id"] % 97, []).append(row)
print(sorted(len(v) for v in table.values())[-5:])
`,
  "in place": `
text = ""
for i in range(3000):
    text += chr(65 + i % 26)
shared = text
text += "!"
print(len(shared), len(text), hash(shared) == hash(text[:-1]))
values = (1, 2)
same = values
values += (3,)
print(values, same)
a = [1]; b = a; a += [2]; a = a + [3]
print(a, b)
buffer = b"x"; other = buffer; buffer += b"y"
print(buffer, other)
`,
  "unique tuples": `
pairs = list(zip(range(1000), map(str, range(1000))))
print(pairs[3], pairs[999], len(set(map(id, pairs))))
print(list(enumerate("abc")), list({"a": 1, "b": 2}.items()))
import itertools
print(list(itertools.combinations("abcd", 2)), list(itertools.product("ab", repeat=2)))
`,
  classes: `
import abc, dataclasses, enum, functools
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
class Base(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class Square(Base):
    __slots__ = ("side",)
    def __init__(self, side): self.side = side
    def area(self): return self.side ** 2
@functools.lru_cache(maxsize=50)
def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
print(sorted([Point(2), Point(1, 5), Point(1)]), list(Colour), sum(Square(i).area() for i in range(2000)))
print(fibonacci(200), fibonacci.cache_info())
for i in range(300):
    T = type(f"T{i}", (Base,), {"area": lambda self, i=i: i})
    assert T().area() == i
print(len(Base.__subclasses__()) >= 2)
`,
  generators: `
import contextlib
def walk(n):
    if n:
        yield n
        yield from walk(n - 1)
@contextlib.contextmanager
def scope(log):
    log.append("in")
    try:
        yield log
    finally:
        log.append("out")
log = []
for _ in range(3):
    with scope(log) as inner:
        inner.append(sum(walk(60)))
print(log)
def endless():
    try:
        while True:
            yield
    finally:
        print("closed")
g = endless(); next(g); g.close()
print(next(x for x in walk(10) if x < 5), list(zip(*[walk(4)] * 2)))
`,
  exceptions: `
import traceback
def fail(n):
    try:
        if n == 0: raise ValueError("bottom")
        fail(n - 1)
    except ValueError as error:
        raise RuntimeError(n) from error
try:
    fail(5)
except RuntimeError as error:
    chain = []
    while error is not None:
        chain.append(repr(error)); error = error.__cause__
    print(chain)
try:
    raise ExceptionGroup("g", [KeyError(1), TypeError(2)])
except* KeyError as group:
    print(group.exceptions)
except* TypeError as group:
    print(group.exceptions)
def deep(n): return deep(n + 1)
try: deep(0)
except RecursionError: print("recursion")
`,
  libraries: `
import collections, datetime, decimal, fractions, io, json, pickle, random, re, string, struct, textwrap
data = {"a": [1, 2.5, None, True, "x" * 50], "b": {"c": ["é", "日本", "😀"]}}
print(json.loads(json.dumps(data)) == data, pickle.loads(pickle.dumps(data)) == data)
print(re.findall(r"(\\w)(\\d+)", "a1 b22 c333"), re.sub(r"\\s+", lambda m: "_", "a  b c"))
random.seed(7)
print([random.randrange(1000) for _ in range(5)], collections.Counter("mississippi").most_common(2))
print(decimal.Decimal(1) / 7, fractions.Fraction(3, 9), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).isoformat())
print(struct.unpack("<hI", struct.pack("<hI", -2, 77)), textwrap.fill("word " * 12, 20).splitlines()[1])
stream = io.StringIO(); print("x", 1, file=stream); print(repr(stream.getvalue()))
`,
  "weak references and finalizers": `
import gc, weakref
class Node:
    def __init__(self, name): self.name = name
    def __del__(self): seen.append(self.name)
seen = []
keep = [Node(i) for i in range(5)]
table = weakref.WeakValueDictionary((node.name, node) for node in keep)
print(sorted(table), [ref().name for ref in map(weakref.ref, keep)])
del keep[1:], table
gc.collect()
print(keep[0].name, 0 in seen)
`,
  compiling: `
import ast, dis
source = "\\n".join(f"def f{i}(x, *, y={i}): return [x + y for _ in range({i % 5})]" for i in range(200))
space = {}
exec(compile(ast.parse(source), "generated", "exec"), space)
print(sum(sum(space[f"f{i}"](1)) for i in range(200)))
print(len(list(dis.get_instructions(space["f7"]))) > 5)
`,
  asyncio: `
import asyncio
async def work(n):
    await asyncio.sleep(0)
    return n * n
def run(coroutine):
    try:
        while True: coroutine.send(None)
    except StopIteration as stop:
        return stop.value
print([run(work(n)) for n in range(5)])
`,
  javascript: `
import js
from pyodide.ffi import create_proxy, to_js
log = []
proxy = create_proxy(lambda value, *_: log.append(value))
to_js(list(range(50))).forEach(proxy)
proxy.destroy()
print(log[-3:], js.JSON.stringify(to_js({"a": [1, 2]}, dict_converter=js.Object.fromEntries)))
`,
};
