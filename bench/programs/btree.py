"""An index of records in a B-tree: a large mixed graph that grows, then full collections over it.

From:        after btree of pyperformance by Neil Schemenauer (pyperformance#381), who wanted a better
             exercise for the cyclic collector; written anew, with records of a different make.
Collections: automatic
Parameters:  200,000 keys in random order, at most 31 to a node; each of 20,000 records serves ten keys.
Measures:    build    inserting all of them, automatic collection on
             collect  gc.collect() over the finished tree
Published:   full collections of gc_big_tree became four times faster with mark_at_start
             (cpython#142028); no absolute figures.
"""

import gc
from bisect import bisect_left
from random import Random

from measure import check, collect, report, timed

KEYS = 200_000
KEYS_A_RECORD = 10
FANOUT = 32


class Record:
    __slots__ = ("name", "tags", "position", "previous")

    def __init__(self, number, previous):
        self.name = f"record {number}"
        self.tags = [f"tag {number % 7}", number]
        self.position = (number / 3, [number])
        self.previous = previous


class Node:
    """Keys in order, a value for each, and, but for leaves, one child more than keys."""

    __slots__ = ("keys", "values", "children")

    def __init__(self, keys, values, children):
        self.keys = keys
        self.values = values
        self.children = children

    def split(self):
        """Cuts this node in half; returns the key and value between, and the right half."""
        middle = len(self.keys) // 2
        key, value = self.keys[middle], self.values[middle]
        children = None
        if self.children is not None:
            children = self.children[middle + 1 :]
            del self.children[middle + 1 :]
        right = Node(self.keys[middle + 1 :], self.values[middle + 1 :], children)
        del self.keys[middle:], self.values[middle:]
        return key, value, right


class BTree:
    def __init__(self):
        self.root = Node([], [], None)

    def insert(self, key, value):
        """Adds a key that is not there yet."""
        if len(self.root.keys) == FANOUT - 1:
            self.root = Node([], [], [self.root])
            self._split_child(self.root, 0)
        node = self.root
        while node.children is not None:
            index = bisect_left(node.keys, key)
            if len(node.children[index].keys) == FANOUT - 1:
                self._split_child(node, index)
                if key > node.keys[index]:
                    index += 1
            node = node.children[index]
        index = bisect_left(node.keys, key)
        node.keys.insert(index, key)
        node.values.insert(index, value)

    @staticmethod
    def _split_child(parent, index):
        key, value, right = parent.children[index].split()
        parent.keys.insert(index, key)
        parent.values.insert(index, value)
        parent.children.insert(index + 1, right)

    def items(self):
        """All keys and values in order."""
        yield from self._items(self.root)

    def _items(self, node):
        for index, key in enumerate(node.keys):
            if node.children is not None:
                yield from self._items(node.children[index])
            yield key, node.values[index]
        if node.children is not None:
            yield from self._items(node.children[-1])


def build(keys):
    """The finished tree."""
    tree = BTree()
    record = None
    for number, key in enumerate(keys):
        if number % KEYS_A_RECORD == 0:
            record = Record(number, record)
        tree.insert(key, (key, record))
    return tree


gc.collect()
keys = list(range(KEYS))
Random(381).shuffle(keys)
elapsed, tree = timed(build, keys)
gc.collect()
collections = collect(5, expected=0)
check([key for key, _ in tree.items()], list(range(KEYS)), "keys in order")
check(len({id(record) for _, (_, record) in tree.items()}), KEYS // KEYS_A_RECORD, "records alive")
report({"build": [elapsed], "collect": collections})
