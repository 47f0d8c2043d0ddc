/**
 * What Moult aims for: how many times faster than another column, or what a figure is to stay below, for each
 * measurement that has a goal. Goals are shown beside the figures. They never decide an exit code: times depend on
 * the machine.
 */
import { INSIDE } from "./pauses.mjs";

/**
 * @typedef {object} Goal
 * @property {string} program
 * @property {string} measurement
 * @property {"built-in" | "native"} against
 * @property {number} ratio  the time of that column over Moult's, at least
 */

/** @type {readonly Goal[]} */
export const GOALS = [
  { program: "plain_heap", measurement: "live", against: "built-in", ratio: 4.5 },
  { program: "plain_heap", measurement: "dead", against: "built-in", ratio: 1.8 },
  { program: "mixed_heap", measurement: "live", against: "built-in", ratio: 8 },
  { program: "mixed_heap", measurement: "live", against: "native", ratio: 2.5 },
  { program: "mixed_heap", measurement: "dead", against: "built-in", ratio: 5 },
  { program: "gc_traversal", measurement: "collect", against: "built-in", ratio: 4 },
  { program: "create_gc_cycles", measurement: "collect", against: "built-in", ratio: 2.5 },
  { program: "python_gc", measurement: "sum", against: "built-in", ratio: 1 },
  { program: "binary_trees", measurement: "total", against: "built-in", ratio: 1.2 },
  { program: "deltablue", measurement: "total", against: "built-in", ratio: 1.2 },
  { program: "btree", measurement: "build", against: "built-in", ratio: 1.2 },
  // None of the others more than 2 % slower.
  { program: "gcbench", measurement: "total", against: "built-in", ratio: 0.98 },
  { program: "richards", measurement: "total", against: "built-in", ratio: 0.98 },
  { program: "json_documents", measurement: "loads", against: "built-in", ratio: 0.98 },
  { program: "json_documents", measurement: "dumps", against: "built-in", ratio: 0.98 },
  { program: "deepcopy", measurement: "total", against: "built-in", ratio: 0.98 },
  { program: "async_tree", measurement: "total", against: "built-in", ratio: 0.98 },
  { program: "bm_gc_collect", measurement: "total", against: "built-in", ratio: 0.98 },
];

/**
 * Goals in operations a second, for measurements that others publish that way.
 *
 * @type {readonly { program: string, measurement: string, perSecond: number, because: string }[]}
 */
export const RATE_GOALS = [
  {
    program: "python_gc",
    measurement: "sum",
    perSecond: 2_234_900,
    because: "10x the 223,490 objects/s that python-gc publishes",
  },
];

/**
 * A limit that the incremental plan is to stay within. It is `atMost`, or `times` the figure of the column `of` with
 * `plus` added.
 *
 * @typedef {object} Limit
 * @property {string} program
 * @property {string} measurement
 * @property {number} [atMost]  in the unit of the measurement
 * @property {string} [of]
 * @property {number} [times]
 * @property {number} [plus]
 */

/** @param {string} program @returns {Limit[]} */
const shortPauses = (program) => [
  { program, measurement: "worst", of: "off", plus: 2 },
  { program, measurement: "p99.9", atMost: 0.7 },
  { program, measurement: "total", of: "moult", times: 1.1 },
  { program, measurement: "total", of: "built-in", times: 0.5 },
  { program, measurement: INSIDE.over, atMost: 0 },
];

/** Growth that is none: the most in the last third over the most in the middle third. */
const LEVEL = 1.05;

/** @type {readonly Limit[]} */
export const LIMITS = [
  ...shortPauses("pause"),
  ...shortPauses("documents"),
  { program: "bounded_queue", measurement: "memory", atMost: 45 * 2 ** 20 },
  { program: "bounded_queue", measurement: "outstanding", atMost: 1_500 },
  { program: "bounded_queue", measurement: "total", of: "tuned", times: 1 },
  { program: "small_cycles", measurement: "trash", atMost: 2_500 },
  { program: "growth", measurement: "long over full", atMost: 1.3 },
  { program: "growth", measurement: "short over full", atMost: 1.3 },
  { program: "growth", measurement: "long growth", atMost: LEVEL },
  { program: "growth", measurement: "short growth", atMost: LEVEL },
  { program: "message_map", measurement: "worst", of: "off", plus: 2 },
];

/**
 * Programs where the built-in collector at its best is to be `factor` times worse than the incremental plan in one of
 * the measurements; shown beside the first.
 *
 * @type {readonly { program: string, measurements: readonly [string, ...string[]], factor: number }[]}
 */
export const LEADS = [
  { program: "pause", measurements: ["worst", "total"], factor: 5 },
  { program: "documents", measurements: ["worst", "total"], factor: 5 },
];

/** Milliseconds that attaching should take, median. */
export const ATTACH_GOAL_MS = 50;
