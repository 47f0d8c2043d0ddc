"""Raise the thresholds, so that young objects are looked at less often."""

import gc


class Node:
    def __init__(self, above):
        self.above, self.below = above, []
        if above is not None:
            above.below.append(self)


def work(size):
    """Trees of a hundred nodes, each garbage as soon as the next one stands; a table grows beside them."""
    table, top = {}, None
    for i in range(size):
        node = Node(top if i % 100 else None)
        if i % 100 == 0:
            top = node
        table[i] = [i]
    return len(table)


def plain(size):
    return work(size)


def advised(size):
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        return work(size)
    finally:
        gc.set_threshold(*before)
