/** When buffers are made, with idle periods of the test's. */
import { expect, test } from "vitest";
import { Nudge } from "../../src/bridge/nudge.js";

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

test("no more than a gigabyte, whatever the engine does", () => {
  const { request, pass } = idle();
  let bytes = 0;
  const nudge = new Nudge(request, (more) => {
    bytes += more;
  });
  nudge.begin(SOON);
  for (let i = 0; i < 1000; i++) pass();
  expect(bytes).toBe(2 ** 30);
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
