"""The protocol between a benchmark program and the runner.

A program times itself with `time.perf_counter` (nanoseconds in Pyodide too), checks its own results and
ends with one call of `report`, which prints one line of JSON on stdout:

    {"measurements": {"live": {"median": 41.2, "min": 40.8, "samples": 5, "unit": "ms"}},   lower is better
     "operations": {},                  how many operations a measurement stands for, where a rate is wanted
     "memory_bytes": 183500800,         WebAssembly memory, or the native process's peak resident set
     "python": "3.14.2", "objects": 20312}

Units: "ms", "bytes", "objects", and "x" for a ratio.

Only modules that cost nothing are imported: what this module leaves alive, every collection examines.
"""

import gc
import json
import os
import sys
from time import perf_counter


class WrongResult(AssertionError):
    """A collector, or the program, did not do what the benchmark is about: no figure may come of it."""


def scaled(number):
    """`number`, or the part of it that MOULT_BENCH_SCALE asks for (0.01: a hundredth), at least 1: for tests."""
    return max(1, round(number * float(os.environ.get("MOULT_BENCH_SCALE", "1"))))


def check(actual, expected, what):
    """Raises WrongResult unless `actual` equals `expected`."""
    if actual != expected:
        raise WrongResult(f"{what}: expected {expected!r}, found {actual!r}")


def timed(action, *arguments):
    """Calls `action` and returns the milliseconds it took and its result."""
    start = perf_counter()
    result = action(*arguments)
    return (perf_counter() - start) * 1000.0, result


def repeat(repetitions, action, *arguments, expected=None):
    """Milliseconds of several calls of `action`; each must return `expected` unless that is None."""
    samples = []
    for _ in range(repetitions):
        elapsed, result = timed(action, *arguments)
        if expected is not None:
            check(result, expected, f"result of {action.__name__}")
        samples.append(elapsed)
    return samples


def collect(repetitions, expected, prepare=None):
    """Milliseconds of several full collections, each of which must find `expected` unreachable objects.

    `prepare` is called before each of them, untimed; garbage is made there.
    """
    samples = []
    for _ in range(repetitions):
        if prepare is not None:
            prepare()
        elapsed, found = timed(gc.collect)
        check(found, expected, "unreachable objects found by gc.collect()")
        samples.append(elapsed)
    return samples


def median(samples):
    """The median of a non-empty list of numbers."""
    ordered = sorted(samples)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def memory_bytes():
    """Bytes of WebAssembly memory, which never shrinks, or the peak resident set of a native process."""
    if sys.platform == "emscripten":
        import pyodide_js

        return pyodide_js._module.HEAPU8.length
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def report(measurements, operations=None, units=None):
    """Prints the line described above. `measurements` maps a name to its samples.

    `units` maps names to units; what it does not name is in milliseconds.
    """
    units = units or {}
    line = {
        "measurements": {
            name: {
                "median": median(samples),
                "min": min(samples),
                "samples": len(samples),
                "unit": units.get(name, "ms"),
            }
            for name, samples in measurements.items()
        },
        "operations": operations or {},
        "memory_bytes": memory_bytes(),
        "python": sys.version.split()[0],
        "objects": len(gc.get_objects()),
    }
    print(json.dumps(line), flush=True)
