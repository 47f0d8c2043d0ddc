"""Garbage that is linked to old objects: whether memory levels off.

From:        the two shapes with which CPython's incremental collector was shown to grow without bound: one
             from cpython#108038 and #116206 (each new list holds a link to an old one), the other as
             CPython's test_gc has it (many short lists, kept for a while). Own code.
Collections: automatic
Group:       pauses
Parameters:  Lists are doubly linked, an object a node, and the first node of each refers to an old list.
             long   an old list of 10,000 nodes; 300 lists of 5,000, one after the other
             short  an old list of 1,000 nodes; 20,000 lists of 20, dropped whenever there are 20
             The originals run for ever or are of this size.
Measures:    for both:
             nodes      nodes alive at most
             over full  the same over what a full collection at every trigger (each 2,000 nodes) leaves
             growth     the most in the last third over the most in the middle third; 1 is level
             and for all:
             total      milliseconds; memory: WebAssembly memory at the end, which never shrinks
Published:   cpython#116206: 46 GB where Python 3.8 used 279 MB, with the collector as it was first
             proposed, for a program that does not end.
"""

import gc

from measure import memory_bytes, report, scaled, timed
from pauses import building, census, measured

TRIGGER = 2_000


class Node:
    __slots__ = ("next", "previous", "link")


def make_list(length):
    """A doubly linked list; returns its first node."""
    first = Node()
    for _ in range(length - 1):
        node = Node()
        node.next = first
        first.previous = node
        first = node
    return first


def grow(old, count, length, kept, full_at=None):
    """Makes lists that refer to `old` and drops them; returns how many nodes were alive after each.

    With `full_at` a full collection comes after so many nodes: what the figures are compared with.
    """
    lists, waiting, counts = [], 0, []
    for _ in range(count):
        first = make_list(length)
        first.link = old
        lists.append(first)
        counts.append(alive())
        if len(lists) >= kept:
            lists.clear()
        waiting += length
        if full_at is not None and waiting >= full_at:
            gc.collect()
            waiting = 0
    return counts


def measure(name, old_length, count, length, kept):
    """One shape: its milliseconds and its measurements."""
    gc.collect()  # What the shape before left is none of this one's.
    with building():
        old = make_list(old_length)
        rounds = max(1, 10 * TRIGGER // length)
        least = max(grow(old, rounds, length, kept, full_at=TRIGGER))
    with measured():
        elapsed, counts = timed(grow, old, count, length, kept)
    third = max(1, len(counts) // 3)
    return elapsed, {
        f"{name} nodes": [max(counts)],
        f"{name} over full": [max(counts) / least],
        f"{name} growth": [max(counts[-third:]) / max(counts[-2 * third : -third] or counts)],
    }


alive = census(Node)
long_ms, long = measure("long", scaled(10_000), scaled(300), 5_000, 1)
short_ms, short = measure("short", scaled(1_000), scaled(20_000), 20, 20)
units = {name: "objects" if name.endswith("nodes") else "x" for name in long | short}
report(
    long | short | {"total": [long_ms + short_ms], "memory": [memory_bytes()]},
    units=units | {"memory": "bytes"},
)
