/**
 * Moult in browsers: in a page and in a Web Worker, isolated from other origins and not, in two engines. The program is the
 * one for all places (tests/places/program.mjs).
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, BROWSERS, type BrowserProgram } from "./browsers.js";
import { ISOLATED, type PageServer, serve } from "./server.js";

const PAGE = "/tests/browsers/place.html";

const PLACES = [
  { place: "a page", path: PAGE, isolated: false },
  { place: "a Web Worker", path: `${PAGE}?worker`, isolated: false },
  { place: "a page isolated from other origins", path: ISOLATED + PAGE, isolated: true },
  { place: "a Web Worker of such a page", path: `${ISOLATED}${PAGE}?worker`, isolated: true },
];

let server: PageServer;
beforeAll(async () => {
  server = await serve(join(import.meta.dirname, "../.."));
});
afterAll(() => server.close());

/** What Chromium has, and Firefox's long-term release may have some day. */
const suspended = { Chromium: "collects", Firefox: expect.stringMatching(/^(none|collects)$/) };

function inBrowser(browser: BrowserProgram): void {
  test.each(PLACES)("$place", async ({ path, isolated }) => {
    const found = await ask(browser, server, path);
    expect(found).toEqual({
      python: "314.0.7",
      allocator: "pool",
      bridge: "collects",
      suspended: suspended[browser.name as keyof typeof suspended],
      isolated,
    });
  });
}

for (const browser of BROWSERS) {
  if (browser.path !== undefined) describe(browser.name, () => inBrowser(browser));
  else {
    const why = `skipped: no ${browser.name}; ${browser.variable} can name one`;
    describe.skip(`${browser.name} (${why})`, () => inBrowser(browser));
  }
}
