/** When buffers are made, with idle periods of the test's. */
import { expect, test } from "vitest";
import { Nudge } from "../../src/bridge/nudge.js";
import { idlePeriods } from "../../src/idle/periods.js";

/** Idle periods that come when the test says so. */
function idle() {
  const waiting = new Set<() => void>();
  const delays: number[] = [];
  return {
    delays,
    request: (callback: (spare: undefined) => void, { delay }: { delay: number }) => {
      const run = () => callback(undefined);
      delays.push(delay);
      waiting.add(run);
      return () => waiting.delete(run);
    },
    /** One period. */
    pass() {
      for (const run of [...waiting]) {
        waiting.delete(run);
        run();
      }
    },
  };
}

const SOON = { after: 500, keepsAlive: false };

test("a buffer in each idle period, until it ends", () => {
  const { request, pass, delays } = idle();
  const sizes: number[] = [];
  const nudge = new Nudge(request, (bytes) => sizes.push(bytes));
  nudge.begin(SOON);
  for (let i = 0; i < 3; i++) pass();
  nudge.end();
  for (let i = 0; i < 3; i++) pass();
  expect(sizes).toEqual([2 ** 24, 2 ** 24, 2 ** 24]);
  expect(delays).toEqual([500, 100, 100, 100]);
});

test("no more than a gigabyte, whatever the engine does, and then it says so", () => {
  const { request, pass } = idle();
  let bytes = 0;
  let givenUp = 0;
  const nudge = new Nudge(request, (more) => {
    bytes += more;
  });
  const onGivingUp = () => {
    givenUp++;
  };
  nudge.begin({ ...SOON, onGivingUp });
  for (let i = 0; i < 1000; i++) pass();
  expect([bytes, givenUp]).toEqual([2 ** 30, 1]);
});

test("the engine collects", async () => {
  let collected = false;
  const sentinels = new FinalizationRegistry(() => {
    collected = true;
  });
  sentinels.register({}, undefined);
  const nudge = new Nudge(idlePeriods());
  nudge.begin({ after: 0, keepsAlive: true });
  while (!collected) await new Promise((resolve) => setTimeout(resolve, 20));
  nudge.end();
});

test("nothing more once there is no room", () => {
  const { request, pass } = idle();
  let tries = 0;
  const nudge = new Nudge(request, () => {
    tries++;
    throw new RangeError("Array buffer allocation failed");
  });
  nudge.begin(SOON);
  for (let i = 0; i < 3; i++) pass();
  expect(tries).toBe(1);
});
