# A finalizer looks at the whole heap: the trash is intact, but on no list of the collector any more, so that
# gc.get_objects() and gc.get_referrers() do not find it, and looking saves nothing.
import gc

order = "finalize:a intact:a"
expect = {"a": {"alive": "n", "finalizer": "plain"}, "b": {"alive": "n"}}


def run(case):
    class A:
        def __del__(self):
            case.note("finalize", "a")
            listed = any(obj is self.b for obj in gc.get_objects())
            referred = any(obj is self.b for obj in gc.get_referrers(self))
            if self.b[1] is self and not listed and not referred:
                case.note("intact", "a")

    a = A()
    a.w = case.witness("a")
    a.b = [case.witness("b"), a]
    case.prepare()
    del a
    case.collect()
