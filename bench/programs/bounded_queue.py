"""A queue of 1,000 nodes with 10 kB each, every one a cycle: how many wait to be freed.

From:        Tim Peters' test in the discussion of CPython's incremental collector (run-queue of cyclotron,
             see cpython#148940); own code.
Collections: automatic
Group:       pauses
Parameters:  60,000 nodes through a deque of 1,000. A node is one tracked object that refers to itself and
             to a bytes object of 10,000 bytes: 10 MB are needed, 600 MB are made. The queue is empty at first.
Measures:    outstanding  nodes alive at most, beside the 1,000 in the queue
             memory  WebAssembly memory at the end, which never shrinks (about 30 MiB at the start)
             total   all nodes
             worst   milliseconds of the slowest append
Published:   first measurements of this project, counting freed objects (outstanding, MiB): Pyodide
             314.0.7 36,010, 386; full collection each 2,000 allocations 3,000, 51; Pyodide 0.29.5 14,012,
             179.
"""

from collections import deque

from measure import check, report, scaled
from pauses import building, census, run_operations

MADE = scaled(60_000)
WAITING = scaled(1_000)
PAYLOAD = 10_000


class Node:
    def __init__(self):
        self.payload = bytes(PAYLOAD)
        self.me = self


def operation(_number):
    queue.append(Node())


alive = census(Node)
with building():
    queue = deque(maxlen=WAITING)
run = run_operations(operation, 0, MADE, alive)
check(len(queue), WAITING, "nodes in the queue")
check(all(node.me is node and len(node.payload) == PAYLOAD for node in queue), True, "they are whole")
figures = run.latency_figures()
report(
    {
        "outstanding": [run.most - WAITING],
        "memory": [run.memory],
        "total": figures["total"],
        "worst": figures["worst"],
    },
    units={"outstanding": "objects", "memory": "bytes"},
)
