# An async generator that was being iterated tells its event loop's hook when it dies: the hook is its finalizer,
# gets the generator itself, and so saves it until it has closed it.
import sys

expect = {"gen": {"alive": "n", "finalizer": "plain"}}


def run(case):
    def finalized(gen):
        case.note("finalize", "gen")
        try:
            gen.aclose().send(None)
        except StopIteration:
            pass

    async def body():
        w = case.witness("gen")
        me = yield
        yield

    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=finalized)
    try:
        gen = body()
        for value in (None, gen):
            try:
                gen.asend(value).send(None)
            except StopIteration:
                pass
        del gen, value
        case.prepare()
        case.collect()
    finally:
        sys.set_asyncgen_hooks(*hooks)
