/** The parts of the page on what holds memory: types, growth, dominators, paths. */
import type { DominatorNode, GrowthRow, HeapData, HeapPath, HistogramRow, PathStep } from "./data.js";
import { bytes, change, count } from "./format.js";
import { type Content, type Html, html, name } from "./html.js";
import { type Column, meter, table } from "./tables.js";

/** Rows of a table at the most: a page is for people. */
const ROWS = 200;
/** Objects of the dominator tree at the most, in all. */
const NODES = 3000;

/** The sections for what is known of a heap. */
export function heapSections(heap: HeapData): Html {
  const { histogram, growth, dominators, paths } = heap;
  return html`${histogram && histogramSection(histogram, heap)}${growth && growthSection(growth)}${dominators && dominatorSection(dominators, heap)}${paths && pathSection(paths)}`;
}

function section(title: string, intro: string, content: Content): Html {
  return html`<section><h2>${title}</h2>\n<p>${intro}</p>\n${content}</section>\n`;
}

const none = (text: string) => html`<p class="empty">${text}</p>`;

function cut<Row>(rows: readonly Row[], value: (row: Row) => number): { shown: Row[]; note: Content } {
  const shown = [...rows].sort((a, b) => value(b) - value(a)).slice(0, ROWS);
  const rest = rows.length - shown.length;
  return { shown, note: rest > 0 && html`<p class="note">${count(rest)} more rows are left out.</p>` };
}

function histogramSection(rows: readonly HistogramRow[], { moment, objects, bytes: whole }: HeapData): Html {
  const all = whole ?? rows.reduce((sum, row) => sum + row.bytes, 0);
  const number = objects ?? rows.reduce((sum, row) => sum + row.count, 0);
  const retained = rows.some((row) => row.retained !== undefined);
  const columns: Column<HistogramRow>[] = [
    { title: "Type", cell: ({ type }) => name(type) },
    { title: "Module", cell: ({ module }) => name(module) },
    { title: "Objects", cell: (row) => count(row.count), value: (row) => row.count },
    {
      title: "Bytes",
      cell: (row) => bytes(row.bytes),
      value: (row) => row.bytes,
      share: (row) => row.bytes / all,
    },
  ];
  if (retained) {
    const value = (row: HistogramRow) => row.retained ?? 0;
    columns.push({
      title: "Retained",
      cell: (row) => (row.retained === undefined ? "" : bytes(row.retained)),
      value,
    });
  }
  const { shown, note } = cut(rows, (row) => row.bytes);
  const intro = `${count(number)} objects with ${bytes(all)}${moment === undefined ? "" : `, ${moment}`}.`;
  return section(
    "Types",
    intro,
    rows.length === 0
      ? none("No objects.")
      : html`${table({ label: "Types by bytes", columns, rows: shown, sortedBy: "Bytes" })}${note}`,
  );
}

function growthSection(rows: readonly GrowthRow[]): Html {
  const more = (row: GrowthRow) => row.bytesAfter - row.bytesBefore;
  const columns: Column<GrowthRow>[] = [
    { title: "Type", cell: ({ type }) => name(type) },
    { title: "Module", cell: ({ module }) => name(module) },
    {
      title: "Objects",
      cell: (row) => change(row.countAfter - row.countBefore),
      value: (row) => row.countAfter - row.countBefore,
    },
    { title: "Objects now", cell: (row) => count(row.countAfter), value: (row) => row.countAfter },
    { title: "Bytes", cell: (row) => `${more(row) > 0 ? "+" : ""}${bytes(more(row))}`, value: more },
    { title: "Bytes now", cell: (row) => bytes(row.bytesAfter), value: (row) => row.bytesAfter },
  ];
  if (rows.some(({ line }) => line !== undefined))
    columns.push({ title: "Made in", cell: ({ line = "" }) => name(line) });
  const { shown, note } = cut(rows, more);
  return section(
    "Growth",
    "What became more between two snapshots.",
    rows.length === 0
      ? none("Nothing grew.")
      : html`${table({ label: "Growth by bytes", columns, rows: shown, sortedBy: "Bytes" })}${note}`,
  );
}

function dominatorSection(roots: readonly DominatorNode[], heap: HeapData): Html {
  const whole = heap.bytes ?? roots.reduce((sum, { retained }) => sum + retained, 0);
  const room = { left: NODES };
  return section(
    "What keeps memory alive",
    "The objects that retain most: without one of them, what it retains would be free. Open one to see what it dominates.",
    roots.length === 0
      ? none("No objects.")
      : html`<ul class="tree">\n${roots.map((root) => dominator(root, whole, room))}</ul>\n`,
  );
}

function dominator(node: DominatorNode, whole: number, room: { left: number }): Html {
  if (room.left-- <= 0) return html``;
  const { size, retained, children, omitted, path } = node;
  const share = whole > 0 ? retained / whole : 0;
  const head = html`<span class="what">${object(node)}</span> <span class="figure">${bytes(retained)}${meter(share)}</span>`;
  const fits = children.slice(0, room.left);
  const rest = children.slice(fits.length);
  const count_ = rest.length + (omitted?.count ?? 0);
  const restBytes = rest.reduce((sum, child) => sum + child.retained, omitted?.retained ?? 0);
  if (children.length === 0 && path === undefined && count_ === 0)
    return html`<li class="leaf">${head}</li>\n`;
  return html`<li><details><summary>${head}</summary>
<p class="note">${bytes(size)} itself, ${bytes(retained)} with what only it keeps alive.</p>
${path && html`<p class="note">Kept alive by:</p>\n${steps(path)}`}${
  (fits.length > 0 || count_ > 0) &&
  html`<ul class="tree">
${fits.map((child) => dominator(child, whole, room))}${count_ > 0 && html`<li class="leaf note">${count(count_)} more, retaining ${bytes(restBytes)}</li>\n`}</ul>
`
}</details></li>\n`;
}

function pathSection(paths: readonly HeapPath[]): Html {
  const entries = paths.map(
    (path) =>
      html`<li><details><summary><span class="what">${object(path)}</span></summary>\n${steps(path.steps)}</details></li>\n`,
  );
  return section(
    "Why it is alive",
    "The shortest path from a root to an object, weak references left out.",
    paths.length === 0 ? none("No paths.") : html`<ul class="tree">\n${entries}</ul>\n`,
  );
}

function object({ name: what, type }: { readonly name: string; readonly type: string }): Html {
  return html`${what !== "" && html`<code>${name(what)}</code> `}<span class="type">${name(type)}</span>`;
}

/** From the root on. */
function steps(path: readonly PathStep[]): Html {
  return html`<ol class="path">${path.map((step) => html`<li>${step.edge !== "" && html`<code class="edge">${name(step.edge)}</code> `}${object(step)}</li>`)}</ol>\n`;
}
