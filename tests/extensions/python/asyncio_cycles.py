"""_asyncio: tasks, futures and their coroutines, on a loop that only records what it is asked to do."""

import asyncio

from harness import cycle


class Loop(asyncio.AbstractEventLoop):
    """Runs nothing by itself: `run` calls what was scheduled."""

    def __init__(self):
        self.ready = []

    def get_debug(self):
        return False

    def call_soon(self, callback, *arguments, context=None):
        self.ready.append((callback, arguments))

    def call_exception_handler(self, context):
        pass

    def run(self):
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while self.ready:
                callback, arguments = self.ready.pop(0)
                callback(*arguments)
        finally:
            asyncio._set_running_loop(running)


@cycle()
def future_callback(w):
    loop = Loop()
    future = w.link = asyncio.Future(loop=loop)
    future.add_done_callback(lambda f: (future, w))
    future.add_done_callback(lambda f: w)
    return lambda: future.done()


@cycle()
def future_result(w):
    future = w.link = asyncio.Future(loop=Loop())
    future.set_result([w, future])
    return lambda: len(future.result())


@cycle()
def future_exception_with_traceback(w):
    future = w.link = asyncio.Future(loop=Loop())
    try:
        raise ValueError("no", w)
    except ValueError as error:
        future.set_exception(error)
    future.exception()
    return lambda: future.exception().args[0]


@cycle()
def future_iterator(w):
    future = asyncio.Future(loop=Loop())
    w.link = iter(future)
    next(w.link)
    future.w = None if not hasattr(future, "__dict__") else w
    future.add_done_callback(lambda f: w)
    return lambda: future.done()


@cycle()
def finished_task(w):
    loop = Loop()

    async def work():
        return w

    task = w.link = asyncio.Task(work(), loop=loop)
    loop.run()
    return lambda: task.done()


@cycle()
def task_waiting_for_a_future(w):
    loop = Loop()

    async def work():
        held = w
        await future
        return held

    future = asyncio.Future(loop=loop)
    # A pending task that dies is reported by its finalizer through the loop's exception handler.
    task = w.link = asyncio.Task(work(), loop=loop)
    loop.run()
    return lambda: [task.done(), future.done()]


@cycle()
def failed_task(w):
    loop = Loop()

    async def work():
        held = w
        raise ValueError(held is w)

    task = w.link = asyncio.Task(work(), loop=loop)
    loop.run()
    return lambda: task.exception().args


@cycle()
def suspended_coroutine_and_async_generator(w):
    async def ticks():
        held = w
        yield held is w
        yield 2

    generator = w.link = ticks()
    step = generator.asend(None)
    try:
        step.send(None)
    except StopIteration as stop:
        first = stop.value
    w.next_step = generator.aclose()
    return lambda: first


@cycle()
def anext_with_a_default(w):
    class Source:
        def __aiter__(self):
            return self

        async def __anext__(self):
            return w

    awaitable = anext(Source(), w)
    w.link = awaitable
    return lambda: type(awaitable).__name__
