"""A random heap and its model.

The model knows the graph as numbers only and holds none of its objects; the driver gets at an object by
walking to it from the roots, as a program would, and so finds out whether the edges are still what they
should be. Three things are checked after each collection:

- no node that the model can reach from a root has died, and every one of them has its kind and its edges;
- after a full collection, every other node is dead;
- finalizers and weakref callbacks ran once for the dead, and not for the living.
"""

import gc
import itertools
import sys
import types
import weakref

import js
import pyodide_js
from fuzz_kinds import KINDS, heap_of, number_of, put_attr, SLOTS, witness
from fuzz_ops import FINALIZERS, ROOTS
from pyodide.ffi import create_proxy


class Wrong(Exception):
    """The collector did something that it must not do, or failed to do something."""


class Node:
    """What the model knows of one node: numbers, and weak references to what does not matter to collectors."""

    __slots__ = ("kind", "edges", "weak", "ref", "finalizer", "finalized", "roots", "saved")

    def __init__(self, kind, ref, finalizer):
        self.kind = kind
        self.edges = [-1, -1, -1]
        self.weak = {}
        self.ref = ref
        self.finalizer = finalizer
        self.finalized = 0
        self.roots = []
        # Was trash once, and saved by a finalizer: its weak references may have been cleared.
        self.saved = False


class Heap:
    # The heap that is running, for finalizers.
    current = None
    serials = itertools.count()

    def __init__(self):
        # Witnesses bear it: on a runtime where garbage may live on, that of an earlier heap dies in a later one.
        self.name = f"heap {next(self.serials)}"
        self.nodes = {}
        self.weakrefs = []
        self.calls = []
        self.collections = 0
        # Dicts that CPython 3.13 forgot to track; see track_forgotten_dicts.
        self.forgotten = 0

    # The model

    def reachable(self, surely=False):
        """
        Numbers of the nodes that the model reaches from the roots. Not `surely` if the way leads through a
        generator that was saved from the trash: its own finalizer may have emptied it.
        """
        nodes = self.nodes
        found = {number for number, node in nodes.items() if node.roots}
        todo = list(found)
        while todo:
            node = nodes[todo.pop()]
            if surely and node.saved and KINDS[node.kind].closes:
                continue
            for target in node.edges:
                if target >= 0 and target not in found:
                    found.add(target)
                    todo.append(target)
        return found

    # The real heap

    def walk(self, check=False):
        """Objects by number, as found on the way from the roots; every edge is read."""
        objects = {}
        todo = []
        for number, node in self.nodes.items():
            if node.roots:
                objects[number] = self.root_target(node.roots[0])
                todo.append(number)
        while todo:
            number = todo.pop()
            node, obj = self.nodes[number], objects[number]
            kind = KINDS[node.kind]
            if kind.closes and node.saved and (obj.gi_frame if node.kind == GENERATOR else obj.cr_frame) is None:
                # Closed by its own finalizer before another one saved it.
                node.edges = [-1, -1, -1]
                node.weak.clear()
                continue
            if check and number_of(kind.witness(obj)) != number:
                raise Wrong(f"node {number} ({kind.name}) is another object: {obj!r:.60}")
            found = kind.targets(obj)
            if kind.unordered:
                found = self.in_order(node, found)
            for slot, target in enumerate(node.edges):
                real = found[slot] if slot < len(found) else None
                if slot in node.weak:
                    self.check_weak_edge(number, slot, real)
                elif (target < 0) != (real is None):
                    raise Wrong(f"node {number} ({kind.name}) lost or won edge {slot}: {target} became {real!r:.60}")
                elif target >= 0:
                    other = KINDS[self.nodes[target].kind]
                    if number_of(other.witness(real)) != target:
                        raise Wrong(f"edge {slot} of node {number} ({kind.name}) leads astray: {real!r:.60}")
                    if target not in objects:
                        objects[target] = real
                        todo.append(target)
        return objects

    def in_order(self, node, found):
        """The members of a set in the order of the model's slots."""
        by_number = {number_of(KINDS[self.nodes[t].kind].witness(o)): o for t in node.edges if t >= 0
                     for o in found if self.is_node(o, t)}
        if len(found) != sum(t >= 0 for t in node.edges):
            raise Wrong(f"a set has {len(found)} members instead of {node.edges}")
        return [by_number.get(t) for t in node.edges]

    def is_node(self, obj, number):
        try:
            return number_of(KINDS[self.nodes[number].kind].witness(obj)) == number
        except (AttributeError, TypeError, LookupError, StopIteration):
            return False

    def check_weak_edge(self, number, slot, real):
        target = self.nodes[number].weak[slot]
        if type(real) is not weakref.ref:
            raise Wrong(f"edge {slot} of node {number} is no weak reference any more: {real!r:.60}")
        obj = real()
        if obj is None:
            # Weak references that are trash are cleared too, even if they and their target are saved.
            spent = self.nodes[number].saved or self.nodes[target].saved
            if target in self.reachable() and not spent:
                raise Wrong(f"the weak reference of node {number} to the live node {target} was cleared")
        elif not self.is_node(obj, target):
            raise Wrong(f"the weak reference of node {number} to node {target} leads astray: {obj!r:.60}")

    # Roots

    def root_target(self, root):
        how, held = root
        if how == "frame":
            found = []
            held.send((3, found))
            return found[0]
        if how == "refcount":
            return held[0]()
        if how == "javascript":
            return held.unwrap()
        return held[0]

    def add_root(self, number, obj, how):
        node = self.nodes[number]
        if how == "frame":
            held = KINDS[GENERATOR].make(witness(0), [])
            held.send((0, obj))
        elif how == "refcount":
            # The reference that C code might hold; the weak one is for finding the object again.
            try:
                held = [weakref.ref(obj), id(obj)]
            except TypeError:
                return self.add_root(number, obj, "dict")
            pyodide_js._module._Py_IncRef(held[1])
        elif how == "javascript":
            held = create_proxy(obj)
        else:
            held = [obj]
        node.roots.append((how, held))

    def drop_root(self, number):
        node = self.nodes[number]
        if not node.roots:
            return
        how, held = node.roots.pop()
        if how == "refcount":
            pyodide_js._module._Py_DecRef(held[1])
        elif how == "javascript":
            held.destroy()

    # Finalizers and callbacks

    def finalized(self, number, obj):
        """Called by the finalizer of a node, inside or outside of a collection."""
        node = self.nodes[number]
        node.finalized += 1
        action = node.finalizer
        if action == "resurrects":
            self.add_root(number, obj, "dict")
            for saved in self.reached_from(number):
                self.nodes[saved].saved = True
        elif action == "drops":
            for slot in range(3):
                there = node.edges[slot] >= 0 or slot in node.weak
                node.edges[slot] = -1
                node.weak.pop(slot, None)
                if there:
                    drop_edge(KINDS[node.kind], obj, slot)
        elif action == "collects":
            gc.collect()

    def reached_from(self, number):
        found = {number}
        todo = [number]
        while todo:
            for target in self.nodes[todo.pop()].edges:
                if target >= 0 and target not in found:
                    found.add(target)
                    todo.append(target)
        return found

    # Checks

    def check_alive(self, live):
        for number in live:
            if self.nodes[number].ref() is None:
                raise Wrong(f"node {number} ({KINDS[self.nodes[number].kind].name}) is reachable and yet dead")

    def check_dead(self):
        left = self.left()
        for _ in range(3):
            if not left or not self.track_forgotten_dicts(left):
                break
            gc.collect()
            left = self.left()
        if left:
            kind = KINDS[self.nodes[min(left)].kind]
            raise Wrong(f"node {min(left)} ({kind.name}) is unreachable and yet alive")

    def left(self):
        """Numbers of the nodes that the model cannot reach, and that are not dead."""
        live = self.reachable()
        return {number for number, node in self.nodes.items() if number not in live and node.ref() is not None}

    def track_forgotten_dicts(self, left):
        """
        CPython 3.13 forgets to track the dict object of an instance if its first tracked value came by way of
        the instance; once such a dict has parted from the instance's inline values, a cycle through it is never
        found (tests/corpus/cases/free_dict_forgotten.py). Tracks them, and says how many there were.
        """
        if sys.version_info >= (3, 14):
            return 0
        found = 0
        for obj in gc.get_objects():
            witness_of = getattr(obj, "w", None) if hasattr(type(obj), "__dictoffset__") else None
            if type(witness_of) is not types.CodeType or number_of(witness_of) not in left:
                continue
            values = getattr(obj, "__dict__", None)
            if type(values) is dict and not gc.is_tracked(values) and any(map(gc.is_tracked, values.values())):
                values["tracked"] = []
                del values["tracked"]
                found += 1
        self.forgotten += found
        return found

    def check(self, full):
        self.collections += 1
        # Before anything is touched: what is dead must not be looked at.
        self.check_alive(self.reachable(surely=True))
        self.walk(check=True)
        live = self.reachable()
        self.check_alive(live)
        if full:
            self.check_dead()
            live = self.reachable()
        for number, node in self.nodes.items():
            dead = node.ref() is None
            wanted = (int(dead),) if not node.saved else (0, 1) if not dead else (1,)
            if node.finalizer and (full or dead or number in live) and node.finalized not in wanted:
                raise Wrong(f"the finalizer of node {number} ran {node.finalized} times; dead: {dead}")
        for (number, ref), calls in zip(self.weakrefs, self.calls):
            dead, node = self.nodes[number].ref() is None, self.nodes[number]
            if dead and (ref() is not None or calls != 1):
                raise Wrong(f"a weak reference to the dead node {number}: {ref()!r:.60}, {calls} callbacks")
            if number in live and not node.saved and (ref() is None or calls):
                raise Wrong(f"a weak reference to the live node {number} was cleared; {calls} callbacks")


def drop_edge(kind, obj, slot):
    """
    Makes no object on the way. To delete an attribute may make a dict for the instance, and a collector that has
    decided already what is trash takes a new object for a live one: it would save whatever it refers to.
    """
    if kind.put is put_attr:
        setattr(obj, SLOTS[slot], None)
    else:
        kind.put(obj, slot, None)


def _finalizing(base):
    def __del__(self):
        heap = Heap.current
        if heap is None:
            return
        code = KINDS_BY_BASE[base].witness(self)
        if heap_of(code) == heap.name:
            heap.finalized(number_of(code), self)

    body = {"__del__": __del__, **({"__slots__": ()} if "__slots__" in vars(base) else {})}
    return type(base.__name__ + "WithFinalizer", (base,), body)


GENERATOR = next(i for i, kind in enumerate(KINDS) if kind.name == "generator")
KINDS_BY_BASE = {kind.base: kind for kind in KINDS if kind.base}
WITH_FINALIZER = {base: _finalizing(base) for base in KINDS_BY_BASE}
