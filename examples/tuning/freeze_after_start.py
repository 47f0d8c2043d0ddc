"""Freeze what is there when a server has started: collections no longer look at it."""

import gc


def started(size):
    """What imports and settings leave behind, for good."""
    return [{"rule": str(i), "parts": [i, {"n": i}]} for i in range(size)]


def requests(size):
    answered = 0
    for i in range(size // 100):
        request = {"number": i}
        request["context"] = {"request": request, "rows": [[j] for j in range(50)]}
        answered += len(request["context"]["rows"])
        if i % 50 == 49:
            gc.collect()
    return answered


def plain(size):
    kept = started(size)
    return requests(size) + len(kept)


def advised(size):
    kept = started(size)
    gc.collect()
    gc.freeze()
    try:
        return requests(size) + len(kept)
    finally:
        gc.unfreeze()
