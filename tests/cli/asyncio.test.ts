/** asyncio: an event loop that blocks, so that `asyncio.run` gives its result, as with `python`. */
import { expect, test } from "vitest";
import { moult, PYODIDE_029, python } from "./moult.js";

const PROGRAM = `
import asyncio, contextvars, time

async def worker(name, delay, out):
    await asyncio.sleep(delay)
    out.append(name)
    return name

async def numbers():
    try:
        for i in range(3):
            yield i
            await asyncio.sleep(0)
    finally:
        print("generator closed")

async def main():
    out = []
    start = time.monotonic()
    results = await asyncio.gather(*(worker(i, 0.3 - i / 10, out) for i in range(3)))
    print(results, out, time.monotonic() - start < 60)
    async with asyncio.TaskGroup() as group:
        queue = asyncio.Queue()
        group.create_task(queue.put("queued"))
        print(await queue.get())
    try:
        async with asyncio.timeout(0.05):
            await asyncio.Event().wait()
    except TimeoutError:
        print("timeout")
    async for i in numbers():
        if i == 1: break
    print(await asyncio.to_thread(lambda: "inline"))
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, print, "later")
    await asyncio.sleep(0.05)
    return "result"

print(asyncio.run(main()))
loop = asyncio.new_event_loop()
print(loop.run_until_complete(asyncio.sleep(0, "again")), loop.is_running())
loop.close()
with asyncio.Runner() as runner:
    print(runner.run(asyncio.sleep(0, "runner")))
`;

/** As native Python 3.11 prints it. */
const OUTPUT = `[0, 1, 2] [2, 1, 0] True
queued
timeout
generator closed
inline
later
result
again False
runner
`;

test.each([
  ["the main Pyodide", []],
  ["Pyodide 0.29", ["--pyodide", PYODIDE_029]],
])("%s: tasks, timers, timeouts, generators", async (_, options) => {
  const { stdout, stderr, status } = await moult(["run", ...options, "-W", "error", "-"], { input: PROGRAM });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toBe(OUTPUT);
});

test("an exception in a task ends the program as python does", async () => {
  const code = "import asyncio\nasync def main():\n    raise ValueError('in a task')\nasyncio.run(main())\n";
  const { stderr, status } = await python(code);
  expect(stderr).toMatch(/^Traceback[\s\S]*in main\n.*\nValueError: in a task\n$/);
  expect(status).toBe(1);
});
