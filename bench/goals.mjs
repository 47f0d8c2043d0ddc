/**
 * What Moult aims for: how many times faster than another column, for each measurement that has a goal.
 * Goals are shown beside the figures. They never decide an exit code: times depend on the machine.
 */

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

/** Milliseconds that attaching should take, median. */
export const ATTACH_GOAL_MS = 50;
