"""Full collections over 620,000 plain objects, then of 600,000 dead ones.

From:        the collector's commonest large heap: one class, instances that refer to each other.
Collections: manual
Parameters:  600,000 instances with three attributes in one doubly linked ring (in Pyodide some 20,000
             objects of its own are alive beside them); automatic collection is off.
Measures:    live           gc.collect() while all are alive, linked in the order of their creation
             live_shuffled  the same, linked in random order: what a heap looks like after a while
             dead           gc.collect() after the only reference to the ring is gone; one sample a
                            process, since a second heap would be built in the holes of the first
Published:   first throwaway measurements of this project (Pyodide 314.0.7): live 56-68 ms built-in,
             16-19 ms with a collector of our own; dead 123 and 81 ms.
"""

import gc
from random import Random

from measure import check, collect, report

NODES = 600_000


class Node:
    def __init__(self, value):
        self.value = value
        self.next = self
        self.prev = self


def link(nodes):
    """Makes one doubly linked ring of them."""
    before = nodes[-1]
    for node in nodes:
        before.next = node
        node.prev = before
        before = node


def length(start):
    """Number of nodes in a ring."""
    count, node = 1, start.next
    while node is not start:
        count, node = count + 1, node.next
    return count


gc.disable()
gc.collect()
nodes = [Node(value) for value in range(NODES)]
link(nodes)
gc.collect()
live = collect(7, expected=0)

Random(620).shuffle(nodes)
link(nodes)
live_shuffled = collect(5, expected=0)

# The first node of a ring in the order of creation again: `dead` is about the heap of `live`.
nodes.sort(key=lambda node: node.value)
link(nodes)
ring = nodes[0]
del nodes
check(length(ring), NODES, "nodes alive after the collections")
gc.collect()
del ring
dead = collect(1, expected=NODES)
check(gc.collect(), 0, "objects that the first collection left behind")

report({"live": live, "live_shuffled": live_shuffled, "dead": dead})
