# A coroutine collects three awaits deep: every frame of the chain is running and holds something.
expect = {"outer": {"alive": "y"}, "middle": {"alive": "y"}, "inner": {"alive": "y"}}
collected = 0


def run(case):
    async def inner():
        held = {"w": case.witness("inner")}
        held["me"] = held
        case.collect()
        return held is held["me"]

    async def middle():
        held = [case.witness("middle")]
        held.append(held)
        return await inner() and held[1] is held

    async def outer():
        held = {case.witness("outer")}
        assert await middle() and held

    try:
        outer().send(None)
    except StopIteration:
        pass
