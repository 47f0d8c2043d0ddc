/** What `--trace`, `--report` and `--json` say, and that none of it touches the program's output. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ReportJson } from "../../src/events/report-json.js";
import { ENVIRONMENT, moult, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

/** Makes and drops 1,000 cycles, collects them and prints their number. */
const GARBAGE = sandbox.write(
  "garbage.py",
  "import gc\ngc.collect()\nfor _ in range(1000):\n    a = []\n    a.append(a)\ndel a\nprint(gc.collect())\n",
);

describe.each(["builtin", "generational"])("plan %s", (plan) => {
  test("stdout is the program's alone; the report counts what it collected", async () => {
    const json = join(sandbox.path, `${plan}.json`);
    const options = ["--plan", plan, "--trace", "--report", "--json", json];
    const { stdout, stderr, status } = await moult(["run", ...options, GARBAGE]);
    expect({ stdout, status }).toEqual({ stdout: "1000\n", status: 0 });
    expect(stderr).toMatch(/^gc \d+ @\d+\.\d+s gen2: .*1000 freed, /m);
    expect(stderr).toContain(`collections, plan ${plan}\n`);
    const report = JSON.parse(readFileSync(json, "utf8")) as ReportJson;
    expect(report).toMatchObject({ format: "moult-report", plan });
    // CPython does not tell its callbacks who asked, so the plan `builtin` does not know either.
    if (plan !== "builtin") expect(report.total.forced).toBe(2);
    expect(report.total.collected).toBeGreaterThanOrEqual(1000);
    expect(report.peakMemoryBytes).toBeGreaterThan(1 << 20);
  });
});

test("variables set options; flags go before them", async () => {
  const env = { ...ENVIRONMENT, MOULT_PLAN: "nonsense" };
  const wrong = await moult(["run", GARBAGE], { env });
  expect(wrong.stderr).toMatch(/^moult: .*MOULT_PLAN.*\n$/);
  expect(wrong.status).toBe(2);
  const right = await moult(["run", "--plan", "builtin", "--report", GARBAGE], {
    env: { ...ENVIRONMENT, MOULT_PLAN: "generational" },
  });
  expect(right.stderr).toContain("plan builtin");
});

test("a report is also written when the program fails", async () => {
  const { stderr, status } = await moult([
    "run",
    "--report",
    "-c",
    "import gc; gc.collect(); raise SystemExit(5)",
  ]);
  expect(stderr).toContain("plan incremental");
  expect(status).toBe(5);
});
