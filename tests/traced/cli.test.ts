/** `moult traced` and `moult run --runtime traced`, as a user has them. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENVIRONMENT, moult, PYODIDE_029, Sandbox } from "../cli/moult.js";
import { LONG, tracedDirectory } from "./runtime.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const cache = join(sandbox.path, "moult/traced");
const env = { ...ENVIRONMENT, XDG_CACHE_HOME: sandbox.path };

/** A cache with the runtime that other tests have built. */
beforeAll(async () => {
  const built = await tracedDirectory();
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(dirname(built))) symlinkSync(join(dirname(built), name), join(cache, name));
}, LONG);

describe("traced", () => {
  test("info says what is in the cache", async () => {
    const { stdout, status } = await moult(["traced", "info"], { env });
    expect(stdout).toMatch(/^traced runtime .*moult\/traced\/[0-9a-f]{16}\n/);
    expect(stdout).toMatch(/sites rewritten +\d+ increments, \d+ decrements and \d+ on/);
    expect(status).toBe(0);
  });
  test("info says when there is none, and what to do", async () => {
    const { stdout, status } = await moult(["traced", "info", "--steps", "spill"], { env });
    expect(stdout).toMatch(/^no traced runtime is in .*; build it with: moult traced build\n$/);
    expect(status).toBe(1);
  });
  test("build takes what is in the cache, without building", async () => {
    const { stdout, stderr, status } = await moult(["traced", "build"], { env });
    expect(stdout).toContain("sticky counts, spilled roots");
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
  test("wrong steps are wrong usage", async () => {
    const { stderr, status } = await moult(["traced", "build", "--steps", "magic"], { env });
    expect(stderr).toBe('moult: --steps can\'t be "magic"; allowed: sticky, spill\n');
    expect(status).toBe(2);
  });
  test("another Pyodide is refused", async () => {
    const { stderr, status } = await moult(["traced", "build", "--pyodide", PYODIDE_029], { env });
    expect(stderr).toMatch(
      /^moult: only the CPython of pyodide 314\.0\.7 can run without reference counting/,
    );
    expect(status).toBe(70);
  });
  test.each([[["traced", "--help"]], [["traced", "build", "--help"]], [["traced", "info", "--help"]]])(
    "%s",
    async (args) => {
      const { stdout, status } = await moult(args, { env });
      expect(stdout).toMatch(/^Usage: moult traced/);
      expect(stdout).toMatch(/Examples?:/);
      expect(status).toBe(0);
    },
  );
});

describe("run --runtime traced", () => {
  const SHARED = "import sys; a = []; b = [a, a]; print(sys.getrefcount(a) > 1000)";

  test("runs the program without counting", async () => {
    const { stdout, stderr, status } = await moult(["run", "--runtime", "traced", "-c", SHARED], { env });
    expect({ stdout, stderr, status }).toEqual({ stdout: "True\n", stderr: "", status: 0 });
  });
  test("its report names the collector", async () => {
    const args = ["run", "--runtime", "traced", "--report", "-c", "import gc; gc.collect()"];
    const { stderr } = await moult(args, { env });
    expect(stderr).toContain("plan traced");
  });
  test("the exit status is the program's", async () => {
    const { status } = await moult(["run", "--runtime", "traced", "-c", "raise SystemExit(3)"], { env });
    expect(status).toBe(3);
  });
  test("where it can't, the stock runtime runs the program, with a message why", async () => {
    const args = ["run", "--runtime", "traced", "--pyodide", PYODIDE_029, "-c", SHARED];
    const { stdout, stderr, status } = await moult(args, { env });
    expect({ stdout, status }).toEqual({ stdout: "False\n", status: 0 });
    expect(stderr).toMatch(
      /^moult: warning: no traced runtime, the stock one runs instead: only the CPython of/,
    );
  });
  test("a broken runtime in the cache is not used", async () => {
    const broken = new Sandbox();
    const directory = join(broken.path, "moult/traced");
    mkdirSync(directory, { recursive: true });
    const [key = ""] = readdirSync(cache);
    cpSync(join(cache, key), join(directory, key), { recursive: true, dereference: true });
    const wasm = join(directory, key, "pyodide.asm.wasm");
    const bytes = readFileSync(wasm);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(wasm, bytes);
    const { status } = await moult(["traced", "info"], { env: { ...env, XDG_CACHE_HOME: broken.path } });
    expect(status).toBe(1);
    broken.remove();
  });
});
