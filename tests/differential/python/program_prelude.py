"""
What random programs are written in: small objects that log what happens to them, and the ways in which they come to
refer to each other.

Three logs, which differ in what may depend on when collections happen:

  said     what a program sees of objects that it can reach: never
  events   finalizers and callbacks, each with the statement during which it ran: the statement may
  seen     what weak references and the gc module show: all of it; written only while collections are all asked for
"""

import collections
import contextvars
import functools
import gc
import types
import weakref

now = 0  # Number of the statement that runs.
said, events, seen = [], [], []
saved = []  # What finalizers saved from death; no program reads it.
kept = []  # Weak references that are never dropped, so that their callbacks must come.
manual = True
collect = gc.collect  # What finalizers do that want a collection.


def reset(is_manual, collects=True):
    global now, manual, collect
    now, manual, collect = 0, is_manual, gc.collect if collects else list
    for log in (said, events, seen, saved, kept):
        log.clear()


def event(kind, name):
    events.append((now, f"{kind} {name}"))


def say(what):
    said.append((now, what))


def see(what):
    if manual:
        seen.append((now, str(what)))


# ── Objects ───────────────────────────────────────────────────────────────────────────────────────


class Plain:
    def __init__(self, name):
        self.name = name
        self.edges = []

    def method(self):
        return self


class Slotted:
    __slots__ = ("name", "edges", "__weakref__")

    def __init__(self, name):
        self.name, self.edges = name, []

    method = Plain.method


class Row(list):
    def __init__(self, name):
        self.name, self.edges = name, self

    method = Plain.method
    __hash__ = object.__hash__
    __eq__ = object.__eq__


class Table(dict):
    def __init__(self, name):
        self.name, self.edges = name, Edges(self)

    method = Plain.method
    __hash__ = object.__hash__
    __eq__ = object.__eq__


class Edges:
    """The values of a dict as a list's; refers to the dict, so that every table is in a cycle."""

    __slots__ = ("table",)

    def __init__(self, table):
        self.table = table

    def append(self, edge):
        self.table[len(self.table), "key"] = edge

    def pop(self):
        return self.table.popitem()[1]

    def clear(self):
        self.table.clear()

    def __iter__(self):
        return iter(list(self.table.values()))

    def __len__(self):
        return len(self.table)


class Finalized(Plain):
    def __del__(self):
        event("finalizer", self.name)


class FinalizedSlots(Slotted):
    __slots__ = ()

    def __del__(self):
        event("finalizer", self.name)


class Resurrected(Plain):
    """Holds nothing any more unless the program is manual: whether the finalizers of what it holds run goes by the way it died."""

    def __del__(self):
        event("finalizer", self.name)
        if not manual:
            self.edges.clear()
        saved.append(self)


class Dropping(Plain):
    def __del__(self):
        event("finalizer", self.name)
        self.edges.clear()


class Collecting(Plain):
    def __del__(self):
        event("finalizer", self.name)
        collect()


class Raising(Plain):
    def __del__(self):
        event("finalizer", self.name)
        try:
            raise ValueError(self.name)
        except ValueError as error:
            # Its frames lead to those that a collection happens to interrupt, and what these hold.
            self.error = error.with_traceback(None)


CLASSES = [Plain, Slotted, Row, Table, Finalized, Finalized, FinalizedSlots, Resurrected, Dropping, Collecting, Raising]


def new_class(name, held):
    """An instance of a class of its own; the class is in cycles by itself, and holds something."""

    def __del__(self):
        event("finalizer", self.name)

    return type("Made", (Plain,), {"held": held, "__del__": __del__})(name)


# ── Ways to refer ─────────────────────────────────────────────────────────────────────────────────


def closure(x):
    return lambda: x


def generator(x):
    # Now, for what it refers to may get another name before it is closed, or after.
    name = getattr(x, "name", "?")
    try:
        while True:
            yield x
    finally:
        event("generator closed", name)


def started(x):
    running = generator(x)
    next(running)
    return running


class Pause:
    def __await__(self):
        yield self


async def coroutine(x):
    while True:
        await Pause()
        x = x if x is not None else Pause()


def waiting(x):
    running = coroutine(x)
    running.send(None)
    return running


def caught(x):
    """An exception whose traceback's frames hold something, and itself."""

    def fail(inner):
        raise LookupError(inner.name if hasattr(inner, "name") else "?")

    try:
        try:
            fail(x)
        except LookupError as error:
            raise RuntimeError("second") from error
    except RuntimeError as error:
        kept_in_frame = error
        return kept_in_frame


def in_context(x):
    variable = contextvars.ContextVar("variable")
    context = contextvars.copy_context()
    context.run(variable.set, x)
    context.run(variable.set, (x, variable))
    return context


def counted(x):
    found = collections.Counter()
    found[closure(x)] += 1
    return found


def ordered(x):
    found = collections.OrderedDict()
    found["key"] = x
    return found


WRAPS = [
    lambda x: x, lambda x: [x], lambda x: (x,), lambda x: (1, (x, "text")), lambda x: {"key": x}, lambda x: {closure(x)},
    lambda x: frozenset([closure(x)]), closure, lambda x: x.method if hasattr(x, "method") else x, started, waiting, caught,
    lambda x: functools.partial(print, x, key=x), lambda x: collections.deque([x, x]), ordered, counted, in_context,
    lambda x: collections.defaultdict(list, {1: [x]}), lambda x: types.SimpleNamespace(x=x), lambda x: iter([x, x]),
    lambda x: enumerate([x]), lambda x: map(closure(x), [x]), lambda x: property(closure(x)), lambda x: types.MappingProxyType({1: x}),
    lambda x: super(Plain, x) if isinstance(x, Plain) else x, lambda x: staticmethod(closure(x)),
]


def link(holder, x, wrap):
    holder.edges.append(WRAPS[wrap](x))


def ring(names, kind, wrap):
    """Objects in a ring; the first is given back."""
    nodes = [CLASSES[kind](name) for name in names]
    for node, following in zip(nodes, nodes[1:] + nodes[:1]):
        link(node, following, wrap)
    return nodes[0]


def chain(names, kind):
    """Objects in a chain, the last of which refers to itself; the first is given back."""
    nodes = [CLASSES[kind](name) for name in names]
    for node, following in zip(nodes, nodes[1:]):
        link(node, following, 0)
    link(nodes[-1], nodes[-1], 0)
    return nodes[0]


# ── Looking ───────────────────────────────────────────────────────────────────────────────────────


def names(x, limit=60):
    """The names of objects that can be reached by attributes and items, breadth first."""
    found, known, queue = [], set(), collections.deque([x])
    while queue and len(found) < limit:
        x = queue.popleft()
        if id(x) in known:
            continue
        known.add(id(x))
        if hasattr(x, "edges") and hasattr(x, "name"):
            found.append(x.name)
            queue.extend(x.edges)
        elif isinstance(x, (list, tuple, collections.deque)):
            queue.extend(x)
        elif isinstance(x, dict):
            queue.extend(x.values())
        elif isinstance(x, types.MethodType):
            queue.append(x.__self__)
        elif isinstance(x, types.FunctionType):
            queue.extend(cell.cell_contents for cell in x.__closure__ or ())
        elif isinstance(x, functools.partial):
            queue.extend(x.args)
        elif isinstance(x, types.GeneratorType):
            queue.append(next(x))
        elif isinstance(x, BaseException):
            queue.extend([x.__cause__, *(f.f_locals.get("x") for f in frames(x))])
        elif isinstance(x, types.SimpleNamespace):
            queue.append(x.x)
    return found


def frames(error):
    at = error.__traceback__
    while at is not None:
        yield at.tb_frame
        at = at.tb_next


def watch(x, name):
    """A weak reference that stays, with a callback. One to what is saved is called or not by the way in which that died."""
    if isinstance(x, Resurrected) and not manual:
        return
    kept.append(weakref.ref(x, lambda _: event("callback", name)))


def finalize(x, name):
    if isinstance(x, Resurrected) and not manual:
        return
    weakref.finalize(x, event, "finalize", name).atexit = False


def reference(x):
    """A weak reference that may be dropped, or die together with what it refers to: then its callback need not come."""
    return weakref.ref(x, lambda _: see("callback"))


def noise(count):
    """Garbage that nobody hears of."""
    for i in range(count):
        a, b = [i], {"i": i}
        a.append(b)
        b["a"] = a
