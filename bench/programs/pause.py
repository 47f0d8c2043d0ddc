"""Latency between operations on 620,000 live objects that change all the time.

From:        the program with which this project tried out short pauses.
Collections: automatic
Group:       pauses
Parameters:  200,000 nodes in one chain, each with a list and with a dict that refers back to it: 600,000
             tracked objects, beside the 20,000 of Pyodide. 60,000 operations after 6,000 unmeasured ones.
             Each makes 20 nodes that are cyclic garbage at once and puts one new node in the place of an
             old one, which thereby dies, in a cycle of its own.
Measures:    worst, p99.9, p50  milliseconds from each end of an operation to the next
             total    all operations
             objects  tracked objects of the program alive at most
             memory   WebAssembly memory at the end, which never shrinks
Published:   first throwaway measurements of this project (Pyodide 314.0.7, quiet machine; worst, p99.9,
             total): gc off 4.6 ms, 0.14 ms, 0.90 s; built-in 330 ms, 1.9 ms, 3.39 s; a stop-the-world
             collector of our own 105 ms, 0.39 ms, 1.57 s; an incremental one 4.4 to 5.8 ms, 0.7 to
             1.0 ms, 1.6 to 2.3 s.
"""

from measure import check, report, scaled
from pauses import building, census, run_operations

NODES = scaled(200_000)
OPERATIONS = scaled(60_000)
WARM = OPERATIONS // 10
GARBAGE = 20
OBJECTS_EACH = 3
# A prime: the places of new nodes are spread over the chain, and none comes twice soon.
STRIDE = 7919


class Node:
    def __init__(self, number):
        self.number = number
        self.next = None
        self.data = [number, str(number)]
        self.fields = {"key": number, "owner": self}


def make_chain(length):
    """Nodes, each of which refers to the one before it."""
    nodes = []
    last = None
    for number in range(length):
        node = Node(number)
        node.next = last
        nodes.append(node)
        last = node
    return nodes


def operation(number):
    make_chain(GARBAGE)
    place = number * STRIDE % NODES
    # The new one refers to no other: the chain is cut here, and what is live stays as much as it was.
    nodes[place] = node = Node(place)
    if place + 1 < NODES:
        nodes[place + 1].next = node


alive = census(Node)
with building():
    nodes = make_chain(NODES)
run = run_operations(operation, WARM, OPERATIONS, alive)
check(
    all(node.fields["owner"] is node and node.data[1] == str(place) for place, node in enumerate(nodes)),
    True,
    "the nodes that are alive are whole",
)
report(
    run.latency_figures() | {"objects": [run.most * OBJECTS_EACH], "memory": [run.memory]},
    units={"objects": "objects", "memory": "bytes"},
)
