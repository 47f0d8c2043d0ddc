/** What a program finds: arguments, `__main__`, paths, environment; the same as `python` gives it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ENVIRONMENT, moult, PYODIDE_029, python, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const script = sandbox.write(
  "script.py",
  "import sys\nprint(__name__, __file__, sys.argv, sys.path[0], sys.modules['__main__'].__file__)\n",
);
mkdirSync(join(sandbox.path, "package"));
sandbox.write("package/__init__.py", "");
sandbox.write(
  "package/__main__.py",
  "import sys; print(__name__, __package__, __spec__.name, sys.argv[1:])\n",
);

describe("how a program is named", () => {
  test("a script, with its own options", async () => {
    const { stdout, status } = await moult(["run", "script.py", "--help", "--plan", "x"], {
      cwd: sandbox.path,
    });
    const argv = "['script.py', '--help', '--plan', 'x']";
    expect(stdout).toBe(`__main__ ${script} ${argv} ${sandbox.path} ${script}\n`);
    expect(status).toBe(0);
  });

  test("a script by its absolute path", async () => {
    const { stdout } = await moult(["run", script], { cwd: "/" });
    expect(stdout).toBe(`__main__ ${script} ['${script}'] ${sandbox.path} ${script}\n`);
  });

  test.each(["-m", "-mpackage"])("a module: %s", async (flag) => {
    const name = flag === "-m" ? ["package"] : [];
    const { stdout } = await moult(["run", flag, ...name, "-c", "x"], { cwd: sandbox.path });
    expect(stdout).toBe("__main__ package package.__main__ ['-c', 'x']\n");
  });

  test("a directory with __main__.py", async () => {
    const { stdout } = await moult(["run", join(sandbox.path, "package"), "a"]);
    expect(stdout).toBe("__main__  __main__ ['a']\n");
  });

  test("code", async () => {
    const { stdout } = await moult([
      "run",
      "-c",
      "import sys; print(sys.argv, repr(sys.path[0]))",
      "-m",
      "x",
    ]);
    expect(stdout).toBe("['-c', '-m', 'x'] ''\n");
  });

  test("standard input", async () => {
    const { stdout } = await moult(["run", "-", "a"], { input: "import sys\nprint(sys.argv)\n" });
    expect(stdout).toBe("['-', 'a']\n");
  });

  test("another CPython with --pyodide", async () => {
    const { stdout } = await moult(["run", "--pyodide", PYODIDE_029, script, "1"]);
    expect(stdout).toBe(`__main__ ${script} ['${script}', '1'] ${sandbox.path} ${script}\n`);
  });
});

describe("surroundings", () => {
  test("the environment is the host's", async () => {
    const env = { ...ENVIRONMENT, MESSAGE: "héllo", HOME: "/somewhere" };
    const names = "sorted(set(os.environ) - {'LD_LIBRARY_PATH'})";
    const { stdout } = await python(
      `import os; print(os.environ['MESSAGE'], os.environ['HOME']); print(${names})`,
      {
        env,
      },
    );
    const expected = Object.keys(env).filter((name) => name !== "LD_LIBRARY_PATH");
    const listed = stdout.split("\n")[1]?.match(/[A-Za-z_0-9]+/g);
    expect(stdout.split("\n")[0]).toBe("héllo /somewhere");
    expect(listed?.sort()).toEqual(expected.sort());
  });

  test("PYTHONPATH, with relative entries", async () => {
    sandbox.write("helper.py", "NAME = 'found'\n");
    const env = { ...ENVIRONMENT, PYTHONPATH: "." };
    const code = sandbox.write("package/user.py", "import helper; print(helper.NAME, helper.__file__)\n");
    const { stdout } = await moult(["run", code], { env, cwd: sandbox.path });
    expect(stdout).toBe(`found ${join(sandbox.path, "helper.py")}\n`);
  });

  test("nothing of Pyodide's start is left behind", async () => {
    const code = [
      "import sys, gc",
      "print(sorted(name for name in globals() if not name.startswith('__')))",
      "print('' in sys.path[1:], sys.getrecursionlimit(), sys.stdout.line_buffering, gc.isenabled())",
    ].join("\n");
    const { stdout } = await python(code);
    expect(stdout).toBe("['gc', 'sys']\nFalse 1000 False True\n");
  });

  test("interpreter options", async () => {
    const code = "import warnings, sys\nassert False\nprint(sys.flags.optimize)\nwarnings.warn('x')\n";
    const { stdout, stderr, status } = await moult(["run", "-OW", "error", "-c", code]);
    expect(stdout).toBe("1\n");
    expect(stderr).toContain("UserWarning: x");
    expect(status).toBe(1);
  });
});
