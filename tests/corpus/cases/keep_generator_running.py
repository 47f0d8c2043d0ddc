# A generator collects while it runs: its frame is on the thread's stack, not suspended, and is the only thing
# that holds the list. CPython 3.14 keeps borrowed references in running frames, which a traversal must not count.
expect = {"list": {"alive": "y"}, "gen": {"alive": "y"}}
collected = 0


def run(case):
    def body():
        w = case.witness("gen")
        held = [case.witness("list")]
        held.append(held)
        me = yield
        held.append(me)
        del me
        yield case.collect()
        assert held[1] is held

    gen = body()
    next(gen)
    gen.send(gen)
    del gen
