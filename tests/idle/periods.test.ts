/** Idle periods on hosts of every kind, each a fake with only what that kind has. */
import { expect, test } from "vitest";
import { type IdleHost, idlePeriods } from "../../src/idle/periods.js";

/** A host that notes what is asked of it; `run` does what is due. */
class FakeHost {
  readonly notes: string[] = [];
  #tasks: (() => void)[] = [];

  /** Something to be called back; what is noted for it, and for taking it back. */
  task(name: string) {
    return (callback: () => void, ms?: number) => {
      this.notes.push(ms === undefined ? name : `${name} ${ms}`);
      this.#tasks.push(callback);
      return { unref: () => void this.notes.push("unref") };
    };
  }

  cancel(name: string) {
    return () => {
      this.notes.push(name);
      this.#tasks = [];
    };
  }

  run(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}

function browser(fake: FakeHost): IdleHost {
  return {
    ...worker(fake),
    requestIdleCallback: (callback) => {
      fake.task("requestIdleCallback")(() => callback({ timeRemaining: () => 12 }));
      return 1;
    },
    cancelIdleCallback: fake.cancel("cancelIdleCallback"),
  };
}

function node(fake: FakeHost): IdleHost {
  return {
    ...worker(fake),
    setImmediate: fake.task("setImmediate"),
    clearImmediate: fake.cancel("clearImmediate"),
  };
}

function worker(fake: FakeHost): IdleHost {
  const set = fake.task("setTimeout");
  return {
    setTimeout: (callback, ms) => {
      set(callback, ms);
      return 1;
    },
    clearTimeout: fake.cancel("clearTimeout"),
  };
}

const HOSTS = [
  { kind: "a browser", make: browser, asks: "requestIdleCallback", cancels: "cancelIdleCallback", spare: 12 },
  { kind: "Node", make: node, asks: "setImmediate", cancels: "clearImmediate", spare: undefined },
  { kind: "a worker", make: worker, asks: "setTimeout 0", cancels: "clearTimeout", spare: undefined },
] as const;

test.each(HOSTS)("$kind calls back once, with what it can spare", ({ make, asks, spare }) => {
  const fake = new FakeHost();
  const heard: unknown[] = [];
  idlePeriods(make(fake))((ms) => heard.push(ms), { delay: 0, keepsAlive: true });
  expect(fake.notes).toEqual([asks]);
  expect(heard).toEqual([]);
  fake.run();
  fake.run();
  expect(heard).toEqual([spare]);
});

test.each(HOSTS)("$kind is asked after the delay", ({ make, asks, spare }) => {
  const fake = new FakeHost();
  const heard: unknown[] = [];
  idlePeriods(make(fake))((ms) => heard.push(ms), { delay: 100, keepsAlive: true });
  expect(fake.notes).toEqual(["setTimeout 100"]);
  fake.run();
  expect(fake.notes).toEqual(["setTimeout 100", asks]);
  fake.run();
  expect(heard).toEqual([spare]);
});

test.each(HOSTS)(
  "$kind forgets a request that is taken back, in the delay or after it",
  ({ make, cancels }) => {
    for (const turns of [0, 1]) {
      const fake = new FakeHost();
      const heard: unknown[] = [];
      const cancel = idlePeriods(make(fake))((ms) => heard.push(ms), { delay: 100, keepsAlive: true });
      for (let i = 0; i < turns; i++) fake.run();
      cancel();
      expect(fake.notes.at(-1)).toBe(turns === 0 ? "clearTimeout" : cancels);
      fake.run();
      expect(heard).toEqual([]);
    }
  },
);

test("Node's process does not wait, where that is asked", () => {
  const fake = new FakeHost();
  idlePeriods(node(fake))(() => {}, { delay: 0, keepsAlive: false });
  expect(fake.notes).toEqual(["setImmediate", "unref"]);
});

test("this host has idle periods", async () => {
  const spare = await new Promise((resolve) => idlePeriods()(resolve, { delay: 1, keepsAlive: true }));
  expect(spare).toBeUndefined();
});
