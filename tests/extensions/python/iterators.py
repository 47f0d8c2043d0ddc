"""Iterators: those of itertools and the built-in ones, fresh and after the first step."""

import copy
import itertools

from harness import cycle


def iterator_scenarios():
    makers = {
        "count": lambda w: itertools.count(Number(w)),
        "cycle": lambda w: itertools.cycle([w, 1]),
        "repeat": lambda w: itertools.repeat(w, 3),
        "chain": lambda w: itertools.chain([1], [w]),
        "chain_from_iterable": lambda w: itertools.chain.from_iterable([[w], [2]]),
        "compress": lambda w: itertools.compress([w, 1], [1, 1]),
        "dropwhile": lambda w: itertools.dropwhile(lambda x: w is None, [1, 2]),
        "takewhile": lambda w: itertools.takewhile(lambda x: w is not None, [1, 2]),
        "filterfalse": lambda w: itertools.filterfalse(lambda x: w is None, [1, 2]),
        "groupby": lambda w: itertools.groupby([w, w, 1]),
        "islice": lambda w: itertools.islice(iter([w, 1, 2]), 2),
        "pairwise": lambda w: itertools.pairwise([w, 1, 2]),
        "starmap": lambda w: itertools.starmap(lambda *a: w, [(1,), (2,)]),
        "zip_longest": lambda w: itertools.zip_longest([1], [2, 3], fillvalue=w),
        "accumulate": lambda w: itertools.accumulate([w, 1], lambda a, b: b),
        "product": lambda w: itertools.product([w, 1], repeat=2),
        "permutations": lambda w: itertools.permutations([w, 1, 2]),
        "combinations": lambda w: itertools.combinations([w, 1, 2], 2),
        "combinations_with_replacement": lambda w: itertools.combinations_with_replacement([w, 1], 2),
        "batched": lambda w: itertools.batched([w, 1, 2], 2),
        "tee": lambda w: itertools.tee(iter([w, 1, 2]))[0],
        "map": lambda w: map(lambda x: w, [1, 2]),
        "filter": lambda w: filter(lambda x: w, [1, 2]),
        "zip": lambda w: zip([w, 1], [1, 2]),
        "enumerate": lambda w: enumerate([w, 1]),
        "reversed": lambda w: reversed([w, 1]),
        "callable_iterator": lambda w: iter(lambda: w, None),
    }

    def scenario(name, make, advanced):
        def build(w):
            w.link = make(w)
            if advanced:
                next(w.link)
            return lambda: type(w.link).__name__

        build.__name__ = f"itertools {name}{' advanced' if advanced else ''}"
        cycle()(build)

    for name, make in makers.items():
        scenario(name, make, False)
        scenario(name, make, True)


class Number:
    """A number that is no int (those are copied into a C integer), for itertools.count."""

    def __init__(self, w):
        self.w = w

    def __index__(self):
        return 5

    def __add__(self, other):
        return self


iterator_scenarios()


@cycle()
def groupby_inner_group(w):
    w.link = next(itertools.groupby([w, w, 1]))[1]
    return lambda: type(w.link).__name__


@cycle()
def tee_shared_links(w):
    first, second = itertools.tee(iter(list(range(100)) + [w]))
    for _ in range(100):
        next(first)
    w.link = (first, second)
    return lambda: next(copy.copy(second))
