/**
 * Delta debugging (Zeller, Hildebrandt 2002): the shortest list of operations that still fails, as far as
 * leaving out pieces of it finds one.
 */

/** How far shrinking has come. */
export interface ShrinkProgress {
  readonly attempts: number;
  readonly length: number;
}

/**
 * Shortens `items` while `fails` says yes, first by halves, then by ever smaller pieces, down to single items.
 * Stops after `limit` attempts with the shortest list so far.
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
  limit: number,
  progress: (progress: ShrinkProgress) => void = () => {},
): Promise<readonly T[]> {
  let best = items;
  let pieces = 2;
  let attempts = 0;
  while (best.length > 1) {
    const size = Math.ceil(best.length / pieces);
    let shorter: readonly T[] | undefined;
    for (let from = 0; from < best.length && !shorter; from += size) {
      if (attempts === limit) return best;
      const rest = [...best.slice(0, from), ...best.slice(from + size)];
      attempts += 1;
      if (await fails(rest)) shorter = rest;
      progress({ attempts, length: (shorter ?? best).length });
    }
    if (shorter) {
      best = shorter;
      pieces = Math.max(pieces - 1, 2);
    } else if (size === 1) {
      return best;
    } else {
      pieces = Math.min(pieces * 2, best.length);
    }
  }
  return best;
}
