# A weakref callback that makes new cycles and calls gc.collect(): a collection inside a collection does nothing,
# and what was made meanwhile is young and alive.
import gc
import weakref

expect = {"a": {"alive": "n"}, "new": {"alive": "y"}, "a_ref": {"callback": "log", "called": "y"}}


def run(case):
    kept = []

    def callback(_):
        case.note("callback", "a_ref")
        kept.append([case.witness("new")])
        kept[0].append(kept[0])
        if gc.collect() != 0:
            case.note("nested", "collect")

    class A:
        pass

    a = A()
    a.w, a.me = case.witness("a"), a
    reference = weakref.ref(a, callback)
    case.prepare()
    del a
    case.collect()
    assert reference() is None and kept[0][1] is kept[0]
