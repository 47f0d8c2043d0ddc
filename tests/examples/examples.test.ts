/** The examples do what they say, as they are: in Node, and as pages in Chromium. The one with Vite: tests/package. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PageServer, serve } from "../browsers/server.js";
import { describeInChromium, launchChromium } from "../support/chromium.js";

const root = join(import.meta.dirname, "../..");

const PROGRAMS: Readonly<Record<string, RegExp>> = {
  "embed.mjs": /^collect\(\) found \d+ unreachable objects\n[\d.]+ ms in all, \d+ MiB of memory$/m,
  "worker-thread.mjs": /^30000 cycles made, collected in the worker$/m,
  "no-compile.mjs": /^true true$/m,
};

test.each(Object.entries(PROGRAMS))("%s", (name, says) => {
  const output = execFileSync(process.execPath, [join(root, "examples", name)], { encoding: "utf8" });
  expect(output).toMatch(says);
});

const PAGES: Readonly<Record<string, RegExp>> = {
  "browser.html": /^collect\(\) found \d+ unreachable objects$/m,
  "browser/worker.html": /^30000 cycles made, \d{5} objects collected, longest pause [\d.]+ ms$/m,
};

describeInChromium("pages", () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await serve(root);
  });
  afterAll(() => server.close());

  test.each(Object.entries(PAGES))("%s", async (name, says) => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/examples/${name}`);
      const ended = "document.title === 'done' || document.title === 'failed'";
      await page.waitForFunction(ended, undefined, { timeout: 90_000 });
      expect(await page.locator("#log").innerText()).toMatch(says);
    } finally {
      await browser.close();
    }
  });
});
