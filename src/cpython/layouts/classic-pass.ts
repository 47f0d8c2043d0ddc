/**
 * CPython's own pass where it is the classic one, of three generations and the 25 % rule. With its lists hidden it finds
 * nothing, and changes only counts, statistics and the rule's two numbers.
 */
import type { Layout } from "./layout.js";

/** What layouts with that pass have in common. */
export const classicPass: Pick<Layout, "choosesGeneration" | "quiet" | "handOver" | "normalize"> = {
  choosesGeneration: true,
  quiet() {},
  handOver() {},
  normalize() {},
};
