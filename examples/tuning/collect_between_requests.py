"""Ask for a collection where a pause does no harm: between requests, at the end of a level, when nobody types."""

import gc


def request(number):
    """Garbage in cycles, as frameworks leave it."""
    rows = [{"number": number, "i": i} for i in range(200)]
    for row, following in zip(rows, rows[1:] + rows[:1]):
        row["next"] = following
    return len(rows)


def serve(size, pause):
    kept = [[i, {"i": i}] for i in range(size)]
    answered = 0
    for number in range(size // 200):
        answered += request(number)
        pause(number)
    return answered + len(kept)


def plain(size):
    return serve(size, lambda number: None)


def advised(size):
    gc.disable()
    try:
        return serve(size, lambda number: number % 20 or gc.collect())
    finally:
        gc.enable()
