/** `moult run --memory-limit`: a MemoryError as python would show it, and the report of what held the memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ReportJson } from "../../src/events/report-json.js";
import { ENVIRONMENT, moult, PYODIDE_029, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const ENDLESS = sandbox.write(
  "endless.py",
  "kept = []\ndef fill():\n    while True:\n        kept.append('x' * 1000)\nfill()\n",
);
const CAUGHT = sandbox.write(
  "caught.py",
  "kept = []\ntry:\n    while True: kept.append([])\nexcept MemoryError:\n    len(kept)\n    kept.clear()\nprint('go on')\n",
);

describe.each([
  ["314", []],
  ["0.29", ["--pyodide", PYODIDE_029]],
])("pyodide %s", (_, line) => {
  test("an uncaught MemoryError is a traceback and status 1", async () => {
    const { stdout, stderr, status } = await moult(["run", ...line, "--memory-limit", "64MiB", ENDLESS]);
    expect(stderr).toMatch(
      /^Traceback \(most recent call last\):\n {2}File ".*endless.py", line 5, in <module>\n/,
    );
    expect(stderr).toMatch(/line 4, in fill\n[\s\S]*\nMemoryError\n$/);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });

  test("a caught one is the program's affair; the report tells of it", async () => {
    const json = join(sandbox.path, "limit.json");
    const options = ["--memory-limit=64MiB", "--report", "--json", json];
    const { stdout, stderr, status } = await moult(["run", ...line, ...options, CAUGHT]);
    expect({ stdout, status }).toEqual({ stdout: "go on\n", status: 0 });
    expect(stderr).toMatch(/^ {2}limit {5}1 refusal at 64\.0 MiB; most was held by list \([\d.]+ MiB\), /m);
    const { memoryLimit, peakMemoryBytes } = JSON.parse(readFileSync(json, "utf8")) as ReportJson;
    expect(memoryLimit).toMatchObject({ limitBytes: 64 * 2 ** 20, refusals: 1 });
    expect(peakMemoryBytes).toBeLessThanOrEqual(64 * 2 ** 20);
  });
});

test("a limit below what Pyodide takes is wrong usage: one line, status 2", async () => {
  const env = { ...ENVIRONMENT, MOULT_MEMORY_LIMIT: "10MB" };
  const { stdout, stderr, status } = await moult(["run", ENDLESS], { env });
  expect(stderr).toMatch(
    /^moult: option "memoryLimit" can't be 10000000 bytes \(9\.5 MiB\): Python's memory measures .*\n$/,
  );
  expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
});

test("a size that is none is wrong usage", async () => {
  const { stderr, status } = await moult(["run", "--memory-limit", "64 parsecs", ENDLESS]);
  expect(stderr).toMatch(/^moult: .*--memory-limit.*"64 parsecs".*allowed: a size above 0.*\n$/);
  expect(status).toBe(2);
});
