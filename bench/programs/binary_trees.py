"""Many short-lived binary trees of class instances beside one that stays.

From:        after binary-trees of the Computer Language Benchmarks Game (and Hans Boehm's GCBench before
             it); written anew, with instances for nodes where the game uses tuples.
Collections: automatic
Parameters:  depth 14 (stretch tree 15), short-lived trees of depth 4 to 14 in steps of two: 3.1 million
             nodes.
Measures:    total  making and counting all trees
Published:   none that compare collectors of CPython.
"""

import gc

from measure import check, report, timed

MIN_DEPTH = 4
MAX_DEPTH = 14


class Tree:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        """Nodes of this tree."""
        if self.left is None:
            return 1
        return 1 + self.left.count() + self.right.count()


def make(depth):
    """A full tree."""
    if depth == 0:
        return Tree(None, None)
    return Tree(make(depth - 1), make(depth - 1))


def how_many(depth):
    """Short-lived trees of a depth."""
    return 1 << (MAX_DEPTH - depth + MIN_DEPTH)


def run():
    """Node counts of the stretch tree, of all short-lived trees of each depth, and of the long-lived one."""
    counts = [make(MAX_DEPTH + 1).count()]
    long_lived = make(MAX_DEPTH)
    for depth in range(MIN_DEPTH, MAX_DEPTH + 1, 2):
        counts.append(sum(make(depth).count() for _ in range(how_many(depth))))
    counts.append(long_lived.count())
    return counts


gc.collect()
elapsed, counts = timed(run)
nodes = [(2 << depth) - 1 for depth in range(MAX_DEPTH + 2)]
expected = [
    nodes[MAX_DEPTH + 1],
    *(how_many(depth) * nodes[depth] for depth in range(MIN_DEPTH, MAX_DEPTH + 1, 2)),
    nodes[MAX_DEPTH],
]
check(counts, expected, "nodes counted")
report({"total": [elapsed]})
