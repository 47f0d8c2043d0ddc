"""Kinds of nodes in random heaps: how to make one, lay and read its three edges, and find its witness.

A witness is a code object that only its node holds: untracked by collectors, weakly referenceable, numbered
by its first line. It dies when its node is cleared or deallocated, and says which node it is looking at.
"""

import collections
import functools
import types
from dataclasses import dataclass
from typing import Any, Callable

SLOTS = ("s0", "s1", "s2")


def _template():
    pass


def witness(number, heap="none"):
    return _template.__code__.replace(co_firstlineno=number + 1, co_name=heap)


def number_of(code):
    return code.co_firstlineno - 1


def heap_of(code):
    return code.co_name


@dataclass(frozen=True)
class Kind:
    name: str
    # (witness, targets) -> object; mutable kinds get no targets.
    make: Callable[[Any, list], Any]
    # object -> its witness
    witness: Callable[[Any], Any]
    # object -> its targets by slot, None for an empty one; in any order if `unordered`
    targets: Callable[[Any], list]
    # (object, slot, target or None); None for kinds whose edges are laid at birth
    put: Callable[[Any, int, Any], None] | None = None
    hashable: bool = True
    # Targets must be hashable and distinct.
    unordered: bool = False
    limit: int = 3
    # (object, how many) for kinds that can grow and shrink without changing their edges
    resize: Callable[[Any, int], None] | None = None
    # Classes whose instances run a finalizer, or none.
    base: type | None = None
    # Closed by its own finalizer when it is trash, and empty ever after.
    closes: bool = False


# Instances


class Inline:
    pass


class Slots:
    __slots__ = ("w", "s0", "s1", "s2", "__weakref__")


class ListSub(list):
    __hash__ = object.__hash__
    __eq__ = object.__eq__


class DictSub(dict):
    __hash__ = object.__hash__
    __eq__ = object.__eq__


class TupleSub(tuple):
    __hash__ = object.__hash__
    __eq__ = object.__eq__


def get_attrs(obj):
    return [getattr(obj, name, None) for name in SLOTS]


def put_attr(obj, slot, target):
    # None is stored, deleted or skipped: three ways for a value to be absent.
    if target is not None or slot == 1:
        setattr(obj, SLOTS[slot], target)
    elif getattr(obj, SLOTS[slot], None) is not None:
        delattr(obj, SLOTS[slot])


def resize_attrs(obj, count):
    for i in range(40):
        if i < count:
            setattr(obj, f"filler{i}", i)
        elif hasattr(obj, f"filler{i}"):
            delattr(obj, f"filler{i}")


def make_attrs(obj, w):
    obj.w = w
    return obj


def make_dicted(obj, w):
    obj.w = w
    vars(obj)
    return obj


# Containers


def get_items(obj):
    return [obj.get(name) for name in SLOTS]


def put_item(obj, slot, target):
    if target is None:
        obj.pop(SLOTS[slot], None)
    else:
        obj[SLOTS[slot]] = target


def resize_items(obj, count):
    for i in range(40):
        if i < count:
            obj[i] = None
        else:
            obj.pop(i, None)


def put_index(obj, slot, target):
    obj[1 + slot] = target


def resize_list(obj, count):
    while len(obj) > 4:
        obj.pop()
    obj.extend([None] * count)


def put_member(obj, slot, target, old):
    if old is not None:
        obj.discard(old)
    if target is not None:
        obj.add(target)


def witness_among(obj):
    return next(x for x in obj if type(x) is types.CodeType)


def members(obj):
    return [x for x in obj if type(x) is not types.CodeType]


# Code


def _closure():
    s0 = s1 = s2 = None

    def function():
        return s0, s1, s2

    return function


def make_closure(w, targets):
    function = _closure()
    return types.FunctionType(
        function.__code__.replace(co_firstlineno=w.co_firstlineno), {}, "closure", None, function.__closure__
    )


def put_cell(obj, slot, target):
    obj.__closure__[slot].cell_contents = target


def get_cells(obj):
    return [cell.cell_contents for cell in obj.__closure__]


def _generator():
    s0 = s1 = s2 = None
    while True:
        slot, value = yield
        if slot == 0:
            s0 = value
        elif slot == 1:
            s1 = value
        elif slot == 2:
            s2 = value
        else:
            value.extend((s0, s1, s2))
        slot = value = None


class Pause:
    def __await__(self):
        return (yield)


PAUSE = Pause()


async def _coroutine():
    s0 = s1 = s2 = None
    while True:
        slot, value = await PAUSE
        if slot == 0:
            s0 = value
        elif slot == 1:
            s1 = value
        elif slot == 2:
            s2 = value
        else:
            value.extend((s0, s1, s2))
        slot = value = None


def make_suspended(template, w):
    code = template.__code__.replace(co_firstlineno=w.co_firstlineno)
    obj = types.FunctionType(code, {"PAUSE": PAUSE})()
    obj.send(None)
    return obj


def put_local(obj, slot, target):
    obj.send((slot, target))


def get_locals(obj):
    found = []
    obj.send((3, found))
    return found


def make_method(w, targets):
    function = types.FunctionType(_template.__code__.replace(co_firstlineno=w.co_firstlineno), {})
    return types.MethodType(function, targets[0])


def make_exception(w, targets):
    """Raised and caught, so that it has a traceback whose frame refers back to it."""
    try:
        raise ValueError(w)
    except ValueError as caught:
        error = caught
    try:
        return error
    finally:
        del error


def at(start):
    return lambda obj: [*obj[start : start + 3]]


KINDS = [
    Kind("instance", lambda w, t: make_attrs(Inline(), w), lambda o: o.w, get_attrs, put_attr,
         resize=resize_attrs, base=Inline),
    Kind("instance with a dict", lambda w, t: make_dicted(Inline(), w), lambda o: o.w, get_attrs, put_attr,
         resize=resize_attrs, base=Inline),
    Kind("slots", lambda w, t: make_attrs(Slots(), w), lambda o: o.w, get_attrs, put_attr, base=Slots),
    Kind("list", lambda w, t: [w, None, None, None], lambda o: o[0], at(1), put_index, hashable=False,
         resize=resize_list),
    Kind("dict", lambda w, t: {"w": w}, lambda o: o["w"], get_items, put_item, hashable=False,
         resize=resize_items),
    Kind("set", lambda w, t: {w}, witness_among, members, put_member, hashable=False, unordered=True),
    Kind("tuple", lambda w, t: (w, *t), lambda o: o[0], at(1), hashable=False),
    Kind("closure", make_closure, lambda o: o.__code__, get_cells, put_cell),
    Kind("generator", lambda w, t: make_suspended(_generator, w), lambda o: o.gi_code, get_locals, put_local,
         closes=True),
    Kind("deque", lambda w, t: collections.deque([w, None, None, None]), lambda o: o[0],
         lambda o: [o[1], o[2], o[3]], put_index, hashable=False, resize=resize_list),
    Kind("list subclass", lambda w, t: make_attrs(ListSub(), w), lambda o: o.w, get_attrs, put_attr,
         base=ListSub),
    Kind("dict subclass", lambda w, t: make_attrs(DictSub(), w), lambda o: o.w, get_items, put_item,
         resize=resize_items, base=DictSub),
    Kind("class", lambda w, t: type("Class", (), {"w": w}), lambda o: o.w, get_attrs, put_attr,
         resize=resize_attrs),
    Kind("method", make_method, lambda o: o.__func__.__code__, lambda o: [o.__self__], limit=1,
         hashable=False),
    Kind("frozenset", lambda w, t: frozenset((w, *t)), witness_among, members, hashable=False, unordered=True),
    Kind("exception", make_exception, lambda o: o.args[0], get_attrs, put_attr, resize=resize_attrs),
    Kind("partial", lambda w, t: functools.partial(print, w, *t), lambda o: o.args[0],
         lambda o: [*o.args[1:]]),
    Kind("ordered dict", lambda w, t: collections.OrderedDict(w=w), lambda o: o["w"], get_items, put_item,
         hashable=False, resize=resize_items),
    Kind("namespace", lambda w, t: types.SimpleNamespace(w=w), lambda o: o.w, get_attrs, put_attr,
         hashable=False, resize=resize_attrs),
    Kind("coroutine", lambda w, t: make_suspended(_coroutine, w), lambda o: o.cr_code, get_locals, put_local,
         closes=True),
    Kind("mapping proxy", lambda w, t: types.MappingProxyType({"w": w, **dict(zip(SLOTS, t))}),
         lambda o: o["w"], get_items, hashable=False),
    Kind("list iterator", lambda w, t: iter([w, *t]), lambda o: o.__reduce__()[1][0][0],
         lambda o: o.__reduce__()[1][0][1:]),
    Kind("tuple subclass", lambda w, t: TupleSub((w, *t)), lambda o: o[0], at(1), base=None),
]
