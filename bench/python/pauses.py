"""What the programs of the group "pauses" share: a heap that stands before the measuring begins, latencies
between operations as the program itself sees them, and how many objects are alive.

    with building():            the live heap is made; collected, and frozen where the tuning says so
        ...
    run = run_operations(operation, warm, count)
    report(run.latency_figures() | {"memory": [run.memory]}, units={"memory": "bytes"})

What the collector's own events say of the same time is added by pauses.mjs.
"""

import gc
from array import array
from contextlib import contextmanager
from sys import getrefcount
from time import perf_counter

import tuning
from measure import memory_bytes

try:
    from bench_host import measuring  # host.mjs: from now on events count, or no longer
except ImportError:

    def measuring(_on):
        """A native Python has no events to count."""


def _warm_up():
    """Young and old garbage for the collector, so that its code has been compiled when it counts."""
    for _ in range(5):
        cells = [[] for _ in range(10_000)]
        for cell in cells:
            cell.append(cell)


@contextmanager
def building():
    """Automatic collection is off within, and what was made becomes old at the end by one full collection."""
    _warm_up()
    enabled = gc.isenabled()
    gc.disable()
    yield
    gc.collect()
    if tuning.freezes_built_heap:
        gc.freeze()
    if enabled:
        gc.enable()


@contextmanager
def measured():
    """The part of the program that figures are taken from."""
    measuring(True)
    try:
        yield
    finally:
        measuring(False)


def census(cls):
    """A function that returns how many instances of `cls` are alive; called while there are none.

    Each instance holds a reference to its class. So counting needs no finalizer, which would change what
    the collector does, and no look at the heap. A few too many or too few are possible: frames hold the
    class as well.
    """
    without = getrefcount(cls)
    return lambda: getrefcount(cls) - without


def run_operations(operation, warm, count, alive=None):
    """Calls `operation(number)` with rising numbers, `warm` times unmeasured and then `count` times.

    `alive()`, when given, is called between operations; that is in no latency. Returns a Run.
    """
    most = 0
    for number in range(warm):
        operation(number)
    latencies = array("d", (0.0,)) * count
    with measured():
        last = perf_counter()
        for index in range(count):
            operation(warm + index)
            now = perf_counter()
            latencies[index] = (now - last) * 1000.0
            if alive is not None:
                most = max(most, alive())
                now = perf_counter()
            last = now
    return Run(latencies, most, memory_bytes())


class Run:
    """What `run_operations` has seen.

    latencies  milliseconds from each end of an operation to the next
    most       the most that `alive()` has returned
    memory     bytes of memory when the last operation was over: what figures are made of comes later
    """

    def __init__(self, latencies, most, memory):
        self.latencies = latencies
        self.most = most
        self.memory = memory

    def latency_figures(self):
        """Measurements for `report`: the worst latency, p99.9, p50 (nearest rank) and the sum."""
        ordered = sorted(self.latencies)

        def quantile(part):
            return ordered[min(int(len(ordered) * part), len(ordered) - 1)]

        return {
            "worst": [ordered[-1]],
            "p99.9": [quantile(0.999)],
            "p50": [quantile(0.5)],
            "total": [sum(ordered)],
        }
