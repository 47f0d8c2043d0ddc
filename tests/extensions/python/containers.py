"""Types that C modules define and that hold references: collections, itertools, functools, ..."""

import array
import bisect
import collections
import contextvars
import datetime
import decimal
import functools
import heapq
import io
import itertools
import operator
import queue
import re
import struct
import types
import weakref
import zoneinfo

from harness import cycle


@cycle()
def deque(w):
    w.link = collections.deque([1, w, 2], maxlen=3)
    return lambda: [w.link[0], w.link[2], w.link.maxlen]


@cycle()
def deque_of_many_blocks(w):
    w.link = collections.deque(itertools.chain(range(200), [w], range(200)))
    return lambda: [len(w.link), w.link[0], w.link[-1]]


@cycle()
def deque_iterator(w):
    items = collections.deque([1, w])
    w.link = iter(items)
    next(w.link)
    return lambda: type(w.link).__name__


@cycle()
def defaultdict_factory(w):
    w.link = collections.defaultdict(lambda: w, a=1)
    return lambda: sorted(w.link)


@cycle()
def OrderedDict(w):
    w.link = collections.OrderedDict(a=1, b=w)
    w.link.move_to_end("a")
    return lambda: list(w.link)


@cycle()
def OrderedDict_iterator(w):
    w.link = iter(collections.OrderedDict(a=1, b=w).items())
    return lambda: type(w.link).__name__


@cycle()
def Counter_subclass_key(w):
    w.link = collections.Counter([w, 1, 1])
    return lambda: w.link[1]


@cycle()
def partial(w):
    w.link = functools.partial(max, w, key=id)
    return lambda: len(w.link.args)


@cycle()
def partial_dict_cycle(w):
    w.link = functools.partial(print)
    w.link.__dict__["w"] = w
    return lambda: list(w.link.__dict__)


@cycle()
def partial_setstate_self(w):
    p = functools.partial(len)
    p.__setstate__((p, (), {}, {"w": w}))
    w.link = p
    return lambda: sorted(p.__dict__)


@cycle()
def lru_cache_value(w):
    cached = functools.lru_cache(maxsize=4)(lambda n: [n, w])
    cached(3)
    w.link = cached
    return lambda: cached.cache_info().currsize


@cycle()
def lru_cache_unbounded_key(w):
    w.link = functools.lru_cache(maxsize=None)(lambda n: 1)
    w.link(w)
    return lambda: w.link.cache_info().currsize


@cycle()
def cmp_to_key(w):
    w.link = functools.cmp_to_key(lambda a, b: 0)(w)
    return lambda: w.link.obj is w


@cycle()
def cached_property(w):
    class Holder:
        value = functools.cached_property(lambda self: w)

    w.link = Holder()
    w.link.value
    return lambda: sorted(w.link.__dict__)


@cycle()
def singledispatch(w):
    w.link = functools.singledispatch(lambda x: w)
    w.link.register(int, lambda x: w)
    w.link(1)
    return lambda: len(w.link.registry)


@cycle()
def itemgetter(w):
    w.link = operator.itemgetter(w, 1)
    return lambda: type(w.link).__name__


@cycle()
def SimpleNamespace(w):
    w.link = types.SimpleNamespace(w=w, n=1)
    w.link.me = w.link
    return lambda: w.link.n


@cycle()
def mappingproxy(w):
    w.link = types.MappingProxyType({"w": w, "n": 1})
    return lambda: w.link["n"]


@cycle()
def dict_views(w):
    d = {"w": w}
    w.link = (d.keys(), d.values(), iter(d.items()))
    return lambda: len(w.link[0])


@cycle()
def memoryview_of_bytearray_subclass(w):
    class Buffer(bytearray):
        pass

    b = Buffer(b"abc")
    b.w = w
    w.link = memoryview(b)[1:]
    return lambda: bytes(w.link).decode()


@cycle()
def memoryview_of_array_subclass(w):
    class Numbers(array.array):
        pass

    a = Numbers("i", [1, 2, 3])
    a.w = w
    w.link = memoryview(a)
    return lambda: w.link.tolist()


@cycle()
def contextvar_and_context(w):
    var = contextvars.ContextVar("var", default=w)
    context = contextvars.copy_context()
    context.run(var.set, [w, var])
    w.link = (context, var)
    return lambda: len(context[var])


@cycle()
def contextvar_token(w):
    var = contextvars.ContextVar("var")
    w.link = contextvars.Context().run(lambda: (var.set(1), var.set(w))[1])
    w.var = var
    return lambda: w.link.old_value


@cycle()
def simplequeue(w):
    w.link = queue.SimpleQueue()
    w.link.put(w)
    w.link.put(2)
    return lambda: w.link.qsize()


@cycle()
def heapq_of_tuples(w):
    w.link = []
    for i in (3, 1, 2):
        heapq.heappush(w.link, (i, w))
    return lambda: [i for i, _ in w.link]


@cycle()
def bisect_key(w):
    w.link = [(1, w), (3, w)]
    bisect.insort(w.link, (2, w), key=lambda pair: pair[0])
    return lambda: [i for i, _ in w.link]


@cycle()
def re_match_of_str_subclass(w):
    class Text(str):
        pass

    text = Text("abc123")
    text.w = w
    w.link = re.search(r"(\d+)", text)
    return lambda: w.link.group(1)


@cycle(expect="kept")
def re_finditer_hides_its_string(w):
    class Text(str):
        pass

    text = Text("a1b2")
    text.w = w
    # The scanner behind it is a gc type whose tp_traverse visits its type only.
    w.link = re.finditer(r"\d", text)
    return lambda: type(w.link).__name__


@cycle()
def struct_unpack_iterator(w):
    class Buffer(bytearray):
        pass

    b = Buffer(struct.pack("4h", 1, 2, 3, 4))
    b.w = w
    w.link = struct.iter_unpack("h", b)
    next(w.link)
    return lambda: type(w.link).__name__


@cycle()
def datetime_tzinfo(w):
    class Zone(datetime.tzinfo):
        def utcoffset(self, when):
            return datetime.timedelta(hours=1)

        def dst(self, when):
            return None

        def tzname(self, when):
            return "test"

    zone = Zone()
    zone.w = w

    class Moment(datetime.datetime):
        pass

    # datetime itself is no gc type: only a subclass (with a dict) can be in a cycle that is collected.
    w.link = Moment(2020, 1, 1)
    w.link.zone = zone
    zone.moment = w.link
    return lambda: w.link.isoformat()


@cycle(expect="kept")
def datetime_without_gc(w):
    class Zone(datetime.tzinfo):
        pass

    zone = Zone()
    zone.w = w
    # datetime holds its tzinfo without being a gc type: the cycle is invisible to every collector.
    w.link = datetime.datetime(2020, 1, 1, tzinfo=zone)
    return lambda: w.link.year


@cycle()
def zoneinfo_subclass(w):
    class Zone(zoneinfo.ZoneInfo):
        pass

    # A TZif file with one local time type: the package has no time zone data.
    counts = struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    data = b"TZif" + bytes(16) + counts + struct.pack(">lbb", 3600, 0, 0) + b"ABC\0"
    w.link = Zone.from_file(io.BytesIO(data), key="test")
    w.link.w = w
    return lambda: str(w.link.utcoffset(datetime.datetime(2020, 1, 1)))


@cycle()
def decimal_subclass_and_context(w):
    context = decimal.Context(prec=5)
    number = type("Number", (decimal.Decimal,), {})("1.5")
    number.w = w
    number.context = context
    w.link = number
    return lambda: str(w.link + 1)


@cycle()
def array_subclass(w):
    w.link = type("Numbers", (array.array,), {})("d", [1.5])
    w.link.w = w
    return lambda: w.link[0]


@cycle()
def weakref_callback_on_cycle(w):
    class Target:
        pass

    target = Target()
    w.link = (target, weakref.ref(target, lambda _: w), weakref.proxy(target))
    target.w = w
    return lambda: w.link[1]() is w.link[0]


@cycle()
def weak_collections(w):
    class Target:
        pass

    target = Target()
    target.w = w
    w.link = target
    w.maps = (weakref.WeakValueDictionary(t=target), weakref.WeakKeyDictionary({target: w}), weakref.WeakSet([w]))
    return lambda: [len(m) for m in w.maps]


@cycle()
def generic_alias_and_union(w):
    class Box:
        def __class_getitem__(cls, item):
            return types.GenericAlias(cls, item)

    w.link = Box[w, list[int] | None]
    return lambda: len(w.link.__args__)


@cycle()
def structseq_unpickled_field(w):
    # A structseq holds any object in its hidden fields.
    import time

    w.link = time.struct_time((2020, 1, 1, 0, 0, 0, 0, 1, w))
    return lambda: w.link.tm_year
