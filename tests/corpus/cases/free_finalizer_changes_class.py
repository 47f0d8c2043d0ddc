# A finalizer changes the class of another object in the trash, and hangs a third on its own class: what a
# collector remembered about a type before finalizers ran may be wrong after.
expect = {
    "a": {"alive": "n", "finalizer": "plain"},
    "b": {"alive": "n"},
    "c": {"alive": "n"},
}


def run(case):
    class Other:
        pass

    class A:
        def __del__(self):
            case.note("finalize", "a")
            self.b.__class__ = Other
            self.c.__class__.extra = self.c

    class B:
        pass

    class C:
        pass

    a, b, c = A(), B(), C()
    a.w, b.w, c.w = case.witness("a"), case.witness("b"), case.witness("c")
    a.b, b.c, a.c, c.a = b, c, c, a
    # With a dict object from the start: one made by the finalizer would be new, and keep what it refers to.
    vars(b)
    case.prepare()
    del a, b, c, B, C
    case.collect()
