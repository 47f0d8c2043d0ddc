"""One heap of the corpus while it is alive: witnesses, roots, log, collections and the verdict.

A *witness* is a code object that only its node refers to. Code objects are not tracked by any collector
and take weak references, so a witness dies exactly when its node is cleared or deallocated, and watching
it changes nothing that a collector can see: no weakref to the node, no finalizer, no extra tracked object.
"""

import atexit
import builtins
import contextvars
import gc
import sys
import types
import weakref

import js
import pyodide_js
from pyodide.ffi import create_proxy

VARIANTS = ("full", "steps", "aged", "automatic")

# Allocations after which the automatic variant gives up waiting for a collection.
AUTOMATIC_LIMIT = 60_000

ROOTS = {}
JS_ROOTS = js.Array.new()


def _template():
    pass


class Case:
    """What is known about one heap without holding any of its objects."""

    def __init__(self, variant):
        self.variant = variant
        self.log = []
        self.revived = []
        self.returned = 0
        self.reported = 0
        self.raised = 0
        self.state = None
        self._names = {}
        self._witnesses = {}
        self._ids = {}
        self._unroot = []
        self._frame_roots = []
        self._collections = 0

    # Watching

    def witness(self, name):
        """A new witness of the node `name`; the node must keep it, and nothing else may."""
        number = len(self._names) + 1
        self._names[number] = name
        code = _template.__code__.replace(co_firstlineno=number)
        self._witnesses[name] = weakref.ref(code)
        return code

    def rewitness(self, name, code):
        """Watches `code`, which numbers the same node, instead of the witness given before."""
        self._witnesses[name] = weakref.ref(code)

    def watch_id(self, name, obj):
        """Watches a node that has no room for a witness, by its address among the tracked objects."""
        self._ids[name] = (id(obj), type(obj).__name__)

    def name_of(self, code):
        return self._names[code.co_firstlineno]

    def alive(self):
        """Names of the nodes that are neither cleared nor deallocated."""
        names = {name for name, ref in self._witnesses.items() if ref() is not None}
        if self._ids:
            tracked = {(id(o), type(o).__name__) for o in gc.get_objects()}
            names |= {name for name, key in self._ids.items() if key in tracked}
        return names

    def note(self, event, name):
        self.log.append(f"{event}:{name}")

    # Rooting

    def root(self, name, obj, how):
        """Makes `obj` reachable from outside the heap in the way `how`."""
        if how == "global":
            ROOTS[name] = obj
            self._unroot.append(lambda: ROOTS.pop(name))
        elif how == "frame":
            self._frame_roots.append(obj)
        elif how == "js":
            JS_ROOTS.push(create_proxy(obj))
            self._unroot.append(lambda: JS_ROOTS.pop().destroy())
        elif how == "refcount":
            address = id(obj)
            pyodide_js._module._Py_IncRef(address)
            self._unroot.append(lambda: pyodide_js._module._Py_DecRef(address))
        elif how == "atexit":
            def at_exit(_):
                pass
            atexit.register(at_exit, obj)
            self._unroot.append(lambda: atexit.unregister(at_exit))
        elif how == "module":
            sys.modules["moult_corpus_root"] = types.ModuleType("moult_corpus_root")
            sys.modules["moult_corpus_root"].obj = obj
            self._unroot.append(lambda: sys.modules.pop("moult_corpus_root"))
        elif how == "builtins":
            builtins.moult_corpus_root = obj
            self._unroot.append(lambda: delattr(builtins, "moult_corpus_root"))
        elif how == "context":
            variable = contextvars.ContextVar("moult_corpus_root")
            token = variable.set(obj)
            self._unroot.append(lambda: variable.reset(token))
        else:
            raise ValueError(f"unknown kind of root: {how}")

    def on_release(self, function):
        """`function` undoes something that would keep the heap alive for good."""
        self._unroot.append(function)

    # Collecting

    def prepare(self):
        """Called while everything is still reachable: the variant `aged` makes the heap old first."""
        if self.variant == "aged":
            gc.collect()
            gc.collect()

    def collect(self):
        """Collects as the variant says, with the frame roots in frames, and notes what it did."""
        self._hold(self._frame_roots)

    def _hold(self, rest):
        if not rest:
            return self._collect()
        held = rest.pop()
        try:
            return self._hold(rest)
        finally:
            del held

    def _collect(self):
        gc.callbacks.append(self._observe)
        hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        try:
            if self.variant == "steps":
                self.returned += gc.collect(0) + gc.collect(1) + gc.collect(2)
            elif self.variant == "automatic":
                self._wait_for_trigger()
                self.returned = self.reported
            else:
                self.returned += gc.collect()
        finally:
            gc.callbacks.remove(self._observe)
            sys.unraisablehook = hook
        # Noted here and not later: what happens after this is not the collection's work.
        self.state = (self.alive(), list(self.log), self._garbage())

    def _wait_for_trigger(self):
        thresholds = gc.get_threshold()
        kept = []
        gc.set_threshold(100, 1, 5)
        gc.enable()
        try:
            while self._collections < 6 and len(kept) < AUTOMATIC_LIMIT:
                kept.append([])
        finally:
            gc.disable()
            gc.set_threshold(*thresholds)

    def _observe(self, phase, info):
        if phase == "stop":
            self._collections += 1
            self.reported += info["collected"] + info["uncollectable"]

    def _unraisable(self, unraisable):
        # Keeps nothing of it: the traceback holds the finalizer's frame and so the object itself.
        self.raised += 1

    def _garbage(self):
        return {self.name_of(o.w) for o in gc.garbage if isinstance(getattr(o, "w", None), types.CodeType)}

    def release(self):
        """Drops every root, revived objects too, and returns who is still alive after a collection, or two."""
        self.revived.clear()
        while self._unroot:
            self._unroot.pop()()
        for obj in gc.garbage:
            obj.__dict__.clear()
        gc.garbage.clear()
        gc.collect()
        alive = self.alive()
        if alive:
            # What a finalizer made in the first one is found in the second.
            gc.collect()
            alive = self.alive()
        return alive
