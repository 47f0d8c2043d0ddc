/** Collecting near the limit, over simulated heaps: what overflows, and what it costs. */
import { describe, expect, test } from "vitest";
import { NearLimit } from "../../src/pacer/near-limit.js";

/** A program by numbers; each tick is one trigger. */
interface Scenario {
  readonly limit: number;
  readonly live: number;
  /** Bytes of garbage that a tick makes; only a full collection frees them. */
  readonly garbage: number;
  readonly ticks: number;
  /** Milliseconds that the program runs in a tick. */
  readonly run: number;
  /** Milliseconds to ask, and to collect. */
  readonly ask: number;
  readonly collect: number;
  /** What is free is in small pieces. */
  readonly scattered?: boolean;
  /** The size of memory, if it is not as large as what was in use at most. */
  readonly memory?: number;
}

function simulate({
  limit,
  live,
  garbage,
  ticks,
  run,
  ask,
  collect,
  memory = 0,
  scattered = false,
}: Scenario) {
  let [now, dead, size, work, overflows, collections, asked, tight] = [0, 0, memory, 0, 0, 0, 0, 0];
  const near = new NearLimit(() => now);
  const spend = (ms: number) => {
    now += ms;
    work += ms;
  };
  const filling = () => ({
    limit,
    most: size,
    hasRoom: (bytes: number) => (scattered ? 0 : limit - live - dead) >= bytes,
    used: () => {
      asked++;
      spend(ask);
      return live + dead;
    },
  });
  for (let tick = 0; tick < ticks; tick++) {
    now += run;
    dead += garbage;
    if (live + dead > limit) {
      overflows++;
      dead = 0; // The emergency collection.
    }
    size = Math.max(size, live + dead);
    if (near.due(filling())) {
      spend(collect);
      dead = 0;
      collections++;
      near.collected(collect);
    }
    if (near.tight(filling())) tight++;
  }
  return { overflows, collections, asked, share: work / now, tight: tight / ticks };
}

const MIB = 2 ** 20;
const USUAL: Scenario = {
  limit: 256 * MIB,
  live: 100 * MIB,
  garbage: MIB,
  ticks: 10_000,
  run: 5,
  ask: 5,
  collect: 20,
};

/** The stated share of time, for collections of a length: four fifths, a second, and the last collection. */
const LIMIT_OF_SHARE = (collect: number) => 0.8 + (1_000 + collect) / (USUAL.ticks * USUAL.run);

describe("near the limit", () => {
  test("garbage is collected before it reaches the limit, at a small price where there is room", () => {
    const { overflows, collections, share } = simulate(USUAL);
    expect(overflows).toBe(0);
    expect(collections).toBeGreaterThan(60);
    expect(share).toBeLessThan(0.2);
  });

  test("far from it nobody asks, nor collects", () => {
    const { asked, collections } = simulate({ ...USUAL, garbage: 0 });
    expect([asked, collections]).toEqual([0, 0]);
  });

  test("memory that was once full costs nothing when it is not any more, and a quarter where it is scattered", () => {
    const once = { ...USUAL, garbage: 0, memory: 256 * MIB };
    expect(simulate(once)).toMatchObject({ collections: 0, asked: 0, tight: 0 });
    const { collections, asked, share } = simulate({ ...once, scattered: true });
    expect(collections).toBe(0);
    expect(asked).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(0.251);
  });

  test("living objects near the limit: it is known to be tight, and the program goes on", () => {
    const { share, tight, overflows } = simulate({ ...USUAL, live: 240 * MIB, garbage: 0, collect: 100 });
    expect(overflows).toBe(0);
    expect(tight).toBe(1);
    expect(share).toBeLessThanOrEqual(LIMIT_OF_SHARE(100));
  });

  test("a burst is not held up: garbage that comes faster than it is paid for is collected for a while", () => {
    const burst = { ...USUAL, live: 200 * MIB, garbage: 20 * MIB, run: 1, collect: 20 };
    expect(simulate({ ...burst, ticks: 50 }).overflows).toBe(0);
    expect(simulate({ ...burst, run: 6, ticks: 5_000 }).overflows).toBe(0);
  });

  test.each([1, 10, 100, 1_000, 10_000])("collections of %i ms keep to their share", (collect) => {
    const { share } = simulate({ ...USUAL, live: 250 * MIB, garbage: 0, collect });
    expect(share).toBeLessThanOrEqual(LIMIT_OF_SHARE(collect));
  });

  test("garbage that outruns the limiter overflows: the share of time goes before", () => {
    const { overflows, share } = simulate({ ...USUAL, live: 230 * MIB, garbage: 10 * MIB, collect: 2_000 });
    expect(overflows).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(LIMIT_OF_SHARE(2_000));
  });
});
