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
  /** Bytes of an object; bytes are not counted when this is left out. */
  readonly bytes?: number;
  /** Milliseconds that a cycle takes for an object. */
  readonly cost?: number;
  /** Objects of one island, which can only be proven dead as a whole. */
  readonly island?: number;
  /** Milliseconds that the program itself takes for a tick. */
  readonly work?: number;
}

interface Outcome {
  /** Most garbage at any time, as a part of what is alive. */
  readonly float: number;
  /** The same in objects. */
  readonly outstanding: number;
  readonly longestSlice: number;
  /** Slices that had to end a late cycle. */
  readonly late: number;
  readonly cycles: number;
  /** Milliseconds of work for an object that became old. */
  readonly perObject: number;
  /** Part of all time that cycles took. */
  readonly share: number;
}

const PAUSE_GOAL = 1;

function simulate(scenario: Scenario): Outcome {
  const { live: start, ticks, promoted, died, bytes, cost = 60e-6, island = 0, work: program = 1 } = scenario;
  let live = start;
  let dead = 0;
  const inUse = () => (bytes === undefined ? undefined : (live + dead) * bytes);
  const pacer = new Pacer(PAUSE_GOAL, { objects: start, bytes: inUse() });
  let cycle: { left: number; caught: number; size: number } | undefined;
  let [float, outstanding, longestSlice, late, cycles, work, total] = [0, 0, 0, 0, 0, 0, 0];
  for (let tick = 0; tick < ticks; tick++) {
    live += promoted(tick) - died(tick);
    dead += died(tick);
    total += promoted(tick);
    pacer.promote(promoted(tick), inUse());
    if (cycle === undefined && pacer.due) {
      pacer.begin();
      cycle = { left: (live + dead) * cost, caught: dead, size: live + dead };
    }
    if (cycle !== undefined) {
      const allowed = pacer.slice(0);
      // The last part is the proof, which for an island is not cut.
      const uncut = island * cost;
      const spent = cycle.left - allowed <= uncut ? cycle.left : Math.min(allowed, cycle.left);
      if (allowed === Number.POSITIVE_INFINITY) late++;
      else longestSlice = Math.max(longestSlice, spent);
      work += spent;
      cycle.left -= spent;
      if (cycle.left <= 0) dead -= cycle.caught;
      pacer.spend(spent, inUse());
      if (cycle.left <= 0) {
        pacer.end(cycle.size - cycle.caught);
        cycle = undefined;
        cycles++;
      }
    }
    float = Math.max(float, dead / live);
    outstanding = Math.max(outstanding, dead);
  }
  const share = work / (work + ticks * program);
  return { float, outstanding, longestSlice, late, cycles, perObject: work / total, share };
}

describe("the pacer", () => {
  test("steady: as many die as become old", () => {
    const outcome = simulate({ live: 600_000, ticks: 2000, promoted: () => 1000, died: () => 1000 });
    expect(outcome.float).toBeLessThan(0.4);
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    expect(outcome.late).toBe(0);
    expect(outcome.perObject).toBeLessThan(1e-3);
    expect(outcome.share).toBeLessThan(0.4);
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

  test("heavy step: ten times the heap within ten collections", () => {
    const outcome = simulate({
      live: 50_000,
      ticks: 600,
      promoted: (tick) => (tick >= 100 && tick < 110 ? 50_000 : 100),
      died: (tick) => (tick > 300 ? 100 : 0),
    });
    // It comes faster than slices of the goal's length could keep up with, so cycles may be cut short meanwhile.
    expect(outcome.late).toBeLessThan(5);
    expect(outcome.float).toBeLessThan(0.4);
  });

  test("jitter: a load that is never the same for two collections", () => {
    const load = (tick: number) => (Math.imul(tick, 2654435761) >>> 22) + 100;
    const outcome = simulate({ live: 200_000, ticks: 3000, promoted: load, died: load });
    expect(outcome.float).toBeLessThan(0.4);
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    expect(outcome.late).toBe(0);
  });

  test("big payloads behind small cycles: bytes call for the cycle, not objects", () => {
    const queue = { live: 1000, ticks: 2000, promoted: () => 30, died: () => 30, bytes: 10_000 };
    const outcome = simulate(queue);
    expect(outcome.outstanding).toBeLessThan(500);
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    // Without bytes it would be thousands.
    const { bytes: _, ...uncounted } = queue;
    expect(simulate(uncounted).outstanding).toBeGreaterThan(2000);
  });

  test("one giant island: its proof is one long slice, and the others keep to the goal", () => {
    const outcome = simulate({
      live: 600_000,
      ticks: 3000,
      promoted: () => 500,
      died: (tick) => (tick === 1000 ? 300_000 : 500),
      island: 300_000,
    });
    expect(outcome.longestSlice).toBeLessThan(300_000 * 60e-6 + 2 * PAUSE_GOAL);
    expect(outcome.late).toBe(0);
    // Half of the heap dies at once: that is there until the cycle after.
    expect(outcome.float).toBeLessThan(1.6);
  });

  test("oscillating: a load that comes and goes", () => {
    const outcome = simulate({
      live: 200_000,
      ticks: 4000,
      promoted: (tick) => (Math.floor(tick / 100) % 2 === 0 ? 1500 : 50),
      died: (tick) => (Math.floor(tick / 100) % 2 === 0 ? 1500 : 50),
    });
    expect(outcome.float).toBeLessThan(0.5);
    expect(outcome.late).toBe(0);
  });

  test("a bump: three times the heap at once hurries nobody, and what follows is paced by what there is then", () => {
    const outcome = simulate({
      live: 60_000,
      ticks: 1000,
      promoted: (tick) => (tick === 30 ? 200_000 : 1000),
      died: (tick) => (tick < 30 ? 0 : 1000),
    });
    expect(outcome.late).toBe(0);
    expect(outcome.longestSlice).toBeLessThanOrEqual(PAUSE_GOAL);
    expect(outcome.float).toBeLessThan(0.45);
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
    const pacer = new Pacer(PAUSE_GOAL, { objects: 1000, bytes: undefined });
    pacer.promote(4999, undefined);
    expect(pacer.due).toBe(false);
    pacer.promote(1, undefined);
    expect(pacer.due).toBe(true);
    pacer.reset({ objects: 6000, bytes: undefined });
    expect(pacer.due).toBe(false);
  });

  test("idle time may forestall a cycle: it is ripe before it is due, and neither while one is under way", () => {
    const pacer = new Pacer(1, { objects: 100_000, bytes: undefined });
    const seen: boolean[][] = [];
    const look = () => void seen.push([pacer.ripe, pacer.due]);
    look();
    pacer.promote(11_000, undefined);
    look();
    pacer.promote(11_000, undefined);
    look();
    pacer.begin();
    pacer.promote(50_000, undefined);
    look();
    expect(seen).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("what an object costs is learned from the cycle before", () => {
    const pacer = new Pacer(PAUSE_GOAL, { objects: 100_000, bytes: undefined });
    pacer.promote(12_500, undefined);
    pacer.begin();
    pacer.spend(1125, undefined); // 0.01 ms an object, far more than the first guess
    pacer.end(112_500);
    pacer.promote(14_063, undefined);
    pacer.begin();
    pacer.promote(100, undefined);
    // 100 of some 21,000 objects of runway, of some 1,265 ms: as much as a slice in good time may take.
    expect(pacer.slice(0)).toBe((PAUSE_GOAL * 3) / 8);
    // And less where the pause has been used for something else.
    expect(pacer.slice(0.3)).toBeCloseTo(0.075);
  });

  test("bytes that the program gives back itself are not there to grow into", () => {
    const MiB = 1 << 20;
    const pacer = new Pacer(PAUSE_GOAL, { objects: 1000, bytes: 100 * MiB });
    pacer.promote(0, 20 * MiB);
    pacer.promote(0, 22 * MiB);
    expect(pacer.due).toBe(false);
    pacer.promote(0, 24 * MiB);
    expect(pacer.due).toBe(true);
    expect(pacer.alarm).toBeGreaterThan(24 * MiB);
  });
});
