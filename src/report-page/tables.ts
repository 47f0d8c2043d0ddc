/** Tables that can be sorted by each of their columns (script.ts), with a bar beside a number where that helps. */
import { type Content, type Html, html } from "./html.js";

/** One column. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Content;
  /** What is sorted by; absent: the text of the cell, which stands to the left. */
  readonly value?: (row: Row) => number;
  /** The share of a bar beside the number, from 0 to 1. */
  readonly share?: (row: Row) => number;
}

export interface Table<Row> {
  /** What it shows, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** The column by which the rows are sorted already, descending. */
  readonly sortedBy?: string;
  readonly sortable?: boolean;
}

/** A table in a box of its own, which scrolls where the page is too narrow for it. */
export function table<Row>({ label, columns, rows, sortedBy, sortable = true }: Table<Row>): Html {
  const head = columns.map(({ title, value }) => {
    const content = sortable ? html`<button type="button">${title}</button>` : title;
    const sort = title === sortedBy && html` aria-sort="descending"`;
    return html`<th scope="col"${value !== undefined && html` class="number"`}${sort}>${content}</th>`;
  });
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column, n) => cell(column, row, n === 0))}</tr>\n`)}</tbody>
</table></div>
`;
}

function cell<Row>({ cell: content, value, share }: Column<Row>, row: Row, first: boolean): Html {
  const shown = html`${content(row)}${share !== undefined && meter(share(row))}`;
  if (value !== undefined) return html`<td class="number" data-value="${value(row)}">${shown}</td>`;
  return first ? html`<th scope="row">${shown}</th>` : html`<td>${shown}</td>`;
}

/** A bar that says nothing that the number beside it does not say. */
export function meter(share: number): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<svg class="meter" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none"><rect class="track" width="100" height="4"/><rect class="share" width="${width}" height="4"/></svg>`;
}
