/** The Markdown that goes to stdout. Pure: everything comes in as arguments. */

import { group, milliseconds, percent, written } from "./figures.mjs";
import { ATTACH_GOAL_MS } from "./goals.mjs";
import { attachTimes, measuresMemory, median, memoryOf, preemptionsOf, summarise } from "./summary.mjs";

/** @typedef {import("./columns.mjs").Column} Column */
/** @typedef {import("./schedule.mjs").ProgramResult} ProgramResult */
/** @typedef {import("./summary.mjs").Cell} Cell */
/** @typedef {import("./summary.mjs").Row} Row */

/**
 * The tables of programs that ran under the same columns, and what is to be said of them.
 *
 * @param {readonly ProgramResult[]} results
 * @param {readonly Column[]} columns
 * @param {readonly string[]} notes  lines to end with
 * @returns {string}
 */
export function renderTables(results, columns, notes) {
  const parts = [figureTable(results, columns)];
  const others = results.filter((result) => !measuresMemory(result));
  if (others.length > 0) parts.push(memoryTable(others, columns));
  const disturbed = results.map((result) => ({ ...result, times: preemptionsOf(result) }));
  if (disturbed.some(({ times }) => times > 0)) {
    const list = disturbed.map(({ program, times }) => `${program.name} ${group(times)}`).join(", ");
    parts.push(`Processor taken away while measuring, times in the worst run: ${list}.`);
  }
  const attach = attachTimes(results);
  if (attach.length > 0) {
    parts.push(
      `Attach: median ${milliseconds(median(attach))} of ${attach.length} (goal: ${ATTACH_GOAL_MS} ms).`,
    );
  }
  const tunings = results.flatMap(({ program, tuning }) =>
    tuning === null ? [] : [`${program.name} ${tuning}`],
  );
  if (tunings.length > 0) parts.push(`Best tuning of the built-in collector: ${tunings.join(", ")}.`);
  if (columns.some((column) => column.host === "native")) {
    parts.push(
      "Native CPython is another build on another target: beside it, this compares collectors, not programs.",
    );
  }
  return `${[...parts, ...notes].join("\n\n")}\n`;
}

/** @param {readonly ProgramResult[]} results @param {readonly Column[]} columns */
function figureTable(results, columns) {
  const rows = results.flatMap(summarise);
  const shown = columns.filter((column) => column.name !== "again");
  const ran = new Set(
    results.flatMap(({ program, runs }) =>
      runs.filter(({ report }) => report !== null).map(({ column }) => `${program.name} ${column}`),
    ),
  );
  /** @param {Row} row @param {string} column */
  const cell = (row, column) => {
    const figures = row.cells[column];
    if (figures !== undefined) return figureCell(figures, row.unit, column);
    return ran.has(`${row.program} ${column}`) ? "" : "failed";
  };
  const lines = rows.map((row) => [
    `${row.program}: ${row.measurement}`,
    ...shown.map(({ name }) => cell(row, name)),
    row.noise === null ? "" : percent(row.noise),
    row.goals.map((goal) => `${goal.text}${goal.reached ? "" : " (not reached)"}`).join("; "),
  ]);
  const noise = rows.flatMap((row) => (row.noise === null ? [] : [row.noise]));
  if (noise.length > 0) {
    const summary = `median ${percent(median(noise))}, largest ${percent(Math.max(...noise))}`;
    lines.push(["noise: built-in against itself", ...shown.map(() => ""), summary, ""]);
  }
  return markdown(["", ...shown.map((column) => column.title), "noise", "goal: measured"], lines);
}

/** @param {readonly ProgramResult[]} results @param {readonly Column[]} columns */
function memoryTable(results, columns) {
  const shown = columns.filter((column) => column.name !== "again");
  const lines = results.map((result) => {
    const memory = memoryOf(result);
    return [
      result.program.name,
      ...shown.map((column) => {
        const bytes = memory[column.name];
        return bytes === undefined ? "failed" : written(bytes, "bytes");
      }),
    ];
  });
  return markdown(["memory at the end", ...shown.map((column) => column.title)], lines);
}

/** @param {Cell} cell @param {string} unit @param {string} column */
function figureCell(cell, unit, column) {
  const rate = cell.perSecond === null ? "" : `, ${group(cell.perSecond)}/s`;
  const compared =
    cell.ratio !== null && Number.isFinite(cell.ratio) && unit !== "x" && column !== "built-in";
  return `${written(cell.median, unit)}${rate}${compared ? ` (${cell.ratio?.toFixed(2)}x)` : ""}`;
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} lines */
function markdown(head, lines) {
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
