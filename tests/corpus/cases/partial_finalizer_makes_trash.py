# A finalizer makes a new cycle and drops it, and hangs another new object on a live one: the new trash waits for
# a later collection, the live object keeps what it got.
expect = {
    "a": {"alive": "n", "finalizer": "plain"},
    "live": {"alive": "y"},
    "gift": {"alive": "y"},
    "later": {},
}


def run(case):
    live = [case.witness("live")]

    class A:
        def __del__(self):
            case.note("finalize", "a")
            live.append([case.witness("gift"), live])
            later = [case.witness("later")]
            later.append(later)

    a = A()
    a.w, a.me = case.witness("a"), a
    case.prepare()
    del a
    case.collect()
    assert live[1][1] is live
