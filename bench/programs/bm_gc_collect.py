"""Rounds of cyclic garbage with automatic collection on, each ended by a manual collection.

From:        after the script of cpython#129210 (a regression of the incremental collector that its
             author saw only while automatic collection was on); written anew.
Collections: automatic
Parameters:  25 rounds of 1,000 rings of 21 doubly linked nodes, beside 100,000 live nodes.
Measures:    total    all rounds, the making of the rings included
             collect  the manual collections alone, per round
Published:   20.8 s CPython main against 3.3 s CPython 3.13 (its author), 4.7 s against 3.9 s (Mark
             Shannon), for a larger number of rounds.
"""

import gc

from measure import check, report, timed

ROUNDS = 25
RINGS = 1_000
FOLLOWERS = 20
LIVE = 100_000


class Node:
    def __init__(self, prev=None):
        self.next = None
        self.prev = prev


def make_ring(followers):
    """A node and its followers, doubly linked into a ring."""
    first = last = Node()
    for _ in range(followers):
        node = Node(last)
        last.next = node
        last = node
    last.next, first.prev = first, last
    return first


def run(collections):
    """All rounds; appends the milliseconds of each manual collection to `collections`."""
    for _ in range(ROUNDS):
        rings = [make_ring(FOLLOWERS) for _ in range(RINGS)]
        rings.clear()
        elapsed, _ = timed(gc.collect)
        collections.append(elapsed)


def count_nodes():
    """Instances that the collector still knows of."""
    return sum(1 for item in gc.get_objects() if type(item) is Node)


live = make_ring(LIVE - 1)
gc.collect()
collections = []
elapsed, _ = timed(run, collections)
check(count_nodes(), LIVE, "nodes after the last collection")
report({"total": [elapsed], "collect": collections})
