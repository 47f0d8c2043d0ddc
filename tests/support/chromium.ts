/** A headless Chromium for tests, from the system's packages; `CHROMIUM` names another. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

const executable = findChromium();

/** `describe`, skipped with its reason where there is no Chromium. */
export const describeInChromium =
  executable === undefined
    ? (name: string, tests: () => void) =>
        describe.skip(`${name} (skipped: no Chromium; CHROMIUM can name one)`, tests)
    : describe;

/** Starts the browser. */
export function launchChromium(): Promise<Browser> {
  if (executable === undefined) throw new Error("no Chromium: install one, or name one in CHROMIUM");
  return chromium.launch({ executablePath: executable, headless: true, args: FLAGS });
}

/** The path of a program that starts; undefined where there is none. */
function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths =
    named === undefined ? NAMES.flatMap((name) => folders.map((folder) => join(folder, name))) : [named];
  return paths.find((path) => existsSync(path) && spawnSync(path, ["--version"]).status === 0);
}
