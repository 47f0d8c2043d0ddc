# Several weak references to one object: callbacks run from the newest to the oldest, all before the finalizer.
import weakref

order = "callback:third callback:second callback:first finalize:a"
expect = {
    "a": {"alive": "n", "finalizer": "plain"},
    **{name: {"callback": "log", "called": "y"} for name in ("first", "second", "third")},
}


def run(case):
    class A:
        def __del__(self):
            case.note("finalize", "a")

    def reference(obj, name):
        return weakref.ref(obj, lambda _: case.note("callback", name))

    a = A()
    a.w, a.me = case.witness("a"), a
    references = [reference(a, name) for name in ("first", "second", "third")]
    case.prepare()
    del a
    case.collect()
    assert [ref() for ref in references] == [None] * 3
