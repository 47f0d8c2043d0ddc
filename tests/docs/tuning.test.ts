/** The programs behind docs/tuning.md: with and without the advice they do the same, and the page shows each of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attach } from "../../src/attach.js";
import { loadLine } from "../support/runtimes.js";

const FOLDER = join(import.meta.dirname, "../../examples/tuning");
const PROGRAMS = readdirSync(FOLDER).filter((file) => file.endsWith(".py"));

test.each([
  ["CPython's own collector", false],
  ["Moult", true],
])("each piece of advice leaves the result as it is, under %s", async (_name, isMoult) => {
  const pyodide = await loadLine("314");
  if (isMoult) await attach(pyodide, { plan: "incremental", verify: 2 });
  for (const file of PROGRAMS) {
    pyodide.runPython(readFileSync(join(FOLDER, file), "utf8"));
    const [plain, advised] = pyodide.runPython("[plain(4000), advised(4000)]").toJs();
    expect([file, advised]).toEqual([file, plain]);
    expect([file, pyodide.runPython("import gc; gc.isenabled() and gc.get_freeze_count()")]).toEqual([
      file,
      0,
    ]);
  }
});

test("the page has every program, with its figures", () => {
  const page = readFileSync(join(FOLDER, "../../docs/tuning.md"), "utf8");
  for (const file of PROGRAMS) {
    expect(page).toContain(`examples/tuning/${file}`);
    expect(page).toContain(`| ${file.slice(0, -".py".length).replaceAll("_", " ")} |`);
  }
});
