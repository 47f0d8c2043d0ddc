/** What people read: a line a module as it ends, the summary at the end. */
import { emptyTally, RERUNS } from "./judge.mjs";
import { addCollections, noCollections } from "./process.mjs";

/** @param {{module: string, tally: object, seconds: number, rounds: number}} result */
export function moduleLine({ module, tally, seconds, rounds }) {
  const differ = tally.difference + tally.listed;
  const cells = [
    module.padEnd(28),
    `${tally.passed} passed in both`.padStart(21),
    `${tally.failed} failed`.padStart(11),
    `${tally.skipped} skipped`.padStart(12),
    `${differ} differ`.padStart(10),
    `${seconds.toFixed(1)} s`.padStart(9),
  ];
  return cells.join("") + (rounds > 1 ? `  (${rounds} rounds)` : "");
}

const outcomeText = ({ outcome, causes, message }) =>
  [outcome, causes.length > 0 ? `(${causes.join(", ")})` : "", message === "" ? "" : `: ${message}`]
    .filter((part) => part !== "")
    .join(" ")
    .replace(" :", ":");

function section(title, verdicts, text) {
  if (verdicts.length === 0) return [];
  return ["", `${title}:`, ...verdicts.flatMap((verdict) => text(verdict).map((line) => `  ${line}`))];
}

const bothSides = ({ id, stock, attached, reason }) => [
  id,
  `    stock     ${outcomeText(stock)}`,
  `    attached  ${outcomeText(attached)}`,
  ...(reason === undefined ? [] : [`    because   ${reason}`]),
];

/** Adds up the modules' tallies. */
export function totals(results) {
  const sum = emptyTally();
  for (const { tally } of results) {
    for (const key of Object.keys(sum)) sum[key] += tally[key];
  }
  return sum;
}

/**
 * @param {object} run
 * @param {any[]} run.results
 * @param {string[]} run.problems what makes the run worthless, each counted as a failure
 * @param {string[]} run.gone listed differences that did not occur
 * @param {string} run.plan
 * @param {boolean} run.verbose also names the tests that failed in both modes
 */
export function summary({ results, problems, gone, plan, verbose }) {
  const verdicts = results.flatMap((result) => result.verdicts);
  const ofKind = (kind) => verdicts.filter((verdict) => verdict.kind === kind);
  const sum = totals(results);
  const lines = [];
  if (verbose) {
    const failed = ofKind("same").filter(
      ({ stock }) => !["pass", "expectedFailure", "skip"].includes(stock.outcome),
    );
    lines.push(
      ...section("Failed in both, which proves nothing", failed, (v) => [`${v.id}  ${outcomeText(v.stock)}`]),
    );
  }
  lines.push(
    ...section("Flaky in stock itself", ofKind("flaky"), bothSides),
    ...section(`Differed in one round of ${RERUNS + 1}, stock being steady`, ofKind("unsteady"), bothSides),
    ...section("Listed differences", ofKind("listed"), bothSides),
    ...section("Listed in known-differences.json, but did not occur", gone, (line) => [line]),
    ...section("DIFFERENCES", ofKind("difference"), bothSides),
    ...section("PROBLEMS", problems, (line) => [line]),
  );
  const collections = noCollections();
  for (const result of results) addCollections(collections, result.collections);
  const { automatic, explicit, forced } = collections;
  lines.push(
    "",
    plan === "none"
      ? "No collector was attached (--plan none): stock was compared with stock."
      : `Attached: ${automatic + explicit + forced} collections, ${automatic} of them by CPython's own trigger` +
          `${forced > 0 ? `, ${forced} forced after those` : ""}.`,
    `${verdicts.length} tests in ${results.length} modules; ${sum.skipped} skipped in both, ` +
      `${sum.flaky} flaky in stock, ${sum.unsteady} unsteady.`,
    `cpython tests: ${sum.passed} passed in both, ${sum.failed} failed in both, ` +
      `${sum.difference + sum.listed} differ (${sum.listed} listed)`,
    `${sum.passed} passed, ${sum.difference + problems.length} failed`,
  );
  return lines.join("\n");
}
