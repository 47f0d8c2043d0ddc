/**
 * The report page: one HTML file on one run, which needs nothing else. It loads nothing and may not (its content security
 * policy allows its own style sheet and script, by their hashes, and forbids everything else); it reads without the script,
 * which only sorts tables.
 *
 *   head      what ran, and the most important figures
 *   in time   pauses, memory, objects                    (series)
 *   pauses    how many of each length; the longest       (series)
 *   memory    what was refused at the memory limit       (report)
 *   heap      types, growth, dominators, paths           (heap)
 */
import type { ReportJson } from "../events/report-json.js";
import { VERSION } from "../version.js";
import { charts, GENERATIONS } from "./charts.js";
import type { ReportPageData } from "./data.js";
import { bytes, count, roundTime, time } from "./format.js";
import { heapSections } from "./heap.js";
import { type Content, Html, html, name } from "./html.js";
import type { Pause, SeriesJson } from "./run-series.js";
import { SCRIPT, SCRIPT_HASH } from "./script.js";
import { STYLE, STYLE_HASH } from "./style.js";
import { table } from "./tables.js";

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The page as text. The same data give the same page. */
export function reportPage({ title, report, series, heap }: ReportPageData): string {
  const { total, plan, elapsedMs } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} \u2013 Moult</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${name(title)}</h1>
<p>Garbage collection in ${time(elapsedMs)}, plan ${plan ?? "unknown"}</p></header>
<main>
${figures(report)}
${total.collections === 0 && html`<section><h2>Pauses</h2>\n<p class="empty">Nothing was collected in this run.</p></section>\n`}${series !== undefined && series.intervals.length > 0 && seriesSections(series)}${limitSection(report)}${heap && heapSections(heap)}</main>
<footer><p>Made by Moult ${VERSION}. Names on this page come from the program that ran${heap && ", and so may its data"}.</p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function figures({ total, pauseShare, peakMemoryBytes }: ReportJson): Html {
  const { collections, forced, collected, uncollectable, resurrected, pause } = total;
  const rare = [
    forced > 0 && `${count(forced)} asked for`,
    resurrected > 0 && `${count(resurrected)} revived`,
    uncollectable > 0 && `${count(uncollectable)} in gc.garbage`,
  ];
  const entries: readonly (readonly [string, string, Content])[] = [
    ["Longest pause", time(pause.maxMs), `p99 ${time(pause.p99Ms)}, p50 ${time(pause.p50Ms)}`],
    ["Pauses", time(pause.totalMs), `${(pauseShare * 100).toFixed(1)} % of the run`],
    ["Collections", count(collections), rare[0]],
    ["Objects freed", count(collected), rare.slice(1).filter(Boolean).join(", ")],
    ["Memory at its peak", bytes(peakMemoryBytes), "WebAssembly memory"],
  ];
  return html`<dl>${entries.map(([title, value, more]) => html`<div><dt>${title}</dt><dd>${value}${more && html`<small>${more}</small>`}</dd></div>`)}</dl>`;
}

function seriesSections(series: SeriesJson): Html {
  return html`<section><h2>In time</h2>
<p>Each interval is ${roundTime(series.intervalMs)}; it shows its longest pause, and the least and the most of memory and objects.</p>
${charts(series)}</section>
<section><h2>How long pauses were</h2>
<p>How many collections took how long.</p>
${lengths(series)}</section>
<section><h2>The longest pauses</h2>
<p>What they were spent on: marking, trial deletion, disposal (finalizers, callbacks, clearing), a slice of a cycle over old objects.</p>
${longest(series.longest)}</section>
`;
}

function lengths({ lengths: classes }: SeriesJson): Html {
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);
  const used = classes.map(({ counts }) => sum(counts) > 0);
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  const most = Math.max(...classes.map(({ counts }) => sum(counts)));
  const rows = classes.slice(first, last + 1).map(({ upToMs, counts }, n) => {
    const label =
      upToMs === null ? `> ${roundTime(classes.at(-2)?.upToMs ?? 0)}` : `\u2264 ${roundTime(upToMs)}`;
    let x = 0;
    const bars = counts.map((one, generation) => {
      const width = (one / most) * 100;
      x += width;
      return (
        one > 0 &&
        html`<rect class="${GENERATIONS[generation]}" x="${x - width}" width="${width}" height="4"><title>${count(one)} ${GENERATIONS[generation]}</title></rect>`
      );
    });
    const svg = html`<svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">${bars}</svg>`;
    return { n, label, counts, svg };
  });
  type Row = (typeof rows)[number];
  const columns = [
    { title: "Length", cell: (row: Row) => row.label },
    ...GENERATIONS.map((title, n) => {
      const value = (row: Row) => row.counts[n as 0 | 1 | 2];
      return { title, cell: (row: Row) => count(value(row)), value };
    }),
    { title: "", cell: (row: Row) => row.svg },
  ];
  return html`<div class="lengths">${table({ label: "Pauses by length", columns, rows, sortable: false })}</div>`;
}

function longest(pauses: readonly Pause[]): Html {
  const number = (title: string, value: (pause: Pause) => number, show: (value: number) => string) => ({
    title,
    cell: (pause: Pause) => show(value(pause)),
    value,
  });
  const spent = (ms: number) => (ms > 0 ? time(ms) : "");
  const columns = [
    number("Pause", ({ pauseMs }) => pauseMs, time),
    number("At", ({ startedAtMs }) => startedAtMs, time),
    {
      title: "Generation",
      cell: ({ generation }: Pause) =>
        html`<span class="key ${GENERATIONS[generation]}">${GENERATIONS[generation]}</span>`,
    },
    { title: "Reason", cell: ({ reason }: Pause) => reason },
    number("Mark", ({ phases }) => phases.mark, spent),
    number("Trial", ({ phases }) => phases.trial, spent),
    number("Dispose", ({ phases }) => phases.dispose, spent),
    number("Slice", ({ phases }) => phases.slice, spent),
    number("Freed", ({ collected }) => collected, count),
    number("Collection", ({ sequence }) => sequence, String),
  ];
  return table({ label: "The longest pauses", columns, rows: pauses, sortedBy: "Pause" });
}

function limitSection({ memoryLimit }: ReportJson): Html | undefined {
  if (memoryLimit === null) return undefined;
  const { limitBytes, refusals, types } = memoryLimit;
  const most = Math.max(1, ...types.map((type) => type.bytes));
  type Row = (typeof types)[number];
  const columns = [
    { title: "Type", cell: (row: Row) => name(row.name) },
    { title: "Objects", cell: (row: Row) => count(row.objects), value: (row: Row) => row.objects },
    {
      title: "Bytes",
      cell: (row: Row) => bytes(row.bytes),
      value: (row: Row) => row.bytes,
      share: (row: Row) => row.bytes / most,
    },
  ];
  const times = refusals === 1 ? "once" : `${count(refusals)} times`;
  return html`<section><h2>The memory limit</h2>
<p>${bytes(limitBytes)} were reached ${times}. What held the memory the last time:</p>
${table({ label: "Types at the memory limit", columns, rows: types, sortedBy: "Bytes" })}</section>
`;
}
