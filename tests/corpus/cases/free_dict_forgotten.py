# A dict object made on demand for an instance without tracked values; the first such value then comes by way of the
# instance, and at last the dict parts from the instance's inline values. CPython 3.13 never starts to track such
# a dict and so never finds the cycle through it: any collector there that believes CPython's lists keeps it.
needs = "py3.14"
expect = {"a": {"alive": "n"}}


def run(case):
    class A:
        pass

    a = A()
    vars(a)
    a.w = case.witness("a")
    a.me = a
    for i in range(40):
        setattr(a, f"attribute{i}", i)
    case.prepare()
    del a
    case.collect()
