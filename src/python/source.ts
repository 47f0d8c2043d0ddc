/**
 * The Python side of the module `moult`, as source text: to Python it must be one real module (help,
 * completion, tracebacks), and a file would need a place in the host's file system.
 *
 * It reaches JavaScript through `_door` only (`door.ts`), which offers no way to change a sealed option, so
 * it does not matter that Python code can take the module apart.
 */

/**
 * The module's code; it runs with `_door` among its names. The heap tools' code comes when one of them is used first
 * (`__getattr__`). What is to be said about the code is said here: a comment in it would be in every bundle.
 */
export const MODULE_SOURCE = `\
"""The garbage collector of this Python: Moult.

Moult takes the place of CPython's cyclic garbage collector. The gc module works as
always.

    >>> import moult
    >>> moult.plan
    'incremental'
    >>> moult.stats()["generations"][2]["collections"]
    3

Besides the functions below there are the heap tools: snapshot, histogram, growth, path_to_root,
referrers, retained_size, explain, suspects, assert_no_leaks. And, to be read only:

    plan        the collection algorithm: 'incremental', 'generational' or 'builtin'
    attached    False once CPython has its own collector back
    options     the options in force, by name; set_option() changes those that can change
    version     the version of Moult
"""

from collections import namedtuple as _namedtuple
from contextlib import ContextDecorator as _ContextDecorator
from gc import collect as _collect
from types import MappingProxyType as _MappingProxyType, ModuleType as _ModuleType

__all__ = [
    "add_memory_pressure", "attached", "collect", "collect_step", "detach", "memory_report", "metrics", "no_gc", "options", "plan",
    "set_option", "stats", "version",
]
_heap_names = [
    "Snapshot", "assert_no_leaks", "explain", "growth", "histogram", "path_to_root", "referrers", "retained_size", "snapshot",
    "suspects",
]
if _door.hasHeap:
    __all__ += _heap_names


def _tools():
    return _checked(_door.heap())


class _Module(_ModuleType):
    """Some names of this module are computed, and can't be set."""

    @property
    def plan(self):
        """The collection algorithm."""
        return _door.plan

    @property
    def attached(self):
        """False once CPython has its own collector back."""
        return _door.attached()

    @property
    def options(self):
        """The options in force: a read-only mapping from names to values."""
        return _MappingProxyType(_door.options().to_py())

    @property
    def version(self):
        """The version of Moult."""
        return _door.version

    def __getattr__(self, name):
        if name not in _heap_names:
            raise AttributeError(f"module 'moult' has no attribute {name!r}")
        names = self.__dict__
        if "_heap" not in names:
            exec(compile(_tools().source, "<moult>", "exec"), names)
        return names[name]

    def __dir__(self):
        return [*__all__, *(name for name in self.__dict__ if name.startswith("__"))]


def collect(generation=2):
    """Run the garbage collector: the same as gc.collect(generation).

    Return the number of unreachable objects found. Generation 0 is the youngest; 2, the
    default, collects everything. ValueError: there is no such generation.
    """
    return _collect(generation)


_StepStats = _namedtuple(
    "StepStats",
    "count duration oldstate newstate major_is_done outcome examined collected uncollectable resurrected",
)


def collect_step(ms=None, *, if_due=False):
    """Do a part of a full collection: about ms milliseconds of it. As PyPy's gc.collect_step().

    Without ms, it takes as long as the option pauseGoal says; 0 does as little as can be
    done, float("inf") everything. Begins a cycle over the old generation when none is under
    way; with if_due only when there is enough to do. Works while gc is disabled. So this
    collects everything, a part at a time:

        while not moult.collect_step().major_is_done:
            ...

    Return a named tuple:

    count           1, or 0 when nothing was done
    duration        seconds
    oldstate        where the cycle was before: 'idle', 'mark', 'sort', 'prove' or 'clear'
    newstate        where it is now
    major_is_done   True unless the next call would go on with this cycle
    outcome         'working', 'ended' (the cycle is over), 'idle' (nothing was due), 'busy'
                    (called from within a collection), 'no-memory' (to begin a cycle)
    examined, collected, uncollectable, resurrected    objects

    TypeError, ValueError: ms is no number, or negative or NaN. RuntimeError: the plan can't
    collect in steps, or Moult is detached.
    """
    if ms is not None:
        if type(ms) not in (int, float):
            raise TypeError(f"ms must be an int, a float or None, not {type(ms).__name__}")
        if not ms >= 0:
            raise ValueError(f"ms can't be {ms}; allowed: a number of milliseconds, at least 0")
        ms = float(ms)
    result = _checked(_door.step(ms, bool(if_due))).to_py()
    result["duration"] = float(result["duration"])
    return _StepStats(**result)


class no_gc(_ContextDecorator):
    """A block, or a function, in which no collection begins by itself.

        with moult.no_gc():
            ...

    Blocks may be nested, and may overlap (in asynchronous tasks): none begins until the last
    is over. It holds for the whole interpreter. Memory may grow meanwhile without bound.
    gc.collect() and collect_step() work. gc.enable() and gc.disable() take effect after it;
    gc.isenabled() tells what will be then. RuntimeError: Moult is detached.
    """

    def __init__(self):
        self._regions = []

    def __enter__(self):
        self._regions.append(_checked(_door.beginNoGc()))
        return self

    def __exit__(self, *error):
        if not self._regions:
            raise RuntimeError("this block has not been entered")
        _door.endNoGc(self._regions.pop())


def _checked(answer):
    """An answer of the door, which is a str when it is the message of an error."""
    if type(answer) is str:
        raise RuntimeError(answer)
    return answer


def stats():
    """Return a new dict with what the collector has done since it was attached.

    plan            the collection algorithm
    generations     a list of one dict for each generation, youngest first: collections,
                    collected, uncollectable (as in gc.get_stats()), candidates (objects
                    examined for deletion), duration (seconds)
    pause_total_ms  milliseconds inside the collector, finalizers included
    pause_max_ms    milliseconds of the longest collection
    memory_bytes    the size of WebAssembly memory, which never shrinks
    allocator       who allocates Python's memory: 'pool' (Moult) or 'system' (C's malloc)
    attach_ms       milliseconds that attaching took
    """
    result = _door.stats().to_py()
    for name in "pause_total_ms", "pause_max_ms", "attach_ms":
        result[name] = float(result[name])
    for generation in result["generations"]:
        generation["duration"] = float(generation["duration"])
    return result


def metrics():
    """Return what stats() tells as a str in the text format of Prometheus.

    python_gc_objects_collected_total, python_gc_objects_uncollectable_total and
    python_gc_collections_total are called as in prometheus_client, and counted since Moult
    was attached. The others begin with moult_.
    """
    return _door.metrics()


def memory_report():
    """Return a new dict that tells how full memory is, and what holds it.

    limit_bytes     the memory limit; None: there is none
    memory_bytes    the size of WebAssembly memory, which never shrinks
    used_bytes      what of it is in use
    pressure_bytes  what add_memory_pressure() told of
    headroom_bytes  what may still be allocated below the limit; None without one
    types           the ten types that hold most: a list of dicts with name, objects and
                    bytes (approximate), largest first
    objects         how many objects were found
    object_bytes    what they hold together (approximate); C code holds the rest

    It walks the whole heap: call it to find out, not in a loop.
    """
    return _door.memoryReport().to_py()


def add_memory_pressure(bytes):
    """Tell of memory that objects hold and Python does not see; negative: it is given back.

    Return the sum, which is never below 0. It counts as used memory, so that the collector
    runs sooner. TypeError: not an int. OverflowError: too large to be true.
    """
    if type(bytes) is not int:
        raise TypeError(f"memory pressure must be an int, not {type(bytes).__name__}")
    if abs(bytes) >= 2**53:
        raise OverflowError("memory pressure must be below 2**53 bytes")
    return int(_door.addMemoryPressure(bytes))


def set_option(name, value):
    """Change an option while the program runs.

    'verify' can change, 0 to 3: how much the collector checks itself; and 'memoryLimit', a
    number of bytes or a str like '256MiB': how far memory may grow.
    ValueError: there is no such option, or it can't change, or not to this value.
    PermissionError: the host has sealed the options.
    """
    if not hasattr(_door, "setOption"):
        raise PermissionError("sealed by the host")
    if type(name) is not str:
        raise TypeError(f"the name of an option must be a str, not {type(name).__name__}")
    if type(value) not in (bool, int, str):
        raise ValueError(f'option "{name}" can\\'t be a {type(value).__name__}')
    problem = _door.setOption(name, value)
    if problem:
        raise ValueError(problem)


def detach():
    """Give CPython its own collector back; this module is removed then.

    Return True when that is done, False when a collection is under way and it will be
    done at its end. PermissionError: the host has sealed the options.
    """
    if not hasattr(_door, "detach"):
        raise PermissionError("sealed by the host")
    return _door.detach()
`;

/**
 * An expression: a function that runs the source of the loader and returns its `install`. Pyodide's own
 * `runPython` treats each statement in Python before it compiles it; `exec` takes a third of that time.
 */
export const LOAD = 'lambda source: (names := {}, exec(source, names))[0].pop("install")';

/**
 * Defines a function that puts the module in place and returns one that removes it.
 *
 *   last_answers        stand in place of the door, for who still has the module: nothing of JavaScript's stays in Python's hands
 *   forget_last_method  Pyodide keeps the JavaScript method that was called last, and so the door. One of js.Math takes its
 *                       place, which a snapshot knows where to find again. Where the host has taken js away, there is a
 *                       door left that leads nowhere
 *   install             with a spec, importlib.util.find_spec("moult") works and repr() says where the module comes from
 */
export const LOADER_SOURCE = `\
def last_answers(door):
    from marshal import dumps, loads
    from types import SimpleNamespace

    def repeat(answer):
        text = dumps(answer.to_py())
        return lambda: SimpleNamespace(to_py=lambda: loads(text))

    metrics = door.metrics()
    detached = "this Moult is detached; attach again to use it"
    answers = dict(
        version=door.version, plan=door.plan, attached=lambda: False, options=repeat(door.options()), stats=repeat(door.stats()),
        metrics=lambda: metrics, step=lambda ms, if_due: detached, beginNoGc=lambda: detached, endNoGc=lambda region: None,
        heap=lambda: detached,
    )
    if hasattr(door, "detach"):
        answers.update(detach=lambda: True, setOption=lambda name, value: "Moult is detached: no option can change")
    return SimpleNamespace(**answers)


def forget_last_method():
    try:
        from js import Math

        Math.abs(0)
    except Exception:
        pass


def install(source, door):
    import sys
    from _frozen_importlib import ModuleSpec
    from types import ModuleType

    module = ModuleType("moult")
    module.__spec__ = ModuleSpec("moult", None, origin="attached to this Python")
    module._door = door
    exec(compile(source, "<moult>", "exec"), module.__dict__)
    module.__class__ = module.__dict__.pop("_Module")

    missing = object()
    previous = sys.modules.get("moult", missing)
    sys.modules["moult"] = module

    def remove():
        module._door = last_answers(door)
        forget_last_method()
        if sys.modules.get("moult") is not module:
            return
        if previous is missing:
            del sys.modules["moult"]
        else:
            sys.modules["moult"] = previous

    return remove
`;
