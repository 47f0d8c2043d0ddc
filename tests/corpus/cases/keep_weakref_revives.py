# A strong reference is taken back from a weak one between two collections: the object was never dead.
import gc
import weakref

expect = {"a": {"alive": "y"}}


def run(case):
    class A:
        pass

    a = A()
    a.w, a.me = case.witness("a"), a
    reference = weakref.ref(a)
    gc.collect()
    del a
    a = reference()
    case.collect()
    assert a.me is a
    del a
