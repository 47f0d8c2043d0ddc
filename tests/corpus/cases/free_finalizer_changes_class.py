# A finalizer changes the class of another object in the trash, and hangs a third on its own class: what a
# collector remembered about a type before finalizers ran may be wrong after.
expect = {
    "a": {"alive": "n", "finalizer": "plain"},
    "b": {"alive": "n"},
    "c": {"alive": "n"},
}


def run(case):
    # Slots only: to change the class of an instance with inline values makes a dict, which is new and saves all.
    class Other:
        __slots__ = ("w", "c")

    class A:
        def __del__(self):
            case.note("finalize", "a")
            self.b.__class__ = Other
            self.c.__class__.extra = self.c

    class B:
        __slots__ = ("w", "c")

    class C:
        pass

    a, b, c = A(), B(), C()
    a.w, b.w, c.w = case.witness("a"), case.witness("b"), case.witness("c")
    a.b, b.c, a.c, c.a = b, c, c, a
    case.prepare()
    del a, b, c, B, C
    case.collect()
