/** A headless Chromium for tests, from the system's packages; `CHROMIUM` names another. */
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";
import { findProgram } from "./program.js";

/** What Chromium needs where tests run: it may be root, and have no screen. */
export const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** The path of Chromium; undefined where there is none. */
export const chromiumPath = findProgram(
  ["chromium", "chromium-browser", "google-chrome"],
  process.env.CHROMIUM,
);

/** `describe`, skipped with its reason where there is no Chromium. */
export const describeInChromium =
  chromiumPath === undefined
    ? (name: string, tests: () => void) =>
        describe.skip(`${name} (skipped: no Chromium; CHROMIUM can name one)`, tests)
    : describe;

/** Starts the browser. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium: install one, or name one in CHROMIUM");
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: CHROMIUM_FLAGS });
}
