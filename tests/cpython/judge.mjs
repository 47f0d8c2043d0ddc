/**
 * Compares stock with attached. Pure: rounds of outcomes go in, a verdict on each test comes out.
 *
 * Compared are a test's outcome and the types of the exceptions behind it; messages are not, they hold addresses.
 * A test that differs is run again, its whole module in both modes, because some tests depend on the clock:
 *
 * - `same`       no round differs
 * - `listed`     each round that differs does so as the list of known differences says
 * - `difference` differs in two rounds out of at most three; of crashes, where stock never does, one is enough,
 *                since a corrupt heap crashes only now and then
 * - `flaky`      stock disagrees with itself from round to round, so nothing follows from the other side
 * - `unsteady`   stock is steady, attached differed in one round of three: reported, to be looked at
 *
 * @typedef {import("./process.mjs").Outcome} Outcome
 * @typedef {{stock: Map<string, Outcome>, attached: Map<string, Outcome>}} Round
 * @typedef {{id: string, stock: string, attached: string, reason: string, python?: string | string[], suites?: string[]}} Known
 * @typedef {"same" | "listed" | "difference" | "flaky" | "unsteady"} Kind
 * @typedef {{id: string, kind: Kind, stock: Outcome, attached: Outcome, reason?: string}} Verdict
 */

/** Rounds after the first. */
export const RERUNS = 2;

/** A difference is one that was seen this often. */
const ENOUGH = 2;

/** Stands for a test that a mode did not come to, for instance because a class fixture failed. */
const ABSENT = Object.freeze({ outcome: "absent", causes: [], message: "did not run" });

/** @param {Outcome} outcome */
const signature = (outcome) => [outcome.outcome, ...outcome.causes].join(" ");

/** @returns {{stock: Outcome, attached: Outcome}} */
const pairOf = (round, id) => ({
  stock: round.stock.get(id) ?? ABSENT,
  attached: round.attached.get(id) ?? ABSENT,
});

const differs = (pair) => signature(pair.stock) !== signature(pair.attached);

/**
 * @param {Round[]} rounds
 * @param {Map<string, Known>} known by test name
 * @returns {{verdicts: Verdict[], undecided: boolean}} `undecided`: another round would tell more
 */
export function judge(rounds, known) {
  const ids = new Set(rounds.flatMap((round) => [...round.stock.keys(), ...round.attached.keys()]));
  const verdicts = [...ids].map((id) => judgeTest(id, rounds, known.get(id)));
  const undecided = verdicts.some((verdict) => verdict.kind === "unsteady") && rounds.length <= RERUNS;
  return { verdicts, undecided };
}

/** @returns {Verdict} */
function judgeTest(id, rounds, known) {
  const pairs = rounds.map((round) => pairOf(round, id));
  const differing = pairs.filter(differs);
  const shown = differing[0] ?? pairs[0];
  if (differing.length === 0) return { id, kind: "same", ...shown };
  const isListed = (pair) => pair.stock.outcome === known?.stock && pair.attached.outcome === known?.attached;
  if (differing.every(isListed)) return { id, kind: "listed", ...shown, reason: known.reason };
  if (new Set(pairs.map((pair) => signature(pair.stock))).size > 1) return { id, kind: "flaky", ...shown };
  const crashed = rounds.length > RERUNS && pairs.some((pair) => pair.attached.outcome === "crash");
  return { id, kind: crashed || differing.length >= ENOUGH ? "difference" : "unsteady", ...shown };
}

/** How the tests of a module, or of all, came out. */
export function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, listed: 0, difference: 0, flaky: 0, unsteady: 0 };
}

/** @param {Verdict[]} verdicts */
export function tally(verdicts) {
  const sum = emptyTally();
  for (const { kind, stock } of verdicts) {
    if (kind !== "same") sum[kind]++;
    else if (stock.outcome === "pass" || stock.outcome === "expectedFailure") sum.passed++;
    else if (stock.outcome === "skip") sum.skipped++;
    else sum.failed++;
  }
  return sum;
}
