"""Don't keep what is no longer needed in globals: what is old and alive is looked at again and again."""

import gc

results = []


def compute(size):
    return [{"i": i, "square": [i * i]} for i in range(size)]


def total(rows):
    return sum(row["square"][0] for row in rows)


def plain(size):
    """Every intermediate result stays in a global."""
    results.clear()
    found = 0
    for _ in range(5):
        results.append(compute(size // 5))
        found += total(results[-1])
        gc.collect()
    results.clear()
    return found


def advised(size):
    """Only what is asked for stays."""
    found = 0
    for _ in range(5):
        found += total(compute(size // 5))
        gc.collect()
    return found
