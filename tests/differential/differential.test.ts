/** A small number of random programs on every collector; `npm run test:differential` runs as many as you like. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judgeAutomatic, judgeManual, type Logs } from "./judge.js";
import type { Repro } from "./main.js";
import { subjectsByHost, Trial } from "./programs.js";

const HOSTS = [...subjectsByHost("").entries()].map(([host, subjects]) => ({ host, subjects }));
const FOUND = join(import.meta.dirname, "found");

test.each(HOSTS)(
  "200 programs on $host log what Python allows",
  async ({ subjects }) => {
    const trial = await Trial.open(subjects, {});
    const problems: string[] = [];
    let collections = 0;
    for (let number = 0; number < 200; number++) {
      for (const [name, verdict] of trial.run(trial.make(2026, number, 60))) {
        collections += verdict.collections;
        if (verdict.problem !== undefined) problems.push(`${name}, program ${number}: ${verdict.problem}`);
      }
    }
    expect(problems).toEqual([]);
    expect(collections).toBeGreaterThan(1000);
  },
  600_000,
);

test("what was found before is not found again", async () => {
  const files = existsSync(FOUND) ? readdirSync(FOUND) : [];
  for (const file of files) {
    const repro = JSON.parse(readFileSync(join(FOUND, file), "utf8")) as Repro;
    const [subjects] = [...subjectsByHost(repro.subject).values()];
    const trial = await Trial.open(subjects!, {});
    expect([file, trial.run(repro).get(repro.subject)?.problem]).toEqual([file, undefined]);
  }
}, 600_000);

test.each(["frees-live", "skips-visit", "forgets-finalizer", "finds-nothing"])(
  "a kernel with the fault %s is found",
  async (fault) => {
    const kernel = await WebAssembly.compile(readFileSync(`build/sabotage/${fault}.wasm`));
    const subjects = [...subjectsByHost("generational on 3.14").values()][0]!;
    const trial = await Trial.open(subjects, { kernel });
    let found = false;
    for (let number = 0; number < 100 && !found; number++)
      found = [...trial.run(trial.make(1, number, 60)).values()].some(({ problem }) => problem !== undefined);
    expect(found).toBe(true);
  },
  600_000,
);

describe("the judge", () => {
  const logs = (more: Partial<Logs>): Logs => ({
    said: [],
    events: [],
    seen: [],
    left: [],
    collections: 0,
    ...more,
  });
  const early = logs({ events: [[3, "finalizer a"]] });
  const late = logs({ events: [[9, "finalizer a"]] });

  test.each([
    ["between the bounds", { events: [[5, "finalizer a"]] }, undefined],
    ["too early", { events: [[2, "finalizer a"]] }, "finalizer a at statement 2, not between 3 and 9"],
    ["too late", { events: [[10, "finalizer a"]] }, "finalizer a at statement 10"],
    ["twice", { events: [5, 6].map((at) => [at, "finalizer a"]) }, "2 times instead of 1 times"],
    ["never", {}, "0 times instead of 1 times"],
    ["something else seen", { ...early, said: [[1, "b"]] }, "said"],
    ["something left", { ...early, left: ["a"] }, "left"],
  ] as [string, Partial<Logs>, string | undefined][])("of automatic ones: %s", (_name, run, expected) => {
    const found = judgeAutomatic(early, late, logs(run));
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(expected);
  });

  test("of manual ones: everything, but for the order within a statement", () => {
    const stock = logs({
      events: [
        [1, "a"],
        [1, "b"],
      ],
    });
    expect(
      judgeManual(
        stock,
        logs({
          events: [
            [1, "b"],
            [1, "a"],
          ],
        }),
      ),
    ).toBeUndefined();
    expect(judgeManual(stock, logs({ events: [[1, "a"]] }))).toContain("nothing instead of");
  });
});
