/** `collectWhenIdle` over idle periods and a collector that tests make: when it works, how long, and when it stops. */
import { describe, expect, test } from "vitest";
import type { IdleOptions, IdleResult } from "../../src/api.js";
import { collectWhenIdle } from "../../src/idle/collect-when-idle.js";
import { answer, FakeMoult, FakePeriods, settled } from "./fakes.js";

/** A call under way, and how it ended. */
function start(moult: FakeMoult, options: IdleOptions = {}) {
  const periods = new FakePeriods();
  const call: { result?: IdleResult; error?: unknown } = {};
  collectWhenIdle(moult, options, periods.request).then(
    (result) => {
      call.result = result;
    },
    (error) => {
      call.error = error;
    },
  );
  return { periods, call };
}

test("works in idle periods only, a step in each, until a cycle is over", async () => {
  const moult = new FakeMoult(3);
  const { periods, call } = start(moult);
  await settled();
  expect(moult.budgets).toHaveLength(0);
  for (let i = 1; i <= 3; i++) {
    expect(call).toEqual({});
    await periods.come();
    expect(moult.budgets).toHaveLength(i);
  }
  expect(call.result).toEqual({
    done: true,
    steps: 3,
    examined: 30,
    collected: 3,
    uncollectable: 0,
    resurrected: 0,
    ms: 1.5,
  });
  expect(periods.waiting).toBe(false);
});

test("ends a cycle that is under way, and does a whole one after it", async () => {
  const moult = new FakeMoult(3, 2);
  const { periods, call } = start(moult);
  for (let i = 0; i < 4; i++) await periods.come();
  expect(call).toEqual({});
  await periods.come();
  expect(call.result).toMatchObject({ done: true, steps: 5 });
});

test("counts cycles that others bring to an end", async () => {
  const moult = new FakeMoult(100);
  const { periods, call } = start(moult);
  await periods.come();
  moult.cycles++; // gc.collect(), for example.
  await periods.come();
  expect(call.result).toMatchObject({ done: true, steps: 1 });
});

describe("takes as long as", () => {
  test.each([
    ["the host can spare", 12, undefined, 12],
    ["the budget, where the host can spare more", 12, 5, 5],
    ["the host can spare, where the budget is more", 3, 5, 3],
    ["the budget, where the host does not say", undefined, 5, 5],
    ["the plan thinks right, where nobody says", undefined, undefined, undefined],
  ])("%s", async (_, spare, budget, expected) => {
    const moult = new FakeMoult(1);
    const { periods } = start(moult, budget === undefined ? {} : { budget });
    await periods.come(spare);
    expect(moult.budgets).toEqual([expected]);
  });
});

test.each([-1, Number.NaN, "5"])("refuses a budget of %s", async (budget) => {
  const { periods, call } = start(new FakeMoult(1), { budget: budget as number });
  await settled();
  expect(call.error).toBeInstanceOf(RangeError);
  expect(periods.notes).toEqual([]);
});

describe("an AbortSignal", () => {
  test("that is aborted already lets nothing begin", async () => {
    const moult = new FakeMoult(1);
    const { periods, call } = start(moult, { signal: AbortSignal.abort("no") });
    await settled();
    expect(call).toEqual({ error: "no" });
    expect(periods.notes).toEqual([]);
    expect(moult.budgets).toEqual([]);
  });

  test("ends the waiting at once, and another call goes on", async () => {
    const moult = new FakeMoult(3);
    const controller = new AbortController();
    const { periods, call } = start(moult, { signal: controller.signal });
    await periods.come();
    controller.abort();
    await settled();
    expect(call.error).toMatchObject({ name: "AbortError" });
    expect(periods.notes.at(-1)).toBe("cancel");
    await periods.come();
    expect(moult.budgets).toHaveLength(1);
    const next = start(moult);
    for (let i = 0; i < 5; i++) await next.periods.come();
    expect(next.call.result).toMatchObject({ done: true, steps: 5 });
  });

  test("that is aborted in a step ends it after that step", async () => {
    const moult = new FakeMoult(3);
    const controller = new AbortController();
    const { periods, call } = start(moult, { signal: controller.signal });
    moult.instead = () => {
      controller.abort(new Error("enough"));
      return answer("working");
    };
    await periods.come();
    expect(call.error).toEqual(new Error("enough"));
    expect(moult.budgets).toHaveLength(1);
    expect(periods.waiting).toBe(false);
  });

  test("keeps no listener when the work is done", async () => {
    const listeners = new Set<unknown>();
    const { signal } = new AbortController();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners.delete(listener);
      remove(type, listener);
    };
    const { periods, call } = start(new FakeMoult(4), { signal });
    for (let i = 0; i < 4; i++) await periods.come();
    expect(call.result?.done).toBe(true);
    expect(listeners.size).toBe(0);
  });
});

test("ends without an error when Moult is detached meanwhile", async () => {
  const moult = new FakeMoult(3);
  const { periods, call } = start(moult);
  await periods.come();
  moult.attached = false;
  await periods.come();
  expect(call.result).toMatchObject({ done: false, steps: 1 });
  expect(moult.budgets).toHaveLength(1);
});

test("tries again when a collection is under way in Python", async () => {
  const moult = new FakeMoult(1);
  const { periods, call } = start(moult);
  moult.instead = () => answer("busy");
  await periods.come();
  await periods.come();
  expect(call).toEqual({});
  moult.instead = undefined;
  await periods.come();
  expect(call.result).toMatchObject({ done: true, steps: 3 });
});

test("is rejected when there is no memory to mark with", async () => {
  const moult = new FakeMoult(1);
  moult.instead = () => answer("no-memory");
  const { periods, call } = start(moult);
  await periods.come();
  expect(call.error).toMatchObject({ code: "out-of-memory" });
});

test("is rejected with what a step throws", async () => {
  const moult = new FakeMoult(1);
  moult.instead = () => {
    throw new Error("trap");
  };
  const { periods, call } = start(moult);
  await periods.come();
  expect(call.error).toEqual(new Error("trap"));
});

test("a process waits for one cycle, but not for repeated ones", async () => {
  const once = start(new FakeMoult(2));
  await once.periods.come();
  expect(once.periods.notes).toEqual(["request 0 true", "request 0 true"]);
  const repeated = start(new FakeMoult(2), { repeat: true });
  await repeated.periods.come();
  expect(repeated.periods.notes).toEqual(["request 0 false", "request 0 false"]);
});

test("repeated: rests between cycles, and begins another when there is enough to do", async () => {
  const moult = new FakeMoult(2);
  const controller = new AbortController();
  const { periods, call } = start(moult, { repeat: true, signal: controller.signal });
  await periods.come();
  await periods.come();
  moult.due = false;
  await periods.come();
  await periods.come();
  moult.due = true;
  await periods.come();
  const delays = periods.notes.map((note) => Number(note.split(" ")[1]) > 0);
  expect(delays).toEqual([false, false, true, true, true, false]);
  expect(moult.cycles).toBe(8);
  expect(call).toEqual({});
  controller.abort("over");
  await settled();
  expect(call).toEqual({ error: "over" });
});
