"""Runs one scenario in whatever collector is installed and returns facts that must not depend on it.

A scenario takes a witness (an ordinary, weakly referencable object), builds a cycle that runs through
the witness and some C object, and returns `check`: a function that returns the contents as something
JSON can hold. The harness keeps witness and `check`; dropping both makes the cycle dead.

    @cycle()
    def deque(w):
        w.link = collections.deque([w, 1])
        return lambda: [type(w.link).__name__, w.link[1]]

Nothing in the cycle may refer to `check`.
"""

import gc
import importlib
import importlib.util
import json
import sys
import weakref

scenarios = {}


class Witness:
    """Free attributes, weakly referencable, no finalizer."""


class FinalizedWitness(Witness):
    """Counts its finalizations: a dead cycle is collected exactly once."""

    tally = []

    def __del__(self):
        self.tally.append(1)


def missing(modules):
    """The first module of these that this Pyodide lacks, or None. Nothing is imported for it."""
    return next((m for m in modules if importlib.util.find_spec(m) is None), None)


def optional(*modules):
    """The first of these modules, or None when one of them is missing."""
    return None if missing(modules) else importlib.import_module(modules[0])


def since(minor, expect, before):
    """An expectation that changed with CPython 3.minor."""
    return expect if sys.version_info >= (3, minor) else before


def cycle(*needs, expect="collected"):
    """Registers a scenario.

    needs: modules it imports. expect: "collected" where CPython's own collector frees the dead cycle,
    "kept" where a C type hides the reference, so that no collector may free it.
    """

    def register(fn):
        group = fn.__globals__["__name__"]
        scenarios[f"{group}: {fn.__name__.replace('_', ' ').strip()}"] = (fn, needs, expect)
        return fn

    return register


def catalogue():
    """JSON: name, expectation and the missing module of every scenario."""
    rows = [
        {"name": name, "expect": expect, "missing": missing(needs)}
        for name, (_, needs, expect) in scenarios.items()
    ]
    return json.dumps(rows)


def churn(rounds):
    """Makes cyclic garbage, so that automatic collections of all generations run."""
    for i in range(rounds):
        a = [i]
        a.append(a)


def settle():
    """Frees what earlier code left, so that a later gc.collect() counts only its own."""
    while gc.collect():
        pass


# Contents are compared as text: the objects themselves could keep the cycle alive.
def dead(fn, witness_class):
    """Facts about a cycle that nothing refers to any more."""
    witness_class.tally = []
    callbacks = []
    w = witness_class()
    ref = weakref.ref(w, lambda _: callbacks.append(1))
    check = fn(w)
    contents = json.dumps(check())
    settle()
    check = w = None
    only_a_collector = ref() is not None
    found = []
    while len(found) < 3:
        found.append(gc.collect())
    return {
        "contents": contents,
        "only a collector frees it": only_a_collector,
        "found": found,
        "freed": ref() is None,
        "callbacks": len(callbacks),
        "finalized": len(witness_class.tally),
    }


def live(fn, witness_class):
    """Facts about a cycle that stays referenced through many collections, and dies afterwards."""
    witness_class.tally = []
    w = witness_class()
    ref = weakref.ref(w)
    check = fn(w)
    before = json.dumps(check())
    same = []
    thresholds = gc.get_threshold()
    gc.set_threshold(20, 2, 2)
    try:
        for generation in (0, 1, 2, 2):
            churn(100)
            gc.collect(generation)
            same.append(json.dumps(check()) == before)
    finally:
        gc.set_threshold(*thresholds)
    survived = ref() is not None and not witness_class.tally
    check = w = None
    gc.collect()
    gc.collect()
    return {
        "contents": before,
        "same contents": same,
        "survived": survived,
        "freed afterwards": ref() is None,
        "finalized": len(witness_class.tally),
    }


def run(name):
    """JSON of the facts of one scenario, with and without a finalizer in the cycle."""
    fn, _, _ = scenarios[name]
    # Module-level caches fill on the first use and would be counted as found objects.
    warm = fn(Witness())
    warm()
    del warm
    settle()
    facts = {
        "dead": dead(fn, Witness),
        "dead, finalizer": dead(fn, FinalizedWitness),
        "live": live(fn, FinalizedWitness),
    }
    leftovers = list(gc.garbage)
    return json.dumps(facts | {"garbage": len(leftovers)})
