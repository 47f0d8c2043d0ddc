/** Standard streams: nothing lost, nothing late, nothing out of order. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MOULT, moult, python, Sandbox, start } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

describe("output", () => {
  test("a flushed line is there at once", async () => {
    const run = start(["run", "-c", "print('ready', flush=True); print(input())"]);
    await run.saw("ready\n");
    run.child.stdin?.end("done\n");
    expect(await run.ended).toMatchObject({ stdout: "ready\ndone\n", status: 0 });
  });

  test("10 MB arrive whole", async () => {
    const { stdout, status } = await python("for i in range(10 * 1024): print('x' * 1023)");
    expect(stdout.length).toBe(10 * 1024 * 1024);
    expect(status).toBe(0);
  });

  test("bytes are bytes", async () => {
    const output = join(sandbox.path, "bytes");
    const file = openSync(output, "w");
    await python("import sys; sys.stdout.buffer.write(bytes(range(256)))", { stdio: ["pipe", file, "pipe"] });
    closeSync(file);
    expect([...readFileSync(output)]).toEqual([...Array(256).keys()]);
  });

  test("stderr and flushed stdout keep their order", async () => {
    const output = join(sandbox.path, "both");
    const file = openSync(output, "w");
    const code =
      "import sys\nfor i in range(3):\n  print('out', i, flush=True); print('err', i, file=sys.stderr)";
    await python(code, { stdio: ["pipe", file, file] });
    closeSync(file);
    expect(readFileSync(output, "utf8")).toBe("out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\n");
  });

  test("what was not flushed comes at exit, also at sys.exit", async () => {
    expect(await python("import sys; sys.stdout.write('tail'); sys.exit(4)")).toMatchObject({
      stdout: "tail",
      status: 4,
    });
  });

  test("a pipe is not a terminal", async () => {
    const { stdout } = await python(
      "import sys; print([s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)])",
    );
    expect(stdout).toBe("[False, False, False]\n");
  });
});

describe("a reader that goes away", () => {
  test("is no news", async () => {
    const script = sandbox.write("endless.py", "i = 0\nwhile True:\n    print(i)\n    i += 1\n");
    const run = start(["run", script]);
    run.child.stdout?.once("data", () => run.child.stdout?.destroy());
    expect(await run.ended).toMatchObject({ stderr: "", status: 1 });
  });

  test("when only the last flush notices it: python's status", async () => {
    const run = start(["run", "-c", "print('x'); input()"]);
    run.child.stdout?.destroy();
    run.child.stdin?.end("\n");
    expect(await run.ended).toMatchObject({ stderr: "", status: 120 });
  });

  test("can be handled by the program", async () => {
    const code = [
      "import sys, os",
      "try:",
      "    while True: print('x' * 1000)",
      "except BrokenPipeError:",
      "    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())",
      "    print('handled', file=sys.stderr)",
    ].join("\n");
    const run = start(["run", "-c", code]);
    run.child.stdout?.once("data", () => run.child.stdout?.destroy());
    expect(await run.ended).toMatchObject({ stderr: "handled\n", status: 0 });
  });
});

describe("input", () => {
  test("lines come as they are sent", async () => {
    const run = start([
      "run",
      "-c",
      "import sys\nfor line in sys.stdin: print('got', line, end='', flush=True)",
    ]);
    run.child.stdin?.write("one\n");
    await run.saw("got one\n");
    run.child.stdin?.write("two\n");
    await run.saw("got two\n");
    run.child.stdin?.end();
    expect(await run.ended).toMatchObject({ stdout: "got one\ngot two\n", status: 0 });
  });

  test("10 MB arrive whole", async () => {
    const input = Buffer.alloc(10 * 1024 * 1024, "0123456789abcdef");
    const code = "import sys, zlib; data = sys.stdin.buffer.read(); print(len(data), zlib.crc32(data))";
    const first = await python(code, { input });
    expect(first.stdout).toMatch(/^10485760 \d+\n$/);
    const file = sandbox.write("input", input.toString("latin1"));
    const fd = openSync(file, "r");
    expect((await python(code, { stdio: [fd, "pipe", "pipe"] })).stdout).toBe(first.stdout);
    closeSync(fd);
  });

  test("its end is an EOFError to input()", async () => {
    const { stderr, status } = await python("input()");
    expect(stderr).toContain("EOFError: EOF when reading a line");
    expect(status).toBe(1);
  });

  test("an unbuffered program does not wait for more than it asked for", async () => {
    const run = start(["run", "-u", "-c", "print(input()); print(input())"]);
    run.child.stdin?.write("a\n");
    await run.saw("a\n");
    run.child.stdin?.end("b\n");
    expect(await run.ended).toMatchObject({ stdout: "a\nb\n", status: 0 });
  });
});

test("the command is executable", async () => {
  expect(readFileSync(MOULT, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect((await moult(["--version"])).stdout).toMatch(/^moult \d+\.\d+\.\d+\n$/);
});
