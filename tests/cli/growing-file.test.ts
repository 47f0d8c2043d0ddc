/** A file that is a whole document at any time. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { GrowingFile } from "../../src/platform/node/growing-file.js";
import { Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

/** More than waits. */
const LONG = '"é",'.repeat(30_000);
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as unknown[];

test("it is whole while it grows, and when it is closed", () => {
  const path = join(sandbox.path, "grows.json");
  const file = new GrowingFile(path, "1]");
  for (let n = 1; n <= 3; n++) {
    file.write(`${n === 1 ? "[" : ""}${LONG}`);
    expect(read(path)).toHaveLength(30_000 * n + 1);
  }
  file.write("2]");
  file.close();
  expect(read(path)).toHaveLength(90_001);
});

test("nothing stands behind its end, where the last text came with much else", () => {
  const path = join(sandbox.path, "ends.json");
  const file = new GrowingFile(path, "1]");
  file.write(`[${LONG}2]`);
  file.close();
  expect(read(path).at(-1)).toBe(2);
});
