/**
 * Charts as inline SVG. The drawing stretches with the page, its labels are HTML beside it: so they stay legible on a narrow
 * screen. Each has a title and a description for those who don't see it, and its figures are in tables too.
 *
 *   ╒═ figure ═══════════════════════════════╕
 *   │ caption                        legend  │
 *   │ y labels │ svg: x one unit an interval,│
 *   │          │      y from 0 (top) to 100  │
 *   │          │ x labels                    │
 *   ╘════════════════════════════════════════╛
 */
import { bytes, count, roundTime, time } from "./format.js";
import { type Content, type Html, html } from "./html.js";
import type { Interval, Range, SeriesJson } from "./run-series.js";

const HEIGHT = 100;
export const GENERATIONS = ["young", "middle", "full"] as const;

interface Figure {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** From top to bottom. */
  readonly yLabels: readonly string[];
  readonly legend?: readonly { readonly className: string; readonly label: string }[];
  readonly drawing: Content;
}

/** All charts of a run in time. */
export function charts(series: SeriesJson): Html {
  return html`${pauses(series)}${memory(series)}${freed(series)}${oldObjects(series)}`;
}

function figure({ intervals, intervalMs }: SeriesJson, content: Figure): Html {
  const { id, title, description, yLabels, legend = [], drawing } = content;
  const end = intervals.length * intervalMs;
  const grid = yLabels.map((_, n) => {
    const y = (n * HEIGHT) / (yLabels.length - 1);
    return html`<line class="grid" x1="0" x2="${intervals.length}" y1="${y}" y2="${y}"/>`;
  });
  return html`<figure class="chart">
<figcaption><b>${title}</b>${legend.map(({ className, label }) => html` <span class="key ${className}">${label}</span>`)}</figcaption>
<div class="y" aria-hidden="true">${yLabels.map((label) => html`<span>${label}</span>`)}</div>
<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${intervals.length} ${HEIGHT}" preserveAspectRatio="none">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${grid}${drawing}</svg>
<div class="x" aria-hidden="true">${[0, end / 2, end].map((at) => html`<span>${at === 0 ? "0" : time(at)}</span>`)}</div>
</figure>
`;
}

/** The longest pause of each interval, on a logarithmic scale: a tenth of a millisecond and a second are both seen. */
function pauses(series: SeriesJson): Html {
  const lengths = series.intervals.flatMap(({ longest }) => (longest === null ? [] : [longest.pauseMs]));
  const lowest = Math.floor(Math.log10(Math.max(0.001, Math.min(1, ...lengths))));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(0.001, ...lengths))));
  const decades = highest - lowest;
  const heightOf = (ms: number) =>
    Math.max(1, ((Math.log10(Math.max(ms, 0.001)) - lowest) / decades) * HEIGHT);
  const bars = series.intervals.map(({ longest, collections }, n) => {
    if (longest === null) return undefined;
    const { generation, pauseMs, startedAtMs, sequence } = longest;
    const others = collections > 1 ? `, the longest of ${count(collections)}` : "";
    return bar(
      n,
      heightOf(pauseMs),
      GENERATIONS[generation],
      `${time(pauseMs)} at ${time(startedAtMs)}: ${GENERATIONS[generation]} collection ${sequence}${others}`,
    );
  });
  const marks = series.moments.map(({ atMs, what }) => {
    const x = Math.min(atMs / series.intervalMs, series.intervals.length);
    return html`<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="0" y2="${HEIGHT}"><title>${what} at ${time(atMs)}</title></line>`;
  });
  const what = series.moments.map(({ what: one }) => one);
  const noted = what.length === 0 ? [] : [{ className: "moment", label: [...new Set(what)].join(", ") }];
  return figure(series, {
    id: "pauses",
    title: "Pauses",
    description:
      `The longest pause of each ${roundTime(series.intervalMs)}, on a logarithmic scale; the longest of all is ` +
      `${time(Math.max(0, ...lengths))}. The longest ones are in the table below.`,
    yLabels: Array.from({ length: decades + 1 }, (_, n) => roundTime(10 ** (highest - n))),
    legend: [...GENERATIONS.map((className) => ({ className, label: className })), ...noted],
    drawing: [bars, marks],
  });
}

function memory(series: SeriesJson): Html {
  const sizes = carried(series.intervals.map(({ memoryBytes }) => (memoryBytes === 0 ? null : memoryBytes)));
  const inUse = carriedRanges(series.intervals.map((interval) => interval.inUse));
  const peak = Math.max(0, ...sizes.map((size) => size ?? 0));
  const most = Math.max(0, ...inUse.map((range) => range?.most ?? 0));
  const top = ceiling(peak, 2 ** 20);
  const counted = most > 0 ? `; at most ${bytes(most)} of it in use behind collections` : "";
  return figure(series, {
    id: "memory",
    title: "Memory",
    description: `The size of WebAssembly memory, ${bytes(peak)} at its peak${counted}.`,
    yLabels: [top, top / 2, 0].map(bytes),
    legend: [
      { className: "size", label: "WebAssembly memory" },
      ...(most > 0 ? [{ className: "used", label: "in use: least and most" }] : []),
    ],
    drawing: [band(inUse, top, "used"), line(sizes, top, "size")],
  });
}

function freed(series: SeriesJson): Html {
  const most = Math.max(0, ...series.intervals.map(({ collected }) => collected));
  const sum = series.intervals.reduce((all, { collected }) => all + collected, 0);
  const top = ceiling(most);
  const bars = series.intervals.map(({ collected }, n) => {
    if (collected === 0) return undefined;
    const at = time(n * series.intervalMs);
    return bar(n, (collected / top) * HEIGHT, "freed", `${count(collected)} objects freed from ${at} on`);
  });
  return figure(series, {
    id: "freed",
    title: `Objects freed, by ${roundTime(series.intervalMs)}`,
    description: `Objects that collections freed: ${count(sum)} in all, at most ${count(most)} in one interval.`,
    yLabels: [top, top / 2, 0].map(count),
    drawing: bars,
  });
}

function oldObjects(series: SeriesJson): Html | undefined {
  const alive = carriedRanges(series.intervals.map((interval) => interval.oldObjects));
  const most = Math.max(0, ...alive.map((range) => range?.most ?? 0));
  if (most === 0) return undefined;
  const top = ceiling(most);
  return figure(series, {
    id: "old",
    title: "Old objects alive",
    description: `Counted at the ends of cycles and full collections; at most ${count(most)}.`,
    yLabels: [top, top / 2, 0].map(count),
    drawing: band(alive, top, "alive"),
  });
}

function bar(n: number, height: number, className: string, title: string): Html {
  const y = round(HEIGHT - height);
  return html`<rect class="${className}" x="${n}" y="${y}" width="0.9" height="${round(height)}"><title>${title}</title></rect>`;
}

/** A line in steps. */
function line(values: readonly (number | null)[], top: number, className: string): Html {
  return html`<path class="line ${className}" d="${steps(values, top)}"/>`;
}

/** Least and most as lines, and what lies between them and below. */
function band(ranges: readonly (Range | null)[], top: number, className: string): Html[] {
  const first = ranges.findIndex((range) => range !== null);
  if (first < 0) return [];
  const [least, most] = [
    ranges.map((range) => range?.least ?? null),
    ranges.map((range) => range?.most ?? null),
  ];
  return [
    html`<path class="area ${className}" d="${steps(most, top)}V${HEIGHT}H${first}Z"/>`,
    html`<path class="line thin ${className}" d="${steps(least, top)}"/>`,
    line(most, top, className),
  ];
}

function steps(values: readonly (number | null)[], top: number): string {
  let path = "";
  let before: string | undefined;
  values.forEach((value, n) => {
    if (value === null) return;
    const y = round(HEIGHT - (value / top) * HEIGHT);
    if (before === undefined) path = `M${n} ${y}`;
    else if (y !== before) path += `H${n}V${y}`;
    before = y;
  });
  return path === "" ? "" : `${path}H${values.length}`;
}

/** Where nothing was told, what was told last holds. */
function carried(values: readonly (number | null)[]): (number | null)[] {
  let last: number | null = null;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

function carriedRanges(ranges: readonly Interval["inUse"][]): (Range | null)[] {
  let last: Range | null = null;
  return ranges.map((range) => {
    last = range ?? last;
    return last;
  });
}

/** A round number not below a value, to end an axis with: 1, 2 or 5 times a power of ten, in a unit. */
function ceiling(value: number, unit = 1): number {
  const wanted = Math.max(value / unit, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return unit * power * ([1, 2, 4, 5, 8, 10].find((factor) => factor * power >= wanted) ?? 10);
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
