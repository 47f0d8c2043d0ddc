"""What a knowledgeable user of the built-in collector would try before looking for another one.

`apply(name)` is called once, before the program starts. Every tuning freezes what is alive then (the
interpreter's and Pyodide's own 20,000 objects), so that no later collection examines it.

freeze        what a program builds before it begins its work is frozen too; nothing else
thresholds    gc.set_threshold(50_000, 20, 100): fewer automatic collections
full-500      a full collection each 500 net allocations of container objects
full-2000     the same, each 2,000
freeze-2000   freeze and full-2000 together

And one that is no tuning but the noise floor:

off           gc.disable()
"""

import gc

NAMES = ("freeze", "thresholds", "full-500", "full-2000", "freeze-2000", "off")

freezes_built_heap = False
"""Whether pauses.building() freezes what was built."""


def apply(name):
    """Sets the built-in collector up; ValueError for an unknown name."""
    global freezes_built_heap
    if name not in NAMES:
        raise ValueError(f"unknown tuning {name!r}; there are: {', '.join(NAMES)}")
    if name == "off":
        gc.disable()
        return
    freezes_built_heap = name.startswith("freeze")
    if name == "thresholds":
        gc.set_threshold(50_000, 20, 100)
    elif name.endswith(("-500", "-2000")):
        _collect_fully_every(int(name.rpartition("-")[2]))
    gc.collect()
    gc.freeze()


def _collect_fully_every(allocations):
    """Makes each automatic collection be followed at once by a full one.

    CPython 3.14.2 has no setting for that: its automatic collections are increments. A gc callback
    cannot call gc.collect() either, as one collection is still running then. It can ask for a pending
    call, which CPython makes at the next safe point, just after that collection.
    """
    import ctypes

    @ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
    def collect(_argument):
        gc.collect()
        return 0

    schedule = ctypes.pythonapi.Py_AddPendingCall
    schedule.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    functions = [ctypes.cast(collect, ctypes.c_void_p)]
    arguments = [None]

    def after_collection(phase, info, _keep=collect):
        if phase == "stop" and info["generation"] < 2:
            # Calling `schedule` in plain sight would reach a safe point inside this callback, too early;
            # the iteration of a for statement is not one.
            for _ in map(schedule, functions, arguments):
                return

    gc.callbacks.append(after_collection)
    gc.set_threshold(allocations)
