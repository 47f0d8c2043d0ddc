"""Rings of ten nodes, garbage as soon as they are made: how much of it there is at any time.

From:        the script of cpython#142001 asks the same; cyclotron's smallest case. Own code.
Collections: automatic
Group:       pauses
Parameters:  30,000 rings of 10 nodes with two links each: 300,000 tracked objects, nothing else.
Measures:    trash   nodes alive at most
             total   all rings
             worst, p99.9, p50  milliseconds from each end of making a ring to the next
             memory  WebAssembly memory at the end, which never shrinks
Published:   trash: cpython#142001 counts less than 100 (3.13), about 2,000 (3.14.0) and 10,000 (3.14.1);
             first measurements of this project 34,010 (Pyodide 314.0.7) and 2,210 (0.29.5).
"""

from measure import check, report, scaled
from pauses import building, census, run_operations

RINGS = scaled(30_000)
NODES = 10


class Node:
    __slots__ = ("next", "previous")


def operation(_number):
    """Makes a ring and drops it."""
    first = last = Node()
    for _ in range(NODES - 1):
        node = Node()
        node.previous = last
        last.next = node
        last = node
    last.next = first
    first.previous = last


alive = census(Node)
with building():
    pass
run = run_operations(operation, 0, RINGS, alive)
check(run.most >= NODES, True, "there was trash")
report(
    {"trash": [run.most]} | run.latency_figures() | {"memory": [run.memory]},
    units={"trash": "objects", "memory": "bytes"},
)
