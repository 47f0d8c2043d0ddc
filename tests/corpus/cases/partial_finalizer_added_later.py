# A class gets its finalizer after its instances were made and after collections have seen it: it counts, and it
# runs for the dead instance only.
import gc

expect = {"live": {"alive": "y"}, "dead": {"alive": "n"}, "seen": {"callback": "log", "called": "y"}}


def run(case):
    class A:
        pass

    live, dead = A(), A()
    live.w, live.me = case.witness("live"), live
    dead.w, dead.me = case.witness("dead"), dead
    gc.collect(0)
    A.__del__ = lambda self: case.note("callback", "seen")
    case.prepare()
    del dead
    case.collect()
    assert live.me is live
    del A.__del__
