/** The Markdown that goes to stdout. Pure: everything comes in as arguments. */
import { ATTACH_GOAL_MS } from "./goals.mjs";
import { attachTimes, group, median, memoryOf, summarise } from "./summary.mjs";

/** @typedef {import("./columns.mjs").Column} Column */
/** @typedef {import("./schedule.mjs").ProgramResult} ProgramResult */
/** @typedef {import("./summary.mjs").Cell} Cell */

/**
 * @param {readonly ProgramResult[]} results
 * @param {readonly Column[]} columns
 * @param {readonly string[]} notes  lines to end with
 * @returns {string}
 */
export function renderTables(results, columns, notes) {
  const parts = [timeTable(results, columns), memoryTable(results, columns)];
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
function timeTable(results, columns) {
  const rows = results.flatMap(summarise);
  const shown = columns.filter((column) => column.name !== "again");
  const lines = rows.map((row) => [
    `${row.program}: ${row.measurement}`,
    ...shown.map((column) => timeCell(row.cells[column.name], column.name)),
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
        return bytes === undefined ? "failed" : `${(bytes / (1 << 20)).toFixed(0)} MiB`;
      }),
    ];
  });
  return markdown(["memory at the end", ...shown.map((column) => column.title)], lines);
}

/** @param {Cell | undefined} cell @param {string} column */
function timeCell(cell, column) {
  if (cell === undefined) return "failed";
  const rate = cell.perSecond === null ? "" : `, ${group(cell.perSecond)}/s`;
  const ratio = cell.ratio === null || column === "built-in" ? "" : ` (${cell.ratio.toFixed(2)}x)`;
  return `${milliseconds(cell.median)}${rate}${ratio}`;
}

/** @param {number} value */
function milliseconds(value) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ms`;
}

/** @param {number} value */
function percent(value) {
  return `${(value * 100).toFixed(1)} %`;
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} lines */
function markdown(head, lines) {
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
