"""The classes of the corpus' instances, with or without a finalizer.

Made anew for each case and kept alive during it: a class that was part of the heap would count among the
collected, and one that served an earlier case has learned its attribute names, so that instances of it may
be laid out differently.
"""

import functools
import gc

# The case that is running; finalizers log to it.
current = None


def begin(case):
    global current
    current = case
    _subclass.cache_clear()


def finalizing(base, node):
    """A subclass of `base` whose finalizer does what the node's attribute `finalizer` says."""
    return _subclass(base, node.get("finalizer"))


@functools.cache
def _subclass(base, action):
    body = {}
    if "__slots__" in base.__dict__:
        body["__slots__"] = ()
    if action is not None:
        body["__del__"] = _finalizer(ACTIONS[action])
    return type(f"{base.__name__}_{action}", (base,), body)


def _finalizer(act):
    def __del__(self):
        current.note("finalize", current.name_of(self.w))
        act(self)
    return __del__


def plain(self):
    pass


def resurrects(self):
    current.revived.append(self)


def resurrects_targets(self):
    """Saves whom it refers to, but not itself."""
    values = getattr(self, "__dict__", None) or {name: getattr(self, name, None) for name in "abcd"}
    current.revived.extend(value for name, value in values.items() if name != "w")


def raises(self):
    raise ValueError("a finalizer that raises")


def collects(self):
    """A collection inside a collection does nothing and says so."""
    if gc.collect() != 0:
        current.note("nested", "collect")


def drops(self):
    """Breaks its own edges, so that reference counting frees part of the trash before clearing does."""
    witness = self.w
    self.__dict__.clear()
    self.w = witness


ACTIONS = {f.__name__: f for f in (plain, resurrects, resurrects_targets, raises, collects, drops)}
