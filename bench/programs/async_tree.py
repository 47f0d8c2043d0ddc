"""A tree of coroutines, each awaiting six more: tasks, futures and frames that refer to each other.

From:        after async_tree of pyperformance by Itamar Oren, with an event loop of its own, since
             asyncio.run needs stack switching in WebAssembly; written anew.
Collections: automatic
Parameters:  six levels of six branches: 55,987 tasks, of which 46,656 leaves each wait one turn of the
             loop.
Measures:    total  running the tree once
Published:   none for this loop.
"""

import gc
from collections import deque

from measure import check, report, timed

LEVELS = 6
BRANCHES = 6


class Future:
    """A result that is not there yet."""

    def __init__(self):
        self.done = False
        self.result = None
        self.callbacks = []

    def set_result(self, result):
        self.done = True
        self.result = result
        for callback in self.callbacks:
            loop.ready.append((callback, self))
        self.callbacks = []

    def __await__(self):
        if not self.done:
            yield self
        return self.result


class Task(Future):
    """Drives a coroutine from one future to the next."""

    def __init__(self, coroutine):
        super().__init__()
        self.coroutine = coroutine
        self.waits_for = None
        loop.tasks += 1
        loop.ready.append((self.step, None))

    def step(self, _awaited):
        try:
            future = self.coroutine.send(None)
        except StopIteration as stop:
            self.waits_for = None
            self.set_result(stop.value)
        else:
            self.waits_for = future
            future.callbacks.append(self.step)


class Loop:
    """The event loop."""

    def __init__(self):
        self.ready = deque()
        self.tasks = 0

    def run(self, coroutine):
        main = Task(coroutine)
        while self.ready:
            callback, argument = self.ready.popleft()
            callback(argument)
        return main.result


class Gathering(Future):
    """Done when all its tasks are; the result is the list of theirs."""

    def __init__(self, tasks):
        super().__init__()
        self.tasks = tasks
        self.missing = len(tasks)
        for task in tasks:
            task.callbacks.append(self.arrived)

    def arrived(self, _task):
        self.missing -= 1
        if self.missing == 0:
            self.set_result([task.result for task in self.tasks])


async def pause():
    """Gives way for one turn of the loop."""
    turn = Future()
    loop.ready.append((turn.set_result, None))
    await turn


async def node(level):
    """The number of leaves below."""
    if level == 0:
        await pause()
        return 1
    return sum(await Gathering([Task(node(level - 1)) for _ in range(BRANCHES)]))


loop = Loop()
gc.collect()
elapsed, leaves = timed(loop.run, node(LEVELS))
check(leaves, BRANCHES**LEVELS, "leaves")
check(loop.tasks, sum(BRANCHES**level for level in range(LEVELS + 1)), "tasks")
report({"total": [elapsed]})
