/** Snapshot files: `moult run --snapshot-on-exit`, and what `moult histogram`, `diff` and `path` say of them. */
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moult, PYODIDE_029, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());
const file = (name: string) => join(sandbox.path, name);

const BUS = sandbox.write(
  "bus.py",
  `import sys
class Listener:
    def __init__(self, name): self.name = name
class Bus:
    def __init__(self): self.listeners = []
bus = Bus()
for i in range(int(sys.argv[1])): bus.listeners.append(Listener("x" * 100 + str(i)))
`,
);
const ENDLESS = sandbox.write(
  "endless.py",
  "class Node:\n  def __init__(self): self.data = list(range(100))\nkept = []\ntry:\n  while True: kept.append(Node())\nexcept MemoryError: print('caught')\n",
);

describe.each([
  ["314", []],
  ["0.29", ["--pyodide", PYODIDE_029]],
])("pyodide %s", (line, pyodide) => {
  const [few, many] = [file(`${line}-few.heapsnapshot`), file(`${line}-many.heapsnapshot`)];
  beforeAll(async () => {
    for (const [path, count] of [
      [few, "10"],
      [many, "20000"],
    ] as const) {
      const run = await moult(["run", ...pyodide, "--snapshot-on-exit", path, BUS, count]);
      expect(run).toMatchObject({ status: 0, stdout: "", stderr: "" });
    }
  });

  test("histogram", async () => {
    const { stdout, status } = await moult(["histogram", many]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^objects +size +class\n/);
    expect(stdout).toMatch(/^20,000 +[\d.]+ [KM]iB +__main__\.Listener$/m);
    expect(stdout).toMatch(/^suspect: one __main__\.Bus: [\d.]+ MiB, \d+ % of the heap, together in list$/m);
    expect((await moult(["histogram", "--by", "module", "--retained", many])).stdout).toMatch(
      /^20,001 .* __main__$/m,
    );
  });

  test("diff", async () => {
    const { stdout } = await moult(["diff", few, many]);
    expect(stdout).toMatch(/^\+19,990 +\+[\d.]+ [KM]iB +__main__\.Listener$/m);
    expect((await moult(["diff", "--limit", "999", many, few])).stdout).toMatch(
      /^-19,990 +-[\d.]+ [KM]iB +__main__\.Listener$/m,
    );
    expect((await moult(["diff", few, few])).stdout).toBe("no difference\n");
  });

  test("path", async () => {
    const { stdout } = await moult(["path", many, "--type", "Listener"]);
    expect(stdout).toMatch(/^the largest of 20,000 __main__\.Listener, which retains \d+ B:\n/);
    expect(stdout).toMatch(
      /\n {2}\.bus {2}-> {2}__main__\.Bus\n {2}\.listeners {2}-> {2}list\n {2}\[\d+\] {2}-> {2}__main__\.Listener\n$/,
    );
  });

  test("a snapshot when memory is exhausted, which shows what holds it", async () => {
    const path = file(`${line}-full.heapsnapshot`);
    const limit = ["--memory-limit", "64MiB", "--snapshot-on-out-of-memory", path];
    expect(await moult(["run", ...pyodide, ...limit, ENDLESS])).toMatchObject({
      status: 0,
      stdout: "caught\n",
      stderr: "",
    });
    expect((await moult(["histogram", path])).stdout).toMatch(
      /^suspect: one list: \d\d\.\d MiB, [789]\d % of the heap$/m,
    );
  });
});

test("each mistake is one line that names cause and cure", async () => {
  const whole = file("314-few.heapsnapshot");
  const cut = file("cut.heapsnapshot");
  writeFileSync(cut, readFileSync(whole));
  truncateSync(cut, 300_000);
  const foreign = sandbox.write("foreign.json", '{"traceEvents":[]}');
  for (const [args, message] of [
    [["histogram", file("none")], /^moult: can't read .*none: there is no such file\n$/],
    [["histogram", sandbox.path], /^moult: can't read .*EISDIR.*\n$/],
    [
      ["histogram", cut],
      /^moult: can't read .*cut.heapsnapshot: it ends too early; wanted is a .heapsnapshot file, whole\n$/,
    ],
    [
      ["diff", whole, foreign],
      /^moult: can't read .*foreign.json: it does not begin as a heap snapshot does/,
    ],
    [
      ["path", whole, "--type", "Nobody"],
      /^moult: no object of a class "Nobody" is in .*; see: moult histogram .*\n$/,
    ],
    [["path", whole, "--id", "8"], /^moult: no object with the id 8 is in .*\n$/],
    [["path", whole], /^moult: say of what: either --type or --id\n$/],
    [["histogram", "--by", "site", whole], /^moult: the snapshot has no source lines: .*tracemalloc.*\n$/],
    [
      ["run", "--snapshot-on-exit", "/no/such/place", BUS, "1"],
      /^moult: can't write --snapshot-on-exit \/no\/such\/place: .*\n$/,
    ],
    [
      ["run", "--snapshot-on-out-of-memory", cut, BUS, "1"],
      /^moult: --snapshot-on-out-of-memory needs a --memory-limit.*\n$/,
    ],
    [
      ["run", "--tools", "off", "--snapshot-on-exit", cut, BUS, "1"],
      /^moult: snapshots need the heap tools: .*\n$/,
    ],
  ] as const) {
    const { stdout, stderr, status } = await moult(args);
    expect(stderr).toMatch(message);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  }
}, 60_000);

test.skipIf(!existsSync("/dev/full"))(
  "a full disk is said, and is no success (skipped where there is no /dev/full)",
  async () => {
    const { stderr, status } = await moult(["run", "--snapshot-on-exit", "/dev/full", BUS, "1"]);
    expect(stderr).toMatch(/^moult: can't write --snapshot-on-exit \/dev\/full: ENOSPC.*\n$/);
    expect(status).toBe(70);
  },
);

test("names that would move a terminal's cursor are shown, not done", async () => {
  const path = file("evil.heapsnapshot");
  const code = 'evil = type("\\x1b[2J<script>", (), {})(); more = [type(evil)() for _ in range(9999)]';
  await moult(["run", "--snapshot-on-exit", path, "-c", code]);
  const { stdout } = await moult(["histogram", path]);
  expect(stdout).toContain("\\u001b[2J<script>");
  expect(stdout).not.toContain("\x1b");
});
