"""Disable the collector while much is built: nothing that is built dies meanwhile, so looking for garbage is in vain."""

import gc


def build(size):
    return [{"id": i, "tags": [i, str(i)], "at": (i, {"x": i})} for i in range(size)]


def plain(size):
    return len(build(size))


def advised(size):
    gc.disable()
    try:
        return len(build(size))
    finally:
        gc.enable()
