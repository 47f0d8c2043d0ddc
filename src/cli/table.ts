/** Plain tables: columns as wide as their widest cell, no colour, no lines longer than needed. */

/** One line for the head and one for each row, each ended. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const format = (line: readonly string[]) =>
    widths.map((width, column) => (line[column] ?? "").padEnd(width)).join("  ");
  return lines.map((line) => `${format(line).trimEnd()}\n`).join("");
}
