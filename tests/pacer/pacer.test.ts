/** The pacer over simulated heaps: how much garbage piles up, how long slices are, and what it all costs. */
import { describe, expect, test } from "vitest";
import { Pacer } from "../../src/pacer/pacer.js";

/** A heap by numbers: each tick is one young collection. */
interface Scenario {
  /** Old objects at the start. */
  readonly live: number;
  readonly ticks: number;
  /** Objects that become old in a tick. */
  readonly promoted: (tick: number) => number;
  /** How many old objects die in a tick. */
  readonly died: (tick: number) => number;
  /** Milliseconds that a cycle takes for an object. */
  readonly cost?: number;
}

interface Outcome {
  /** Most garbage at any time, as a part of what is alive. */
  readonly float: number;
  readonly longestSlice: number;
  /** Slices that had to end a late cycle. */
  readonly late: number;
  readonly cycles: number;
  /** Milliseconds of work for an object that became old. */
  readonly perObject: number;
}

const PAUSE_GOAL = 1;

function simulate({ live: start, ticks, promoted, died, cost = 60e-6 }: Scenario): Outcome {
  const pacer = new Pacer(PAUSE_GOAL, start);
  let live = start;
  let dead = 0;
  let cycle: { left: number; caught: number; size: number } | undefined;
  let [float, longestSlice, late, cycles, work, total] = [0, 0, 0, 0, 0, 0];
  for (let tick = 0; tick < ticks; tick++) {
    live += promoted(tick) - died(tick);
    dead += died(tick);
    total += promoted(tick);
    pacer.promote(promoted(tick));
    if (cycle === undefined && pacer.due) {
      pacer.begin();
      cycle = { left: (live + dead) * cost, caught: dead, size: live + dead };
    }
    if (cycle !== undefined) {
      const allowed = pacer.slice();
      const spent = Math.min(allowed, cycle.left);
      if (allowed === Number.POSITIVE_INFINITY) late++;
      else longestSlice = Math.max(longestSlice, spent);
      pacer.spend(spent);
      work += spent;
      cycle.left -= spent;
      if (cycle.left <= 0) {
        dead -= cycle.caught;
        pacer.end(cycle.size - cycle.caught);
        cycle = undefined;
        cycles++;
      }
    }
    float = Math.max(float, dead / live);
  }
  return { float, longestSlice, late, cycles, perObject: work / total };
}

describe("the pacer", () => {
  test("steady: as many die as become old", () => {
    const outcome = simulate({ live: 600_000, ticks: 2000, promoted: () => 1000, died: () => 1000 });
    expect(outcome.float).toBeLessThan(0.4);
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    expect(outcome.late).toBe(0);
    expect(outcome.perObject).toBeLessThan(1e-3);
  });

  test("step: a heap of 20,000 becomes one of 500,000, and then nothing dies", () => {
    const outcome = simulate({
      live: 20_000,
      ticks: 1000,
      promoted: (tick) => (tick < 250 ? 2000 : 10),
      died: () => 0,
    });
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    // With a geometric series of sizes the work is a few passes over the final heap.
    expect(outcome.cycles).toBeLessThan(40);
  });

  test("oscillating: a load that comes and goes", () => {
    const outcome = simulate({
      live: 200_000,
      ticks: 4000,
      promoted: (tick) => (Math.floor(tick / 100) % 2 === 0 ? 1500 : 50),
      died: (tick) => (Math.floor(tick / 100) % 2 === 0 ? 1500 : 50),
    });
    expect(outcome.float).toBeLessThan(0.4);
    expect(outcome.late).toBe(0);
  });

  test("slow leak: one object a tick costs next to nothing", () => {
    const outcome = simulate({ live: 50_000, ticks: 4000, promoted: () => 1, died: () => 0 });
    expect(outcome.cycles).toBe(0);
  });

  test("garbage that starts late is found by what becomes old after it", () => {
    const outcome = simulate({
      live: 300_000,
      ticks: 3000,
      promoted: () => 500,
      died: (tick) => (tick > 1500 ? 500 : 0),
    });
    expect(outcome.float).toBeLessThan(0.4);
  });

  test("a machine so slow that slices can't keep up: the cycle is ended, and memory stays bounded", () => {
    const outcome = simulate({
      live: 100_000,
      ticks: 1000,
      promoted: () => 2000,
      died: () => 2000,
      cost: 5e-3,
    });
    expect(outcome.late).toBeGreaterThan(0);
    expect(outcome.float).toBeLessThan(1.2);
  });

  test("a small heap is not cycled over for a few objects", () => {
    const pacer = new Pacer(PAUSE_GOAL, 1000);
    pacer.promote(4999);
    expect(pacer.due).toBe(false);
    pacer.promote(1);
    expect(pacer.due).toBe(true);
    pacer.reset(6000);
    expect(pacer.due).toBe(false);
  });

  test("idle time may forestall a cycle: it is ripe before it is due, and neither while one is under way", () => {
    const pacer = new Pacer(1, 100_000);
    const seen: boolean[][] = [];
    const look = () => void seen.push([pacer.ripe, pacer.due]);
    look();
    pacer.promote(7000);
    look();
    pacer.promote(7000);
    look();
    pacer.begin();
    pacer.promote(50_000);
    look();
    expect(seen).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("what an object costs is learned from the cycle before", () => {
    const pacer = new Pacer(PAUSE_GOAL, 100_000);
    pacer.promote(12_500);
    pacer.begin();
    pacer.spend(1125); // 0.01 ms an object, far more than the first guess
    pacer.end(112_500);
    pacer.promote(14_063);
    pacer.begin();
    pacer.promote(100);
    // 100 of 15,820 objects of runway, of some 1,265 ms: more than the goal.
    expect(pacer.slice()).toBe(PAUSE_GOAL);
  });
});
