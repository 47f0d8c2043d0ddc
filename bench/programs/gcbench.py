"""Balanced trees of many sizes made and dropped beside a long-lived tree and array.

From:        after GCBench by John Ellis and Pete Kovac, later Hans Boehm; written anew.
Collections: automatic
Parameters:  stretch tree of depth 16, long-lived tree of depth 14, array of 250,000 floats, trees of depth
             4 to 14 in steps of two (the original: 18, 16, 500,000, and 4 to 16), so that a run takes
             seconds in WebAssembly.
Measures:    total  everything, from the stretch tree on
Published:   no figures for CPython; a classic for collectors that allocate.
"""

import gc

from measure import check, report, timed

STRETCH_DEPTH = 16
LONG_LIVED_DEPTH = 14
ARRAY_SIZE = 250_000
MIN_DEPTH = 4
MAX_DEPTH = 14


class Node:
    def __init__(self, left=None, right=None):
        self.left = left
        self.right = right
        self.number = 0


def tree_size(depth):
    """Nodes of a full tree."""
    return (1 << (depth + 1)) - 1


def iterations(depth):
    """How many trees of a depth hold as many nodes as two stretch trees."""
    return 2 * tree_size(STRETCH_DEPTH) // tree_size(depth)


def populate(depth, node):
    """Grows a tree below `node`, from the top down."""
    if depth <= 0:
        return
    node.left = Node()
    node.right = Node()
    populate(depth - 1, node.left)
    populate(depth - 1, node.right)


def make_tree(depth):
    """A tree made from the bottom up."""
    if depth <= 0:
        return Node()
    return Node(make_tree(depth - 1), make_tree(depth - 1))


def count(node):
    """Nodes of a tree."""
    return 1 if node.left is None else 1 + count(node.left) + count(node.right)


def construct(depth):
    """Makes and drops trees both ways; returns how many."""
    trees = iterations(depth)
    for _ in range(trees):
        populate(depth, Node())
    for _ in range(trees):
        make_tree(depth)
    return 2 * trees


def run():
    """One run of the benchmark; returns what outlives it."""
    make_tree(STRETCH_DEPTH)
    long_lived = Node()
    populate(LONG_LIVED_DEPTH, long_lived)
    array = [0.0] * ARRAY_SIZE
    for index in range(1, ARRAY_SIZE // 2):
        array[index] = 1.0 / index
    for depth in range(MIN_DEPTH, MAX_DEPTH + 1, 2):
        construct(depth)
    return long_lived, array


gc.collect()
elapsed, (long_lived, array) = timed(run)
check(count(long_lived), tree_size(LONG_LIVED_DEPTH), "nodes of the long-lived tree")
check(array[1000], 0.001, "an element of the long-lived array")
report({"total": [elapsed]})
