/** Goals held against figures: what was measured, and whether that reaches the goal. Pure. */
import { group, written } from "./figures.mjs";
import { GOALS, LEADS, LIMITS, RATE_GOALS } from "./goals.mjs";

/** @typedef {import("./goals.mjs").Limit} Limit */
/** @typedef {import("./summary.mjs").Row} Row */
/** @typedef {{ text: string, reached: boolean }} GoalResult */

/** The columns that goals are about. */
const OURS = "moult";
const SHORT_PAUSES = "incremental";

/**
 * The goals of one row, of those for which there are figures.
 *
 * @param {Row} row
 * @param {readonly Row[]} rows  all of the same program
 * @returns {GoalResult[]}
 */
export function goalsOf(row, rows) {
  /** @param {{ program: string, measurement: string }} goal */
  const concerns = (goal) => goal.program === row.program && goal.measurement === row.measurement;
  return [
    ...GOALS.filter(concerns).map((goal) => ratio(goal, row)),
    ...RATE_GOALS.filter(concerns).map((goal) => rate(goal, row)),
    ...LIMITS.filter(concerns).map((limit) => within(limit, row)),
    ...LEADS.filter(({ program, measurements: [measurement] }) => concerns({ program, measurement })).map(
      (lead) => ahead(lead, rows),
    ),
  ].filter((result) => result !== undefined);
}

/** @param {import("./goals.mjs").Goal} goal @param {Row} row @returns {GoalResult | undefined} */
function ratio(goal, { cells }) {
  const [ours, rival] = [cells[OURS], cells[goal.against]];
  if (ours === undefined || rival === undefined) return undefined;
  const value = rival.median / ours.median;
  const text = `${goal.ratio}x ${goal.against}: ${value.toFixed(2)}x`;
  return { text, reached: value >= goal.ratio };
}

/** @param {typeof RATE_GOALS[number]} goal @param {Row} row @returns {GoalResult | undefined} */
function rate({ perSecond, because }, { cells }) {
  const measured = cells[OURS]?.perSecond ?? null;
  if (measured === null) return undefined;
  const text = `${group(perSecond)}/s (${because}): ${group(measured)}/s`;
  return { text, reached: measured >= perSecond };
}

/** @param {Limit} limit @param {Row} row @returns {GoalResult | undefined} */
function within({ atMost, of, times = 1, plus = 0 }, { cells, unit }) {
  const measured = cells[SHORT_PAUSES]?.median;
  const base = of === undefined ? undefined : cells[of]?.median;
  const bound = atMost ?? (base === undefined ? undefined : base * times + plus);
  if (measured === undefined || bound === undefined) return undefined;
  const factor = times === 1 ? "" : `${times}x `;
  const more = plus === 0 ? "" : ` + ${written(plus, unit)}`;
  const origin = of === undefined ? "" : ` (${factor}${of}${more})`;
  const text = `at most ${written(bound, unit)}${origin}: ${written(measured, unit)}`;
  return { text, reached: measured <= bound };
}

/** @param {typeof LEADS[number]} lead @param {readonly Row[]} rows @returns {GoalResult | undefined} */
function ahead({ measurements, factor }, rows) {
  /** @type {{ name: string, value: number }[]} */
  const leads = [];
  for (const name of measurements) {
    const cells = rows.find(({ measurement }) => measurement === name)?.cells;
    const [ours, tuned] = [cells?.[SHORT_PAUSES], cells?.tuned];
    if (ours !== undefined && tuned !== undefined) leads.push({ name, value: tuned.median / ours.median });
  }
  if (leads.length === 0) return undefined;
  const measured = leads.map(({ name, value }) => `${name} ${value.toFixed(2)}x`).join(", ");
  const text = `tuned ${factor}x worse in ${measurements.join(" or ")}: ${measured}`;
  return { text, reached: leads.some(({ value }) => value >= factor) };
}
