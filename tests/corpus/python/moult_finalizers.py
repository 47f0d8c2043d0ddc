"""Classes with finalizers, made once and kept: a class of its own would be part of each heap."""

import functools
import gc

# The case that is running; finalizers log to it.
current = None


def finalizing(base, node):
    """`base`, or a subclass of it whose finalizer does what the node's attribute `finalizer` says."""
    return _subclass(base, node["finalizer"]) if "finalizer" in node else base


@functools.cache
def _subclass(base, action):
    act = ACTIONS[action]

    def __del__(self):
        name = current.name_of(self.w)
        current.note("finalize", name)
        act(self)
    body = {"__del__": __del__}
    if "__slots__" in base.__dict__:
        body["__slots__"] = ()
    return type(f"{base.__name__}_{action}", (base,), body)


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
