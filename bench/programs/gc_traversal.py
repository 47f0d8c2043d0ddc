"""Full collections over few objects with many references between them.

From:        after gc_traversal of pyperformance (pyperformance#244), written anew.
Collections: manual
Parameters:  1,000 nested lists; the list of level n refers n times to the list of level n - 1: 499,500
             references.
Measures:    collect  gc.collect() while all are alive
Published:   2.7 ms native CPython 3.13; about 9 ms in Pyodide.
"""

import gc

from measure import check, collect, report

LEVELS = 1_000


def nest(levels):
    """The list of the last level."""
    current = []
    for level in range(levels):
        current = [current] * level
    return current


def depth(outermost):
    """How many lists lie inside each other."""
    levels = 0
    while outermost:
        outermost = outermost[0]
        levels += 1
    return levels


gc.collect()
nested = nest(LEVELS)
gc.collect()
samples = collect(50, expected=0)
check(depth(nested), LEVELS - 1, "levels alive after the collections")
report({"collect": samples})
