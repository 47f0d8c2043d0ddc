/** Ctrl-C: KeyboardInterrupt wherever Python is, and a way out where Python can't hear it. */
import { describe, expect, test } from "vitest";
import { Channel } from "../../src/platform/node/channel.js";
import { type Outcome, start } from "./moult.js";

/** Runs code, sends SIGINT once it has called `ready`, and waits for the end. Input stays open. */
async function interrupted(code: string): Promise<Outcome> {
  const ready = "def ready(): print('ready', flush=True)";
  const run = start(["run", "-c", `import asyncio, sys, time\n${ready}\n${code}`]);
  await run.saw("ready\n");
  run.child.kill("SIGINT");
  return run.ended;
}

describe("uncaught: traceback, status 130", () => {
  test.each([
    ["while computing", "ready()\nwhile True: pass"],
    ["in time.sleep", "ready()\ntime.sleep(600)"],
    ["in input()", "ready()\ninput()"],
    ["in sys.stdin.read()", "ready()\nsys.stdin.read()"],
    ["in asyncio.run", "async def main():\n    ready()\n    await asyncio.sleep(600)\nasyncio.run(main())"],
  ])("%s", async (_, code) => {
    const { stdout, stderr, status } = await interrupted(code);
    expect({ stdout, status }).toEqual({ stdout: "ready\n", status: 130 });
    expect(stderr).toMatch(/^Traceback \(most recent call last\):\n/);
    expect(stderr).toContain('  File "<string>", line ');
    expect(stderr).toMatch(/\nKeyboardInterrupt\n$/);
  });
});

test("a signal that comes while Pyodide looks for one is not lost", () => {
  const channel = new Channel();
  channel.markRunning();
  // As Pyodide does it: it reads the number, and then sets it to 0.
  const buffer = channel.interruptBuffer;
  expect(buffer[0]).toBe(0);
  expect(channel.interrupt()).toBe(true);
  buffer[0] = 0;
  expect(channel.interruptPending).toBe(true);
  expect(buffer[0]).toBe(2);
  buffer[0] = 0;
  expect(channel.interruptPending).toBe(false);
});

test("in asyncio.run, after the loop has made up its mind to sleep", async () => {
  const code = `
import asyncio, signal
async def main():
    selector = asyncio.get_running_loop()._selector
    select = selector.select
    def late(timeout):
        selector.select = select
        signal.raise_signal(signal.SIGINT)
        return select(timeout)
    selector.select = late
    await asyncio.sleep(600)
asyncio.run(main())`;
  expect(await start(["run", "-c", code]).ended).toMatchObject({ status: 130 });
});

test("a program may catch it, as often as it comes", async () => {
  const code = [
    "for i in range(2):",
    "    try:",
    "        print('waiting', i, flush=True)",
    "        time.sleep(600)",
    "    except KeyboardInterrupt:",
    "        print('caught', i, flush=True)",
    "print(input())",
  ].join("\n");
  const run = start(["run", "-c", `import time\n${code}`]);
  await run.saw("waiting 0\n");
  run.child.kill("SIGINT");
  await run.saw("waiting 1\n");
  run.child.kill("SIGINT");
  await run.saw("caught 1\n");
  // Input still works after interrupts.
  run.child.stdin?.end("input\n");
  expect(await run.ended).toMatchObject({ status: 0, stderr: "" });
});

test("a handler of the program's own; time.sleep goes on after it", async () => {
  // It says that it is ready only once its handler is there. The signal may come before the print is over: printing
  // in the handler would then be a "reentrant call", as in any CPython.
  const code = [
    "import os, signal, time",
    "signal.signal(signal.SIGINT, lambda number, frame: os.write(1, b'signal %d\\n' % number))",
    "start = time.monotonic()",
    "print('ready', flush=True)",
    "time.sleep(1)",
    "print(time.monotonic() - start >= 1)",
  ].join("\n");
  const run = start(["run", "-c", code]);
  await run.saw("ready\n");
  run.child.kill("SIGINT");
  expect(await run.ended).toMatchObject({ stdout: "ready\nsignal 2\nTrue\n", stderr: "", status: 0 });
});

test("Python stuck in C: Ctrl-C again ends the process", async () => {
  // A call that never ends and runs no Python: nothing looks at signals meanwhile. Those that come before it
  // are handled, so the test may begin with one too early.
  const code = [
    "import collections, itertools, signal",
    "signal.signal(signal.SIGINT, lambda *_: None)",
    "print('ready', flush=True)",
    "collections.deque(itertools.repeat(1), maxlen=0)",
  ].join("\n");
  const run = start(["run", "-c", code]);
  await run.saw("ready\n");
  const again = setInterval(() => run.child.kill("SIGINT"), 500);
  const outcome = await run.ended;
  clearInterval(again);
  expect(outcome).toMatchObject({ signal: "SIGINT", status: null });
});

test("Ctrl-C while Pyodide is loading ends the process", async () => {
  const run = start(["run", "-c", "print('never')"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  run.child.kill("SIGINT");
  const { stdout, signal } = await run.ended;
  expect({ stdout, signal }).toEqual({ stdout: "", signal: "SIGINT" });
});
