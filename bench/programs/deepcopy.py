"""copy.deepcopy of a graph of instances, dicts, lists and tuples with cycles in it.

From:        deepcopy of pyperformance measures the same function; own objects.
Collections: automatic
Parameters:  a graph of 400 parts, each in a cycle with its assembly, copied 30 times. A copy is garbage
             that only the collector can free.
Measures:    total  all copies
Published:   none that compare collectors.
"""

import copy
import gc

from measure import check, report, timed

PARTS = 400
COPIES = 30


class Part:
    def __init__(self, number, assembly):
        self.number = number
        self.assembly = assembly
        self.size = (number, [number / 2, number * 2])
        self.properties = {"name": f"part {number}", "tags": ["steel", "small"], "limits": (0, number)}


class Assembly:
    def __init__(self, count):
        self.parts = [Part(number, self) for number in range(count)]
        self.by_number = {part.number: part for part in self.parts}
        self.pairs = list(zip(self.parts, self.parts[1:]))


def same(assembly, original):
    """True when a copy has the shape of the original and shares no part with it."""
    return all(
        part is not other
        and part.assembly is assembly
        and part.size == other.size
        and part.properties == other.properties
        and assembly.by_number[part.number] is part
        for part, other in zip(assembly.parts, original.parts, strict=True)
    )


def run(original):
    """Copies it over and over; returns the last copy."""
    for _ in range(COPIES):
        last = copy.deepcopy(original)
    return last


original = Assembly(PARTS)
gc.collect()
elapsed, last = timed(run, original)
check(same(last, original), True, "the last copy is a true and separate one")
report({"total": [elapsed]})
