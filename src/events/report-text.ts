/** The report as text for people: a table by generation and a few lines below it. */
import type { MemoryLimitJson, ReportJson, TotalsJson } from "./report-json.js";
import { counted, mebibytes, milliseconds, percent } from "./units.js";

/** How many types the line on the memory limit names. */
const NAMED = 3;
const HEAD = ["", "collections", "examined", "freed", "uncollectable", "p50 ms", "p99 ms", "max ms"];

/** Lays out a report. */
export function formatReport(report: ReportJson): string {
  const { total, generations } = report;
  const title = `moult: ${counted(total.collections, "collection")}, plan ${report.plan ?? "unknown"}`;
  const memory = [`  memory    ${mebibytes(report.peakMemoryBytes)} at its peak`];
  if (report.memoryLimit !== null) memory.push(limitLine(report.memoryLimit));
  if (total.collections === 0) return `${[title, ...memory].join("\n")}\n`;

  const rows = generations.map((one, n) => row(`gen${n}`, one, report));
  const lines = [title, ...table([HEAD, ...rows, row("all", total, report)])];
  const { mark, trial, dispose } = report.phasesMs;
  if (!opaque(report)) {
    lines.push(
      `  phases    mark ${milliseconds(mark)}, trial ${milliseconds(trial)}, dispose ${milliseconds(dispose)} ms`,
    );
  }
  const { totalMs } = total.pause;
  const share = `${percent(report.pauseShare)} of ${milliseconds(report.elapsedMs)} ms`;
  lines.push(
    `  pauses    ${milliseconds(totalMs)} ms, ${share}`,
    ...memory,
    `  forced    ${counted(total.forced, "collection")}`,
  );
  if (total.resurrected > 0) lines.push(`  revived   ${counted(total.resurrected, "object")}, by finalizers`);
  if (total.uncollectable > 0)
    lines.push(`  garbage   ${counted(total.uncollectable, "object")}, in gc.garbage`);
  return `${lines.join("\n")}\n`;
}

function limitLine({ limitBytes, refusals, types }: MemoryLimitJson): string {
  const held = types.slice(0, NAMED).map(({ name, bytes }) => `${name} (${mebibytes(bytes)})`);
  return `  limit     ${counted(refusals, "refusal")} at ${mebibytes(limitBytes)}; most was held by ${held.join(", ")}`;
}

/** The plan `builtin` can't see inside of a collection: no phases, no examined objects. */
function opaque(report: ReportJson): boolean {
  return report.plan === "builtin";
}

function row(name: string, totals: TotalsJson, report: ReportJson): string[] {
  const { collections, examined, collected, uncollectable, pause } = totals;
  const counts = [collections, opaque(report) ? "-" : examined, collected, uncollectable].map(String);
  const pauses = [pause.p50Ms, pause.p99Ms, pause.maxMs].map(milliseconds);
  return [name, ...counts, ...(collections === 0 ? ["-", "-", "-"] : pauses)];
}

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) => {
    const padded = cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)));
    return `  ${padded.join("  ")}`;
  });
}
