"""Runs operations on random heaps, many heaps a call, and reports the first thing that went wrong."""

import gc
import json
import sys
import weakref

import fuzz_ops
from fuzz_heap import Heap, Node, WITH_FINALIZER, Wrong
from fuzz_kinds import KINDS, witness
from fuzz_ops import FINALIZERS, ROOTS

# The class of an error that the driver itself did not expect is a finding too.
FINDINGS = (Wrong, AttributeError, TypeError, LookupError, ValueError, SystemError, ReferenceError)


BROKEN = []


def new(heap, number, kind_number, finalizer, root, *targets):
    if number in heap.nodes:
        return
    kind = KINDS[kind_number]
    objects = heap.walk()
    # Edges that exist from birth: only towards what is there and fits.
    chosen = []
    if kind.put is None:
        for target in targets:
            if target in objects and target not in chosen and fits(heap, kind, target):
                chosen.append(target)
        chosen = chosen[: kind.limit]
        if kind.limit == 1 and not chosen:
            return
    born_with = [objects[target] for target in chosen]
    # The traceback of an exception keeps this frame, and so whatever its variables hold.
    objects.clear()
    node = Node(kind_number, None, FINALIZERS[finalizer])
    heap.nodes[number] = node
    obj = kind.make(witness(number, heap.name), born_with)
    born_with.clear()
    if node.finalizer:
        obj.__class__ = WITH_FINALIZER[kind.base]
    node.ref = weakref.ref(kind.witness(obj))
    node.edges[: len(chosen)] = chosen
    if root >= 0:
        heap.add_root(number, obj, ROOTS[root])


def fits(heap, kind, target):
    return not kind.unordered or KINDS[heap.nodes[target].kind].hashable


def lay(heap, a, slot, target, value, weak=None):
    """Changes one edge in the model first: what dies of it may call finalizers, which look at the model."""
    node = heap.nodes[a]
    kind = KINDS[node.kind]
    objects = heap.walk()
    obj = objects[a]
    old = node.edges[slot]
    previous = objects.get(old)
    objects.clear()
    node.edges[slot] = target
    node.weak.pop(slot, None)
    if weak is not None:
        node.weak[slot] = weak
    if kind.unordered:
        kind.put(obj, slot, value, previous)
    else:
        kind.put(obj, slot, value)


def mutable(heap, a, objects):
    if a not in objects:
        return False
    node = heap.nodes[a]
    kind = KINDS[node.kind]
    return kind.put is not None and not closed(kind, objects[a])


def closed(kind, obj):
    return kind.closes and getattr(obj, "gi_frame", getattr(obj, "cr_frame", None)) is None


def link(heap, a, slot, b):
    objects = heap.walk()
    if b not in objects or not mutable(heap, a, objects):
        return
    kind = KINDS[heap.nodes[a].kind]
    if kind.unordered and (b in heap.nodes[a].edges or not fits(heap, kind, b)):
        return
    value = objects[b]
    objects.clear()
    lay(heap, a, slot, b, value)


def unlink(heap, a, slot):
    if mutable(heap, a, heap.walk()):
        lay(heap, a, slot, -1, None)


def weaklink(heap, a, slot, b):
    objects = heap.walk()
    if b not in objects or not mutable(heap, a, objects) or KINDS[heap.nodes[a].kind].unordered:
        return
    try:
        value = weakref.ref(objects[b])
    except TypeError:
        return
    objects.clear()
    lay(heap, a, slot, -1, value, weak=b)


def root(heap, a, how):
    objects = heap.walk()
    if a in objects:
        heap.add_root(a, objects[a], ROOTS[how])


def unroot(heap, a):
    if a in heap.nodes:
        heap.drop_root(a)


def replace_dict(heap, a):
    """An instance gets a dict object, or another one with the same contents."""
    obj = heap.walk().get(a)
    if obj is not None and KINDS[heap.nodes[a].kind].name.startswith("instance"):
        obj.__dict__ = dict(obj.__dict__)


def resize(heap, a, count):
    obj = heap.walk().get(a)
    if obj is not None and KINDS[heap.nodes[a].kind].resize:
        KINDS[heap.nodes[a].kind].resize(obj, count)


def add_weakref(heap, a):
    obj = heap.walk().get(a)
    if obj is None:
        return
    index = len(heap.calls)

    def callback(_, calls=heap.calls):
        calls[index] += 1

    try:
        ref = weakref.ref(obj, callback)
    except TypeError:
        return
    heap.calls.append(0)
    heap.weakrefs.append((a, ref))


def collect(heap, generation):
    gc.collect(generation)
    heap.check(generation == 2)


def churn(heap, count):
    """Allocates until the collector is bound to have come by itself."""
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(40, 2, 2)
    gc.enable()
    kept = [[] for _ in range(count)]
    del kept
    gc.set_threshold(*thresholds)
    if not enabled:
        gc.disable()
    heap.check(False)


def automatic(heap, threshold):
    if threshold:
        gc.set_threshold(threshold, 2, 3)
        gc.enable()


ACTIONS = {
    "new": new, "link": link, "unlink": unlink, "root": root, "unroot": unroot, "dict": replace_dict,
    "resize": resize, "weakref": add_weakref, "weaklink": weaklink, "collect": collect, "churn": churn,
    "automatic": automatic,
}


def run_heap(operations):
    """Runs one heap to its end; returns it, and `[operation, message]` or None."""
    heap = Heap()
    Heap.current = heap
    thresholds = gc.get_threshold()
    gc.disable()
    at = -1
    failure = None
    try:
        for at, (name, *rest) in enumerate(operations):
            ACTIONS[name](heap, *rest)
        at = len(operations)
        finish(heap)
    except FINDINGS as error:
        # Kept for good: what was freed by mistake must not be touched again, not even to let go of it.
        BROKEN.append(heap)
        failure = [at, f"{type(error).__name__}: {error}" if type(error) is not Wrong else str(error)]
    finally:
        Heap.current = None
        gc.disable()
        gc.set_threshold(*thresholds)
    return heap, failure


def finish(heap):
    """Without roots everything must die; what finalizers save is let go of once more."""
    gc.disable()
    for _ in range(3):
        for node_number in heap.nodes:
            while heap.nodes[node_number].roots:
                heap.drop_root(node_number)
        gc.collect()
        heap.check(True)


def run(seed, first, count, mutations, freeze):
    """Heaps `first` up to `first + count`; JSON `{heaps, collections, forgotten, failure}`."""
    unraisable = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda u: unraisable.append(f"{u.exc_type.__name__}: {u.exc_value}")
    gc.collect()
    if freeze:
        # What the interpreter itself consists of is not what these heaps are about, and most of the time.
        gc.freeze()
    done = collections = forgotten = 0
    failure = None
    try:
        for number in range(first, first + count):
            heap, wrong = run_heap(fuzz_ops.generate(seed, number, mutations))
            collections += heap.collections
            forgotten += heap.forgotten
            del heap
            if wrong is None and unraisable:
                wrong = [-1, f"an error that nobody could catch: {unraisable[0]}"]
            if wrong:
                failure = {"heap": number, "operation": wrong[0], "message": wrong[1]}
                break
            done += 1
    finally:
        sys.unraisablehook = hook
    if failure is None:
        if freeze:
            gc.unfreeze()
        gc.enable()
    return json.dumps({"heaps": done, "collections": collections, "forgotten": forgotten, "failure": failure})


def run_operations(text):
    """One heap given by its operations; JSON `{collections, failure}`."""
    heap, wrong = run_heap(json.loads(text))
    failure = {"operation": wrong[0], "message": wrong[1]} if wrong else None
    return json.dumps({"collections": heap.collections, "failure": failure})


def operations_of(seed, heap, mutations):
    return json.dumps(fuzz_ops.generate(seed, heap, mutations))


def describe(text):
    return fuzz_ops.describe(json.loads(text))
