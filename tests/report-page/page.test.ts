/** The page as text: what is on it for which data, that its hashes are true, and that escaping can't be gone around. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Report } from "../../src/events/report.js";
import { bytes, change, count, roundTime, time } from "../../src/report-page/format.js";
import { html, name } from "../../src/report-page/html.js";
import { reportPage } from "../../src/report-page/page.js";
import { RunSeries } from "../../src/report-page/run-series.js";
import { SCRIPT, SCRIPT_HASH } from "../../src/report-page/script.js";
import { STYLE, STYLE_HASH } from "../../src/report-page/style.js";
import { EVIL, everything } from "./samples.js";

const headings = (page: string) => [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);

describe("the page", () => {
  it("has a part for all it is given, and none for what it is not", () => {
    const all = everything();
    expect(headings(reportPage(all))).toEqual([
      "In time",
      "How long pauses were",
      "The longest pauses",
      "The memory limit",
      "Types",
      "Growth",
      "What keeps memory alive",
      "Why it is alive",
    ]);
    const { title, report } = all;
    expect(headings(reportPage({ title, report }))).toEqual(["The memory limit"]);
    expect(headings(reportPage({ title, report, heap: { growth: [] } }))).toEqual([
      "The memory limit",
      "Growth",
    ]);
  });

  it("says so when nothing happened", () => {
    const page = reportPage({
      title: "x",
      report: new Report("incremental").json(),
      series: new RunSeries().json(),
    });
    expect(page).toContain("Nothing was collected in this run.");
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
    const empty = { histogram: [], growth: [], dominators: [], paths: [] };
    const heap = reportPage({ title: "x", report: new Report().json(), heap: empty });
    expect(heap.match(/class="empty"/g)).toHaveLength(5);
  });

  it("takes data that went through JSON", () => {
    const all = everything();
    expect(reportPage(JSON.parse(JSON.stringify(all)))).toBe(reportPage(all));
  });

  it("has no number that is none", () => {
    expect(reportPage(everything())).not.toMatch(/NaN|Infinity|undefined|>null</);
  });

  it("shows as much of a large heap as a person reads, and says what is left out", () => {
    const node = (n: number) => ({ name: `n${n}`, type: "T", size: 1, retained: n, children: [] });
    const children = Array.from({ length: 5000 }, (_, n) => node(5000 - n));
    const root = { ...node(5001), children };
    const row = { type: "T", module: "", count: 1, bytes: 1 };
    const histogram = Array.from({ length: 300 }, () => row);
    const page = reportPage({
      title: "x",
      report: new Report().json(),
      heap: { dominators: [root], histogram },
    });
    expect(page).toContain("2,001 more, retaining");
    expect(page).toContain("100 more rows are left out");
  });
});

describe("its security policy", () => {
  const hash = (text: string) => createHash("sha256").update(text).digest("base64");

  it("knows the style sheet and the script: put these hashes beside them", () => {
    expect({ STYLE_HASH, SCRIPT_HASH }).toEqual({ STYLE_HASH: hash(STYLE), SCRIPT_HASH: hash(SCRIPT) });
  });

  it("is there, before anything it is about, and allows nothing else", () => {
    const page = reportPage(everything());
    expect(page).toContain(`<style>${STYLE}</style>`);
    expect(page).toContain(`<script>${SCRIPT}</script>`);
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<style>"));
    // Inline styles and handlers would need a policy that lets those of others in, too.
    expect(page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, "").match(/<[^>]* (style|on\w+)=/)).toBeNull();
    expect(page).not.toMatch(/(src|href)="/);
  });
});

describe("escaping", () => {
  it.each(EVIL)("leaves %j as text and attribute", (evil) => {
    const { text } = html`<p title="${evil}">${evil}${[evil]}${name(evil)}</p>`;
    const inside = text.slice('<p title="'.length, -"</p>".length).replaceAll(/<\/?bdi>/g, "");
    expect(inside.replace('">', "")).not.toMatch(/[<>"'\p{Cc}\u202e]/u);
  });

  it("knows only its own markup", () => {
    const fake = { text: "<b>", toString: () => "<i>" } as never;
    expect(html`${fake}${html`<u>`}`.text).toBe("&lt;i&gt;<u>");
  });
});

describe("numbers", () => {
  it("have units", () => {
    expect([0, 999, 1024, 1_500_000, 3 * 2 ** 30, -2048].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 KiB",
      "1.4 MiB",
      "3.0 GiB",
      "\u22122.0 KiB",
    ]);
    expect([0, 0.0851, 0.1, 1.254, 99.99, 250, 3400, 720_000].map(time)).toEqual([
      "0 µs",
      "85 µs",
      "0.10 ms",
      "1.25 ms",
      "99.99 ms",
      "250 ms",
      "3.4 s",
      "12 min",
    ]);
    expect([0.05, 0.1, 10, 100, 2000, 64].map(roundTime)).toEqual([
      "50 µs",
      "0.1 ms",
      "10 ms",
      "100 ms",
      "2 s",
      "64 ms",
    ]);
    expect([count(1234567), change(5), change(-1000), change(0)]).toEqual([
      "1,234,567",
      "+5",
      "\u22121,000",
      "0",
    ]);
  });
});
