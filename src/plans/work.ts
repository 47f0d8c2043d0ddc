/** Sums of work done. */
import type { Work } from "../api.js";

export const NO_WORK: Work = { examined: 0, collected: 0, uncollectable: 0, resurrected: 0 };

/** Both together; `b` may leave out what it knows nothing of. */
export function plus(a: Work, b: Partial<Work>): Work {
  return combine(a, b, 1);
}

/** What was done since there was `before`. */
export function minus(now: Work, before: Work): Work {
  return combine(now, before, -1);
}

function combine(a: Work, b: Partial<Work>, sign: 1 | -1): Work {
  return {
    examined: a.examined + sign * (b.examined ?? 0),
    collected: a.collected + sign * (b.collected ?? 0),
    uncollectable: a.uncollectable + sign * (b.uncollectable ?? 0),
    resurrected: a.resurrected + sign * (b.resurrected ?? 0),
  };
}
