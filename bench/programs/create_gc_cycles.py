"""Small batches of garbage: 100 rings of 21 nodes, collected at once.

From:        after create_gc_cycles of pyperformance (pyperformance#243), which CPython's developers
             watch; written anew.
Collections: manual
Parameters:  100 rings of a node and 20 doubly linked followers; automatic collection stays on, as it
             does there. About 20,000 objects of Pyodide are alive beside them (7,000 in native CPython).
Measures:    collect  gc.collect() after the rings are dropped
Published:   0.405 ms native CPython 3.13; 3.1-3.6 ms in Pyodide.
"""

import gc

from measure import collect, report

RINGS = 100
FOLLOWERS = 20


class Node:
    def __init__(self):
        self.next = None
        self.prev = None


def make_ring():
    """A node and its followers, doubly linked into a ring."""
    first = last = Node()
    for _ in range(FOLLOWERS):
        node = Node()
        last.next, node.prev = node, last
        last = node
    last.next, first.prev = first, last
    return first


def make_garbage():
    """Leaves RINGS unreachable rings and nothing else."""
    gc.collect()
    rings = [make_ring() for _ in range(RINGS)]
    rings.clear()


report({"collect": collect(100, expected=RINGS * (FOLLOWERS + 1), prepare=make_garbage)})
