# weakref.finalize: a registry inside the standard library holds the weak reference; its callback runs once,
# with its arguments, and not again at exit.
import weakref

expect = {"a": {"alive": "n"}, "finalize": {"callback": "log", "called": "y"}}


def run(case):
    class A:
        pass

    a = A()
    a.w, a.me = case.witness("a"), a
    weakref.finalize(a, case.note, "callback", "finalize")
    case.prepare()
    del a
    case.collect()
