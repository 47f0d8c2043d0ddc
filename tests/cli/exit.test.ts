/** How a program ends: exit status, tracebacks and messages; the same as `python` gives. */
import { afterAll, describe, expect, test } from "vitest";
import { moult, python, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

describe("SystemExit", () => {
  test.each([
    ["sys.exit()", 0, ""],
    ["sys.exit(None)", 0, ""],
    ["sys.exit(3)", 3, ""],
    ["sys.exit(256 + 7)", 7, ""],
    ["sys.exit('gone')", 1, "gone\n"],
    ["raise SystemExit(('a', 1))", 1, "('a', 1)\n"],
    ["import os; os._exit(9)", 9, ""],
  ])("%s", async (code, status, stderr) => {
    expect(await python(`import sys\n${code}\n`)).toMatchObject({ status, stderr, stdout: "" });
  });
});

describe("errors", () => {
  test("an uncaught exception: traceback without foreign frames, status 1", async () => {
    const script = sandbox.write("fails.py", "def f():\n    raise ValueError('no')\n\nf()\n");
    const { stderr, status } = await moult(["run", script]);
    expect(stderr).toBe(
      `Traceback (most recent call last):\n  File "${script}", line 4, in <module>\n    f()\n    ~^^\n` +
        `  File "${script}", line 2, in f\n    raise ValueError('no')\nValueError: no\n`,
    );
    expect(status).toBe(1);
  });

  test("a syntax error: no traceback", async () => {
    const script = sandbox.write("syntax.py", "print('never')\ndef f(:\n");
    const { stdout, stderr, status } = await moult(["run", script]);
    expect(stderr).toBe(
      `  File "${script}", line 2\n    def f(:\n          ^\nSyntaxError: invalid syntax\n`,
    );
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });

  test("a script that does not exist: python's message, status 2", async () => {
    const { stderr, status } = await moult(["run", "nope.py"], { cwd: sandbox.path });
    expect(stderr).toBe(
      `moult: can't open file '${sandbox.path}/nope.py': [Errno 2] No such file or directory\n`,
    );
    expect(status).toBe(2);
  });

  test("a module that does not exist", async () => {
    const { stderr, status } = await moult(["run", "-m", "nope"]);
    expect(stderr).toMatch(/: No module named nope\n$/);
    expect(status).toBe(1);
  });

  test("a directory without __main__.py", async () => {
    const { stderr, status } = await moult(["run", sandbox.path]);
    expect(stderr).toContain("can't find '__main__' module in");
    expect(status).toBe(1);
  });
});

test("at exit: atexit functions, then finalizers of what is left", async () => {
  const code = [
    "import atexit",
    "class Last:",
    "    def __del__(self): print('finalized')",
    "last = Last()",
    "atexit.register(print, 'atexit')",
    "print('end')",
  ].join("\n");
  expect(await python(code)).toMatchObject({ stdout: "end\natexit\nfinalized\n", stderr: "", status: 0 });
});

test("C code that calls itself too deeply is a RecursionError, not a crash", async () => {
  const code = [
    "import json",
    "deep = []",
    "for _ in range(1_000_000): deep = [deep]",
    "try: json.dumps(deep)",
    "except RecursionError: print('RecursionError')",
    "del deep",
    "print('end')",
  ].join("\n");
  expect(await python(code)).toMatchObject({ stdout: "RecursionError\nend\n", stderr: "", status: 0 });
});
