/** The runner of CPython's tests, tried on a tiny package of tests that pass, fail, crash and hang. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";

const RUNNER = path.join(import.meta.dirname, "run.mjs");
const FIXTURES = path.join(import.meta.dirname, "fixtures");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "moult-runner-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

interface Verdict {
  id: string;
  kind: string;
  stock: { outcome: string; causes: string[] };
  attached: { outcome: string; causes: string[] };
}

/** Each run loads several Pyodides, which takes a busy machine a while. */
vi.setConfig({ testTimeout: 600_000 });

/** Stock against stock, so that these tests are about the runner and not about a collector. */
async function run(...args: string[]) {
  const json = path.join(scratch, "report.json");
  fs.rmSync(json, { force: true });
  const { status, stdout, stderr } = await new Promise<{ status: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(
        process.execPath,
        [RUNNER, "--plan", "none", "--timeout", "10", "--json", json, ...args],
        { env: { ...process.env, CPYTHON_TESTS: FIXTURES } },
        (error, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
      );
    },
  );
  const results: { verdicts: Verdict[] }[] = fs.existsSync(json)
    ? JSON.parse(fs.readFileSync(json, "utf8")).results
    : [];
  const verdicts = results.flatMap((result) => result.verdicts);
  const outcome = (suffix: string) => verdicts.find(({ id }) => id.endsWith(suffix));
  return { status, stdout, stderr, verdicts, outcome, lines: stdout.trimEnd().split("\n") };
}

describe("outcomes", () => {
  test("each of unittest's outcomes is told from the others", async () => {
    const { status, outcome, lines } = await run("--modules", "test_outcomes");
    const stock = (suffix: string) => outcome(suffix)?.stock.outcome;
    expect(stock("test_pass")).toBe("pass");
    expect(stock("test_fail")).toBe("fail");
    expect(stock("test_error")).toBe("error");
    expect(stock("test_skip")).toBe("skip");
    expect(stock("test_expected_failure")).toBe("expectedFailure");
    expect(stock("test_unexpected_success")).toBe("unexpectedSuccess");
    expect(outcome("setUpClass (test.test_outcomes.BrokenFixture)")?.stock.causes).toEqual(["OSError"]);
    expect(outcome("test_never_runs")).toBeUndefined();
    expect(outcome("test_same_name")?.kind).toBe("same");
    expect(outcome("test_same_name #2")?.kind).toBe("same");
    expect(lines.at(-2)).toBe("cpython tests: 4 passed in both, 5 failed in both, 0 differ (0 listed)");
    expect(lines.at(-1)).toBe("4 passed, 0 failed");
    expect(status).toBe(0);
  });

  test("each failing subtest counts", async () => {
    const { outcome } = await run("--modules", "test_outcomes", "--match", "subtests");
    expect(outcome("test_subtests")?.stock).toMatchObject({
      outcome: "fail",
      causes: ["AssertionError", "AssertionError"],
    });
  });

  test("a crash and a hang are put down to the test that was running, and the rest goes on", async () => {
    const { verdicts, stdout } = await run(
      "--modules",
      "test_crash,test_hang",
      "--verbose",
      "--timeout",
      "5",
    );
    expect(verdicts.map(({ id, stock }) => [id.replace(/.*_(?=\d)/, ""), stock.outcome])).toEqual([
      ["1_before", "pass"],
      ["2_abort", "crash"],
      ["3_after", "pass"],
      ["1_before", "pass"],
      ["2_loop", "timeout"],
      ["3_after", "pass"],
    ]);
    expect(stdout).toContain("test.test_hang.Hang.test_2_loop  timeout: no progress for 5 s");
  });

  test("a module that can't be imported is one failure in both modes, and alone proves nothing", async () => {
    const { status, verdicts, stdout } = await run("--modules", "test_unloadable");
    expect(verdicts.map(({ id, kind }) => [id, kind])).toEqual([
      ["test.test_unloadable (outside of its tests)", "same"],
    ]);
    expect(stdout).toContain("no test passed in both modes: nothing was compared");
    expect(status).toBe(1);
  });
});

describe("differences", () => {
  test("a collector that collects nothing is found out, and more than once before it is said", async () => {
    const { status, verdicts, lines, stdout } = await run(
      "--modules",
      "test_cycles",
      "--sabotage",
      "collect-nothing",
    );
    expect(verdicts.filter(({ kind }) => kind === "difference").map(({ id }) => id)).toEqual([
      "test.test_cycles.Cycles.test_collects",
    ]);
    expect(stdout).toContain("(2 rounds)");
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(status).toBe(1);
  });

  test("so is one that crashes", async () => {
    const { status, outcome } = await run("--modules", "test_cycles", "--sabotage", "crash-on-collect");
    expect(outcome("test_collects")).toMatchObject({ kind: "difference", attached: { outcome: "crash" } });
    expect(status).toBe(1);
  });
});

describe("misuse ends with 2 and says what to do", () => {
  test.each([
    [["--modules", "test_nothing"], "no test_nothing in"],
    [["--plan", "mark-sweep"], "want incremental, generational, builtin, traced, none"],
    [["--ci", "--modules", "test_cycles"], "want one of them"],
    [["--threshold", "many"], "want a whole number"],
    [["--sabotage", "politely"], "want collect-nothing, crash-on-collect"],
    [["--pyodide", "/nowhere"], "no pyodide.mjs there"],
    [["--no-such-option"], "--help"],
  ])("%j", async (args, message) => {
    const { status, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
