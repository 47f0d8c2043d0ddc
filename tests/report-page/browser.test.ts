/** The page in a browser: nothing is asked for, nothing complains, names stay text, tables sort, narrow screens suffice. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { reportPage } from "../../src/report-page/page.js";
import { describeInChromium, launchChromium } from "../support/chromium.js";
import { show } from "./browser.js";
import { EVIL, everything } from "./samples.js";

/** Everything that can be unfolded. */
const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

describeInChromium("the report page in Chromium", () => {
  let browser: Browser;
  const text = reportPage(everything());
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it("complains of nothing, asks for nothing, and has its style", async () => {
    const { page, complaints } = await show(browser, text);
    await openAll(page);
    expect(complaints).toEqual([]);
    expect(
      await page
        .locator("section")
        .first()
        .evaluate((one) => getComputedStyle(one).borderTopWidth),
    ).toBe("1px");
    await page.close();
  });

  it("shows names as they are", async () => {
    const evil = EVIL.join("");
    const { page, complaints } = await show(browser, reportPage(everything(evil)));
    expect(
      await page.evaluate(
        "[document.title.includes('<script>'), document.querySelectorAll('script').length]",
      ),
    ).toEqual([true, 1]);
    expect(await page.locator("img, b:not(figcaption b), svg[onload]").count()).toBe(0);
    const types = page.getByRole("region", { name: "Types by bytes" });
    expect(await types.getByRole("rowheader").allTextContents()).toEqual(
      expect.arrayContaining([EVIL[0], EVIL[1], EVIL[2], EVIL[6], "\\u202egnp.exe", "line\\x0abreak\\x00"]),
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("would not run a script that came in all the same: the policy forbids it", async () => {
    const broken = text.replace(
      "</h1>",
      "</h1><script>document.title = 'broken'</script><img src=//elsewhere.test/x>",
    );
    const { page, complaints } = await show(browser, broken);
    expect(await page.title()).not.toBe("broken");
    expect(await page.locator("img").count()).toBe(1); // So the test above can fail.
    expect(complaints.join("\n")).toMatch(/Content Security Policy/);
    expect(complaints.join("\n")).not.toMatch(/request: http/);
    await page.close();
  });

  it("sorts tables by their columns, by mouse and by keyboard, numbers as numbers", async () => {
    const { page } = await show(browser, text);
    const types = page.getByRole("region", { name: "Types by bytes" });
    const column = (n: number) => types.locator(`tbody tr > :nth-child(${n})`).allTextContents();
    expect((await column(1)).slice(0, 3)).toEqual(["dict", "str", "Document"]);
    await types.getByRole("button", { name: "Objects" }).click();
    expect((await column(3)).slice(0, 3)).toEqual(["180,000", "40,000", "12,000"]);
    expect(await types.locator("th[aria-sort]").allTextContents()).toEqual(["Objects"]);
    await types.getByRole("button", { name: "Objects" }).press("Enter");
    expect((await column(3)).slice(0, 3)).toEqual(["0", "1", "2"]);
    expect(await types.locator("th[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
    await types.getByRole("button", { name: "Type" }).click();
    const names = await column(1);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
    await page.close();
  });

  it("opens a dominator by keyboard and shows where the focus is", async () => {
    const { page } = await show(browser, text);
    const cache = page.locator("summary", { hasText: "cache" }).first();
    await cache.focus();
    await page.keyboard.press("Enter");
    expect(await page.getByText("11,998 more").isVisible()).toBe(true);
    await page.keyboard.press("Tab");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await page.evaluate(outline)).toBe("solid");
    await page.close();
  });

  it.each([360, 1280])("needs no sideways scrolling at %i pixels, and cuts nothing off", async (width) => {
    const { page } = await show(browser, text, width);
    await openAll(page);
    const wide = await page.evaluate(() => {
      const inBox = (element: Element) => element.closest(".scroll, svg") !== null;
      return [...document.querySelectorAll("body *")]
        .filter((element) => !inBox(element) && element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 100));
    });
    expect(wide).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  });

  it("names its charts for those who don't see them", async () => {
    const { page } = await show(browser, text);
    const names = await page
      .getByRole("img")
      .evaluateAll((charts) => charts.map((chart) => chart.querySelector("title")?.textContent));
    expect(names).toEqual(["Pauses", "Memory", "Objects freed, by 64 ms", "Old objects alive"]);
    expect(await page.getByRole("img", { name: "Pauses" }).count()).toBe(1);
    await page.close();
  });
});
