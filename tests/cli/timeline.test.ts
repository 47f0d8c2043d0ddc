/** `--trace-events` and `--metrics`: what they write, also when the program is killed or the disk is full. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { eventsOf, problemsOf } from "../timeline/check-trace.js";
import { moult, Sandbox, start } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const GARBAGE = sandbox.write(
  "<garbage>.py",
  "import gc\nfor _ in range(30_000):\n    a = []\n    a.append(a)\ngc.collect()\nprint('done', flush=True)\n",
);
const ENDLESS = sandbox.write(
  "endless.py",
  "print('go', flush=True)\nwhile True:\n    a = []\n    a.append(a)\n",
);

test("a timeline and metrics of a run; stdout is the program's alone", async () => {
  const [trace, metrics] = [join(sandbox.path, "trace.json"), join(sandbox.path, "metrics.prom")];
  const outcome = await moult(["run", "--trace-events", trace, "--metrics", metrics, GARBAGE]);
  expect(outcome).toMatchObject({ status: 0, stdout: "done\n", stderr: "" });
  const text = readFileSync(trace, "utf8");
  expect(problemsOf(text)).toEqual([]);
  const events = eventsOf(text);
  expect(events.find(({ name }) => name === "process_name")?.args).toEqual({ name: GARBAGE });
  const collections = events.filter(({ name, ph }) => ph === "X" && name.endsWith(" collection")).length;
  const counted = readFileSync(metrics, "utf8").match(/^moult_gc_pause_seconds_count (\d+)$/m);
  expect(Number(counted?.[1])).toBe(collections);
  expect(collections).toBeGreaterThan(5);
});

test("the file of a program that is killed is a whole document", async () => {
  const trace = join(sandbox.path, "killed.json");
  const running = start(["run", "--trace-events", trace, ENDLESS]);
  await running.saw("go");
  while (!existsSync(trace) || readFileSync(trace).length < 5000)
    await new Promise((next) => setTimeout(next, 50));
  running.child.kill("SIGKILL");
  await running.ended;
  const text = readFileSync(trace, "utf8");
  // A cycle that was under way has no end.
  expect(problemsOf(text).filter((problem) => problem !== "cycle never ends")).toEqual([]);
});

describe("a file that can't be written", () => {
  test.each(["--trace-events", "--report-html", "--metrics"])(
    "%s names the cause before Python starts",
    async (flag) => {
      const { stdout, stderr, status } = await moult(["run", flag, "/nowhere/file", "-c", "print(1)"]);
      expect(stderr).toMatch(new RegExp(`^moult: can't write ${flag} /nowhere/file: ENOENT[^\n]*\n$`));
      expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
    },
  );

  test.skipIf(!existsSync("/dev/full"))(
    "a full disk stops neither the program nor the other files",
    async () => {
      const metrics = join(sandbox.path, "beside.prom");
      const args = [
        "run",
        "--trace-events",
        "/dev/full",
        "--json",
        "/dev/full",
        "--metrics",
        metrics,
        GARBAGE,
      ];
      const { stdout, stderr, status } = await moult(args);
      expect(stderr).toMatch(
        /^moult: can't write --json \/dev\/full: ENOSPC[^\n]*; can't write --trace-events \/dev\/full: ENOSPC[^\n]*\n$/,
      );
      expect({ stdout, status }).toEqual({ stdout: "done\n", status: 70 });
      expect(readFileSync(metrics, "utf8")).toContain("python_gc_collections_total");
    },
  );
});

test("the options of the collector are those of attach", async () => {
  const code =
    "import moult; print(moult.options['allocator'], moult.options['bridge'], moult.stats()['allocator'])";
  const { stdout } = await moult(["run", "--allocator", "system", "--bridge", "off", "-c", code]);
  expect(stdout).toBe("system off system\n");
});
