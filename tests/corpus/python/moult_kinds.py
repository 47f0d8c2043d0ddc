"""Kinds of nodes: how each is made, and how an edge to another object is laid.

Every maker takes `(w, early, node)`: the witness to hold, the edges that must exist from the start as
`(via, name, target)`, and the node's attributes. `link` lays an edge later; `early` names the kinds of
edges (`via`) that an object of this kind takes only at birth.
"""

import collections
import functools
import itertools
import operator
import types
import weakref
from dataclasses import dataclass
from typing import Any, Callable

from moult_finalizers import finalizing


@dataclass(frozen=True)
class Kind:
    make: Callable[..., Any]
    via: str = "item"
    link: Callable[[Any, str, str, Any], None] | None = None
    early: frozenset[str] = frozenset()
    # Has room for a witness; others are watched by address.
    witnessed: bool = True


KINDS: dict[str, Kind] = {}


def kind(name, via="item", link=None, early=(), witnessed=True):
    def register(make):
        KINDS[name] = Kind(make, via, link, frozenset(early), witnessed)
        return make
    return register


def first(early, via, default=None):
    return next((target for v, _, target in early if v == via), default)


def every(early, via):
    return [target for v, _, target in early if v == via]


# Instances

class Plain:
    pass


class Slots:
    __slots__ = ("w", "a", "b", "c", "d", "__weakref__")


class ListSub(list):
    pass


class DictSub(dict):
    pass


class TupleSub(tuple):
    pass


class SetSub(set):
    pass


def set_attr(obj, via, name, target):
    if via == "class":
        obj.__class__ = target
    elif via == "item":
        obj.append(target)
    elif via == "value":
        obj[name] = target
    elif via == "element":
        obj.add(target)
    else:
        setattr(obj, name, target)


def add_instance(name, base, via="attr"):
    def make(w, early, node):
        obj = finalizing(base, node)()
        obj.w = w
        if node.get("dict") == "y":
            obj.__dict__["w"] = w
        return obj
    KINDS[name] = Kind(make, via, set_attr)


add_instance("instance", Plain)
add_instance("slots", Slots)
add_instance("listsub", ListSub, "item")
add_instance("dictsub", DictSub, "value")
add_instance("setsub", SetSub, "element")


@kind("tuplesub", early=("item",), link=set_attr)
def make_tuplesub(w, early, node):
    obj = finalizing(TupleSub, node)(every(early, "item"))
    obj.w = w
    return obj


@functools.cache
def legacy_class():
    import _testcapi

    class Legacy:
        def __tp_del__(self):
            pass
    return _testcapi.with_tp_del(Legacy)


@kind("legacy", via="attr", link=set_attr)
def make_legacy(w, early, node):
    """An instance with a C-level tp_del, which only `_testcapi` can still make."""
    obj = legacy_class()()
    obj.w = w
    return obj


# Containers

def put(obj, via, name, target):
    if via == "key":
        obj[target] = name
    elif via == "factory":
        obj.default_factory = target
    elif via == "attr":
        setattr(obj, name, target)
    else:
        obj[name] = target


KINDS["list"] = Kind(lambda w, early, node: [w], "item", lambda o, v, n, t: o.append(t))
KINDS["deque"] = Kind(lambda w, early, node: collections.deque([w]), "item", lambda o, v, n, t: o.append(t))
KINDS["set"] = Kind(lambda w, early, node: {w}, "element", lambda o, v, n, t: o.add(t))
KINDS["dict"] = Kind(lambda w, early, node: {"w": w}, "value", put)
KINDS["ordereddict"] = Kind(lambda w, early, node: collections.OrderedDict(w=w), "value", put)
KINDS["defaultdict"] = Kind(lambda w, early, node: collections.defaultdict(None, w=w), "value", put)
KINDS["counter"] = Kind(lambda w, early, node: collections.Counter({w: 1}), "key", put)
KINDS["chainmap"] = Kind(lambda w, early, node: collections.ChainMap({"w": w}), "value", put)
KINDS["userdict"] = Kind(lambda w, early, node: collections.UserDict(w=w), "value", put)
KINDS["namespace"] = Kind(lambda w, early, node: types.SimpleNamespace(w=w), "attr", set_attr)


@kind("tuple", early=("item",))
def make_tuple(w, early, node):
    return (w, *every(early, "item"))


@kind("frozenset", via="element", early=("element",))
def make_frozenset(w, early, node):
    return frozenset((w, *every(early, "element")))


@kind("slice", early=("item",))
def make_slice(w, early, node):
    return slice(w, *every(early, "item")[:2])


@kind("mappingproxy", via="mapping", early=("mapping",), witnessed=False)
def make_mappingproxy(w, early, node):
    return types.MappingProxyType(first(early, "mapping"))


@kind("genericalias", via="argument", early=("argument",))
def make_genericalias(w, early, node):
    return types.GenericAlias(list, (w, *every(early, "argument")))


class Buffer(bytearray):
    pass


@kind("buffer", via="attr", link=set_attr)
def make_buffer(w, early, node):
    """A bytearray subclass, which exports its memory and has attributes."""
    obj = Buffer(b"moult")
    obj.w = w
    return obj


@kind("memoryview", via="buffer", early=("buffer",), witnessed=False)
def make_memoryview(w, early, node):
    return memoryview(first(early, "buffer"))


# Weak references

@kind("weakref", via="referent", early=("referent", "callback"), witnessed=False)
def make_weakref(w, early, node):
    return weakref.ref(first(early, "referent"), first(early, "callback") or node["log"])


@kind("weakproxy", via="referent", early=("referent", "callback"), witnessed=False)
def make_weakproxy(w, early, node):
    return weakref.proxy(first(early, "referent"), first(early, "callback") or node["log"])


class RefSub(weakref.ref):
    pass


@kind("refsub", via="referent", early=("referent", "callback"), link=set_attr)
def make_refsub(w, early, node):
    obj = RefSub(first(early, "referent"), first(early, "callback") or node["log"])
    obj.w = w
    return obj


KINDS["weakvalues"] = Kind(lambda w, e, n: _with_w(weakref.WeakValueDictionary(), w), "value", put)
KINDS["weakkeys"] = Kind(lambda w, e, n: _with_w(weakref.WeakKeyDictionary(), w), "key", put)
KINDS["weakset"] = Kind(lambda w, e, n: _with_w(weakref.WeakSet(), w), "element", set_attr)


def _with_w(obj, w):
    obj.w = w
    return obj


# Iterators and other immutable holders from C: each takes its targets at birth.

HOLDERS = {
    "chain": lambda *t: itertools.chain(*([x] for x in t)),
    "cycle": lambda *t: itertools.cycle(list(t)),
    "repeat": lambda *t: itertools.repeat(t),
    "zip": lambda *t: zip(t, t),
    "map": lambda *t: map(len, t),
    "filter": lambda *t: filter(None, t),
    "islice": lambda *t: itertools.islice(t, 1),
    "enumerate": lambda *t: enumerate(t),
    "reversed": lambda *t: reversed(t),
    "listiter": lambda *t: iter(list(t)),
    "setiter": lambda *t: iter(set(t)),
    "dictiter": lambda *t: iter(dict(enumerate(t)).values()),
    "dictview": lambda *t: dict(enumerate(t)).items(),
    "callableiter": lambda *t: iter(functools.partial(print, *t), None),
    "tee": lambda *t: itertools.tee(iter(t))[0],
    "accumulate": lambda *t: itertools.accumulate(t),
    "groupby": lambda *t: itertools.groupby(t),
    "product": lambda *t: itertools.product(t),
    "permutations": lambda *t: itertools.permutations(t),
    "combinations": lambda *t: itertools.combinations(t, 1),
    "pairwise": lambda *t: itertools.pairwise(t),
    "batched": lambda *t: itertools.batched(t, 1),
    "starmap": lambda *t: itertools.starmap(print, t),
    "zip_longest": lambda *t: itertools.zip_longest(t),
    "itemgetter": lambda *t: operator.itemgetter(*t, 0),
    "methodcaller": lambda *t: operator.methodcaller("index", *t),
}


def add_holder(name, make):
    def made(w, early, node):
        return make(w, *every(early, "argument"))
    KINDS[name] = Kind(made, "argument", None, frozenset(["argument"]))


for _name, _make in HOLDERS.items():
    add_holder(_name, _make)


@kind("partial", via="argument", early=("argument", "function"), link=set_attr)
def make_partial(w, early, node):
    return functools.partial(first(early, "function", print), w, *every(early, "argument"))


@kind("property", via="getter", early=("getter", "setter"))
def make_property(w, early, node):
    return property(first(early, "getter"), first(early, "setter"), None, w)


def add_wrapper(name, wrap):
    def make(w, early, node):
        obj = wrap(first(early, "function"))
        obj.w = w
        return obj
    KINDS[name] = Kind(make, "function", set_attr, frozenset(["function"]))


add_wrapper("staticmethod", staticmethod)
add_wrapper("classmethod", classmethod)
add_wrapper("lru_cache", lambda f: functools.lru_cache(maxsize=8)(f))
