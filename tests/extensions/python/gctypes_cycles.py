"""The hand-built side module: heap types from PyType_FromSpec, each right or wrong in one way.

Every type has two owned references, `a` and `b`. Types that trap are tested apart (sidemodule.test.ts).
"""

from harness import cycle, optional

gctypes = optional("gctypes")


def through(name, slot, expect, subclass):
    """A cycle witness -> instance -> witness, through one slot of a type or of a Python subclass of it."""

    def build(w):
        base = getattr(gctypes, name)
        cls = type("Sub", (base,), {}) if subclass else base
        item = w.link = cls()
        setattr(item, slot, w)
        # The other slot holds something live, which must stay intact.
        other = "b" if slot == "a" else "a"
        setattr(item, other, ["kept", cls.__name__])
        return lambda: getattr(item, other)

    build.__name__ = f"{name}{' subclass' if subclass else ''}, cycle through {slot}"
    cycle("gctypes", expect=expect)(build)


def both_slots(name, expect):
    for slot in "ab":
        for subclass in (False, True):
            through(name, slot, expect, subclass)


for correct in ("Good", "NonZero", "NoClear", "Finalizes", "ClearRaises"):
    both_slots(correct, "collected")
# The references are hidden: keeping the cycle is a leak, freeing it would be a use after free.
both_slots("Missing", "kept")
for is_subclass in (False, True):
    through("Partial", "a", "collected", is_subclass)
    through("Partial", "b", "kept", is_subclass)
both_slots("Untyped", "collected")
both_slots("NonGc", "kept")


@cycle("gctypes")
def python_subclass_dict_over_a_base_that_visits_nothing(w):
    item = w.link = type("Sub", (gctypes.Missing,), {})()
    item.w = w
    return lambda: item.a


@cycle("gctypes")
def subclass_with_slots(w):
    item = w.link = type("Sub", (gctypes.Good,), {"__slots__": ("c", "d")})()
    item.c, item.d = w, 5
    return lambda: item.d


@cycle("gctypes")
def type_in_a_cycle_with_its_instance(w):
    cls = type("Sub", (gctypes.Good,), {})
    cls.instance = cls()
    cls.instance.a = w
    w.link = cls
    return lambda: cls.__name__


@cycle("gctypes")
def long_chain(w):
    first = item = gctypes.Good()
    for n in range(500):
        item.a, item.b = gctypes.Good(), n
        item = item.a
    item.a = w
    w.link = first

    def check():
        numbers, item = 0, first
        while item is not w:
            numbers, item = numbers + (item.b or 0), item.a
        return numbers

    return check


@cycle("gctypes")
def missing_hangs_off_a_dead_cycle(w):
    # The hidden reference leads out of the cycle: clearing the cycle frees it by refcount.
    item = w.link = gctypes.Good()
    item.a = w
    item.b = gctypes.Missing()
    item.b.a = ["tail"]
    return lambda: item.b.a


@cycle("gctypes", expect="kept")
def missing_holds_a_cycle(w):
    # A ring of correct objects, with a `Missing` in it.
    first, hidden = gctypes.Good(), gctypes.Missing()
    first.a, hidden.b = hidden, first
    first.b = w
    w.link = first
    return lambda: type(first.a).__name__


@cycle("gctypes", expect="kept")
def untracked_object_in_the_ring(w):
    item = w.link = gctypes.untrack(gctypes.Good())
    item.a = w
    return lambda: item.b


@cycle("gctypes")
def finalizer_in_c_sees_a_whole_object(w):
    seen = []
    item = w.link = gctypes.Finalizes()

    # `a` is called with the object: nothing of the dead cycle may be cleared by then.
    def finalizer(dying):
        seen.append([dying.b is w, w.link is dying])

    item.a, item.b = finalizer, w
    return lambda: len(seen)
