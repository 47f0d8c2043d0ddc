# Lists nested 20,000 deep, closed to a ring: marking needs a stack of its own, not the machine's. (They are kept,
# and taken apart from the outside at the end: freeing them at one go overflows the stack of CPython itself.)
expect = {"inner": {"alive": "y"}, "outer": {"alive": "y"}}
collected = 0


def run(case):
    inner = outer = [case.witness("inner")]
    for _ in range(20_000):
        outer = [outer]
    outer.append(case.witness("outer"))
    inner.append(outer)
    case.prepare()
    case.collect()
    inner.clear()
    while outer:
        outer = outer[0]
