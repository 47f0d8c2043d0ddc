/** A page of text in a headless Chromium that may load nothing. */
import type { Browser, Page } from "playwright-core";

/** A page, and what it complained of or asked for. */
export interface Shown {
  readonly page: Page;
  readonly complaints: string[];
}

/** Shows a document as if it came from a server, and notes every message, error and request but the one for itself. */
export async function show(browser: Browser, html: string, width = 1280): Promise<Shown> {
  const url = "http://report.test/";
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  await page.route("**/*", (route) => {
    const asked = route.request().url();
    if (asked === url) return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
    if (asked.endsWith("/favicon.ico")) return route.fulfill({ status: 204 });
    complaints.push(`request: ${asked}`);
    return route.abort();
  });
  await page.goto(url);
  return { page, complaints };
}
