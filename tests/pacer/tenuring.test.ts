/** When survivors are looked at again, and when they become old: simulated programs, without a heap. */
import { describe, expect, test } from "vitest";
import { Tenuring } from "../../src/pacer/tenuring.js";

/** Young collections after which the program's second threshold asks for more. */
const THRESHOLD = 10;

interface Program {
  readonly collections: number;
  /** Objects that survive a young collection, and those that never do. */
  readonly survivors: number;
  readonly shortLived?: number;
  /** Young collections that a survivor lives through; Infinity for ever. */
  readonly age: number;
  /** Milliseconds of a look for an object. */
  readonly cost?: number;
}

interface Outcome {
  readonly looks: number;
  readonly examined: number;
  readonly tenured: number;
  /** Dead ones among those. */
  readonly tenuredDead: number;
  readonly longest: number;
}

function simulate({ collections, survivors, shortLived = 0, age, cost = 60e-6 }: Program): Outcome {
  const tenuring = new Tenuring(1);
  // Of each cohort in the middle generation: when it was young.
  let middle: number[] = [];
  let [looks, examined, tenured, tenuredDead, longest, since] = [0, 0, 0, 0, 0, 0];
  for (let now = 0; now < collections; now++) {
    const attention = tenuring.next(0, since > THRESHOLD);
    middle.push(now);
    since++;
    if (attention === "none") tenuring.survived(survivors);
    else {
      since = 0;
      const alive = middle.filter((born) => now - born < age);
      const all = middle.length * survivors + shortLived;
      const dead = (middle.length - alive.length) * survivors + shortLived;
      middle = alive;
      tenuring.looked({ examined: all, dead, ms: all * cost }, 0);
      longest = Math.max(longest, all * cost);
      looks++;
      examined += all;
    }
    if (attention === "tenure" || tenuring.isFull) {
      tenuredDead += middle.filter((born) => now - born >= age).length * survivors;
      tenured += tenuring.tenure();
      middle = [];
    }
  }
  return { looks, examined, tenured, tenuredDead, longest };
}

describe("tenuring", () => {
  test("what dies after a while never becomes old", () => {
    const outcome = simulate({ collections: 1000, survivors: 2000, age: 4 });
    expect(outcome.tenured).toBe(0);
    expect(outcome.looks).toBeGreaterThan(100);
    // Looking costs a few times what there is to look at.
    expect(outcome.examined).toBeLessThan(8 * 1000 * 2000);
  });

  test("what is there to stay is looked at three times or so, and then rests get longer", () => {
    const short = simulate({ collections: 20, survivors: 2000, age: Number.POSITIVE_INFINITY });
    expect(short.examined).toBeLessThan(4 * 20 * 2000);
    const long = simulate({ collections: 1000, survivors: 2000, age: Number.POSITIVE_INFINITY });
    expect(long.tenured).toBeGreaterThan(1000 * 2000 * 0.95);
    expect(long.examined).toBeLessThan(0.5 * 1000 * 2000);
  });

  test("a rest ends: what begins to die later is found again", () => {
    const tenuring = new Tenuring(1);
    const survive = (collections: number) => {
      let looks = 0;
      for (let i = 0; i < collections; i++) {
        if (tenuring.next(0, false) === "none") tenuring.survived(2000);
        else {
          looks++;
          tenuring.looked({ examined: 2000 * (i + 1), dead: 0, ms: 0.1 }, 0);
        }
        if (tenuring.isFull) tenuring.tenure();
      }
      return looks;
    };
    survive(500);
    expect(survive(1000)).toBeGreaterThan(0);
  });

  test("few survivors are looked at when the second threshold asks for it, and are old then", () => {
    const outcome = simulate({
      collections: 2000,
      survivors: 30,
      shortLived: 1900,
      age: Number.POSITIVE_INFINITY,
    });
    expect(outcome.tenured).toBeGreaterThan(1900 * 30);
    // What a young collection finds anyway does not make looks pay.
    expect(outcome.looks).toBeLessThan(250);
  });

  test("where looking is dear, fewer are kept for it", () => {
    const dear = simulate({ collections: 300, survivors: 500, age: 20, cost: 300e-6 });
    expect(dear.tenured).toBeGreaterThan(0);
    const cheap = simulate({ collections: 300, survivors: 500, age: 20 });
    expect(cheap.tenured).toBe(0);
    // Once it has been measured: the first looks are by a guess.
    expect(dear.longest).toBeLessThan(3);
  });

  test("one disturbed look is not believed", () => {
    const tenuring = new Tenuring(1);
    tenuring.survived(6000);
    tenuring.looked({ examined: 6000, dead: 0, ms: 500 }, 0);
    expect(tenuring.isFull).toBe(false);
  });

  test("bytes call for a look before they call for a cycle, and not again at once", () => {
    const tenuring = new Tenuring(1);
    tenuring.survived(40);
    expect(tenuring.next(0.4, false)).toBe("none");
    expect(tenuring.next(0.6, false)).toBe("look");
    tenuring.looked({ examined: 60, dead: 0, ms: 0.01 }, 0.6);
    tenuring.survived(10);
    expect(tenuring.next(0.7, false)).toBe("none");
    expect(tenuring.next(0.9, false)).toBe("look");
    // Freed again by something else: from there on they count anew.
    expect(tenuring.next(0.3, false)).toBe("none");
    expect(tenuring.next(0.6, false)).toBe("look");
  });

  test("the middle generation joins a cycle after one that left more alive than usual, or after fifteen without it", () => {
    const tenuring = new Tenuring(1);
    const cycle = (held: number) => {
      const joined = tenuring.joinsCycle;
      tenuring.beginCycle(joined);
      tenuring.endCycle(held);
      return joined;
    };
    tenuring.beginCycle(true);
    tenuring.endCycle(500);
    expect([cycle(510), cycle(600), cycle(3000), cycle(520), cycle(510)]).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    const joined = Array.from({ length: 40 }, () => cycle(500));
    expect(joined.filter(Boolean)).toHaveLength(2);
  });

  test("a full collection begins everything anew", () => {
    const tenuring = new Tenuring(1);
    for (let i = 0; i < 100; i++) {
      tenuring.survived(3000);
      if (tenuring.isFull) tenuring.tenure();
    }
    expect(tenuring.next(0, false)).toBe("none");
    tenuring.reset();
    tenuring.survived(1000);
    expect(tenuring.next(0, false)).toBe("look");
  });
});
