"""Kinds of nodes that have code or belong to it: functions, cells, frames, generators, classes, modules."""

import asyncio
import collections
import contextvars
import ctypes
import functools
import io
import threading
import types

import js
import moult_finalizers
from moult_kinds import KINDS, Kind, every, first, kind, set_attr
from pyodide.ffi import create_proxy


# Functions, cells, methods

def link_function(obj, via, name, target):
    if via == "closure":
        obj.__closure__[0].cell_contents = target
    elif via == "default":
        obj.__defaults__ = (*(obj.__defaults__ or ()), target)
    elif via == "kwdefault":
        obj.__kwdefaults__ = {**(obj.__kwdefaults__ or {}), name: target}
    elif via == "annotation":
        obj.__annotations__[name] = target
    else:
        setattr(obj, name, target)


@kind("function", via="closure", link=link_function, early=("cell",))
def make_function(w, early, node):
    """Its code is the witness. One free variable, held by a cell of its own or by a node of kind cell."""
    env = None

    def function(*_):
        return env
    code = function.__code__.replace(co_firstlineno=w.co_firstlineno)
    cell = first(early, "cell") or types.CellType()
    node["rewitness"](code)
    return types.FunctionType(code, globals(), "function", None, (cell,))


@kind("cell", via="contents", link=lambda o, v, n, t: setattr(o, "cell_contents", t), witnessed=False)
def make_cell(w, early, node):
    return types.CellType()


@kind("method", via="self", early=("self", "function"))
def make_method(w, early, node):
    def function(self):
        pass
    function.__defaults__ = (w,)
    return types.MethodType(first(early, "function", function), first(early, "self"))


@kind("builtinmethod", via="self", early=("self",), witnessed=False)
def make_builtinmethod(w, early, node):
    return first(early, "self").append


@kind("methodwrapper", via="self", early=("self",), witnessed=False)
def make_methodwrapper(w, early, node):
    return first(early, "self").__repr__


@kind("super", via="self", early=("self",), witnessed=False)
def make_super(w, early, node):
    target = first(early, "self")
    return super(type(target), target)


# Generators and their kin, suspended with the edges in local variables

def _generator(w):
    a = b = None
    a = yield
    b = yield
    yield


def _generator_finally(w, done):
    a = b = None
    try:
        a = yield
        b = yield
        yield
    finally:
        done()


def _delegating(w):
    inner = yield
    yield from inner


def start(obj):
    obj.send(None)
    return obj


def _done(node):
    return functools.partial(moult_finalizers.current.note, "finalize", node["name"])


def _send(obj, via, name, target):
    obj.send(target)


@kind("generator", via="local", link=_send)
def make_generator(w, early, node):
    return start(_generator_finally(w, _done(node)) if "finalizer" in node else _generator(w))


@kind("delegator", via="from", link=_send)
def make_delegator(w, early, node):
    return start(_delegating(w))


KINDS["unstarted"] = Kind(
    lambda w, early, node: _unstarted(w, *every(early, "argument")), "argument", None, frozenset(["argument"]))


def _unstarted(w, *targets):
    yield w, targets


@types.coroutine
def _suspend():
    return (yield)


async def _coroutine(w):
    a = b = None
    a = await _suspend()
    b = await _suspend()
    await _suspend()


async def _coroutine_finally(w, done):
    a = None
    try:
        a = await _suspend()
        await _suspend()
    finally:
        done()


@kind("coroutine", via="local", link=_send)
def make_coroutine(w, early, node):
    return start(_coroutine_finally(w, _done(node)) if "finalizer" in node else _coroutine(w))


async def _asyncgen(w):
    a = b = None
    a = yield
    b = yield
    yield


def _drive(obj, value):
    try:
        obj.asend(value).send(None)
    except StopIteration:
        pass


@kind("asyncgen", via="local", link=lambda o, v, n, t: _drive(o, t))
def make_asyncgen(w, early, node):
    obj = _asyncgen(w)
    _drive(obj, None)
    return obj


# Exceptions, tracebacks, frames

def link_exception(obj, via, name, target):
    if via == "cause":
        obj.__cause__ = target
    elif via == "context":
        obj.__context__ = target
    elif via == "args":
        obj.args = (*obj.args, target)
    else:
        setattr(obj, name, target)


def _raise(error, held):
    raise error


@kind("exception", via="attr", link=link_exception, early=("frame",))
def make_exception(w, early, node):
    """With `traceback=y` it was raised and caught: its traceback holds the frames it went through."""
    error = ValueError(w)
    if node.get("traceback") == "y":
        try:
            _raise(error, every(early, "frame"))
        except ValueError:
            pass
    return error


@kind("group", via="item", early=("item",))
def make_group(w, early, node):
    group = ExceptionGroup("group", every(early, "item"))
    group.w = w
    return group


@kind("frame", via="local", early=("local",), witnessed=False)
def make_frame(w, early, node):
    """The frame of a function that has returned, kept by whoever refers to this node."""
    held = every(early, "local")
    try:
        _raise(ValueError(), held)
    except ValueError as error:
        return error.__traceback__.tb_next.tb_frame


# Classes and modules

@kind("metaclass", via="attr", link=set_attr)
def make_metaclass(w, early, node):
    return type("Meta", (type,), {"w": w})


@kind("class", via="attr", link=set_attr, early=("base", "meta"))
def make_class(w, early, node):
    meta = first(early, "meta", type)
    return meta("Class", tuple(every(early, "base")), {"w": w})


@kind("object", via="attr", link=set_attr, early=("class",))
def make_object(w, early, node):
    """An instance whose class is a node too."""
    obj = first(early, "class")()
    obj.w = w
    return obj


@kind("module", via="attr", link=set_attr)
def make_module(w, early, node):
    module = types.ModuleType("moult_corpus_module")
    module.w = w
    return module


@kind("namedtuple", early=("item",))
def make_namedtuple(w, early, node):
    return Pair(w, *every(early, "item")[:1])


Pair = collections.namedtuple("Pair", "w item")


# The rest of the standard library

@kind("contextvar", via="default", early=("default",))
def make_contextvar(w, early, node):
    return contextvars.ContextVar("moult", default=(w, first(early, "default")))


@kind("context", via="value", early=("value",))
def make_context(w, early, node):
    context = contextvars.Context()
    variable = contextvars.ContextVar("moult")
    context.run(variable.set, (w, first(early, "value")))
    return context


class Local(threading.local):
    pass


class Bytes(io.BytesIO):
    pass


class Future(asyncio.Future):
    pass


def add_simple(name, make):
    def made(w, early, node):
        obj = make()
        obj.w = w
        return obj
    KINDS[name] = Kind(made, "attr", set_attr)


add_simple("local", Local)
add_simple("bytesio", Bytes)


@kind("future", via="result", link=lambda o, v, n, t: (
    o.add_done_callback(t) if v == "callback" else o.set_result(t)))
def make_future(w, early, node):
    loop = asyncio.new_event_loop() if node.get("loop") == "new" else asyncio.get_event_loop()
    obj = Future(loop=loop)
    obj.w = w
    return obj


@kind("pyobject", via="value", link=lambda o, v, n, t: setattr(o, "value", t))
def make_pyobject(w, early, node):
    return _PyObject(w)


class _PyObject(ctypes.py_object):
    """A ctypes box: the edge is a raw pointer, kept alive by the box's dictionary of kept objects."""

    def __init__(self, w):
        self.w = w


# The border to JavaScript

@kind("jsobject", via="js", link=None, early=("js",), witnessed=False)
def make_jsobject(w, early, node):
    """A JavaScript object that holds the target through a PyProxy: an edge that no collector here sees."""
    obj = js.Object.new()
    obj.label = node["name"]
    for target in every(early, "js"):
        proxy = create_proxy(target)
        obj.target = proxy
        moult_finalizers.current.on_release(proxy.destroy)
        del proxy
    return obj
