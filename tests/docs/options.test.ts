/** docs/options.md is what the table of options says. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { allOptions, OPTION_TEXTS } from "../../src/options.js";

it("docs/options.md is up to date", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/docs-options.mjs", "--check"], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

it.each(allOptions())("docs/options.md has a section on %s with its flag and variable", (name, option) => {
  const section = readFileSync("docs/options.md", "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(`${name}\n`));
  for (const part of [OPTION_TEXTS[name].details, option.flag, option.env]) {
    if (part !== undefined) expect(section).toContain(part);
  }
});
