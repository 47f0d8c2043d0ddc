/** `Moult.on`, `Moult.collect` and `Moult.stats`: what the collector tells JavaScript. */
import { expect, expectTypeOf, onTestFinished } from "vitest";
import type { Moult } from "../../src/api.js";
import type { CollectionEvent, DetachEvent, WarningEvent } from "../../src/events/events.js";
import { attachedOnly, contract } from "../support/contract.js";
import { replacesCollector } from "../support/runtimes.js";

contract("events", ({ it, runtime, run, subject }) => {
  const moult = (): Moult => runtime().moult!;

  it(
    "tell of each collection what it was and what it did",
    () => {
      const events: CollectionEvent[] = [];
      const off = moult().on("collection", (event) => events.push(event));
      onTestFinished(off);
      run(`
        class Node:
            pass
        gc.disable()
        gc.collect()
        for _ in range(9):
            node = Node()
            node.self = node
        del node
        gc.collect()
      `);
      const [first, second] = events;
      expect(second).toMatchObject({
        type: "collection",
        plan: subject.plan,
        generation: 2,
        reason: "explicit",
        collected: 9,
        uncollectable: 0,
        resurrected: 0,
      });
      expect(second!.sequence).toBe(first!.sequence + 1);
      expect(second!.startedAtMs).toBeGreaterThanOrEqual(first!.startedAtMs);
      const { mark, trial, dispose } = second!.phases;
      expect(mark + trial + dispose).toBeLessThanOrEqual(second!.pauseMs);
      expect(second!.memoryBytes).toBe(moult().stats().memoryBytes);
      if (replacesCollector(subject)) {
        expect(second!.candidates).toBeGreaterThanOrEqual(9);
        expect(second!.examined).toBeGreaterThan(10_000);
        expect(second!.marked).toBeGreaterThan(10_000);
      }
    },
    attachedOnly,
  );
  it(
    "tell automatic collections from others, and count what was brought back",
    () => {
      const events: CollectionEvent[] = [];
      const off = moult().on("collection", (event) => events.push(event));
      run(`
        class Box:
            __slots__ = ()
        gc.collect()
        gc.set_threshold(100, 1000)
        kept = [Box() for _ in range(150)]
        gc.disable()
        class Lazarus:
            def __del__(self):
                kept.append(self)
        a = Lazarus()
        a.self = a
        del a
        gc.collect()
      `);
      moult().collect(0);
      off();
      moult().collect(0);
      const reasons = events.map((event) => event.reason);
      expect(reasons[0]).toBe("explicit");
      expect(reasons).toContain("automatic");
      expect(events.at(-1)).toMatchObject({ reason: "explicit", generation: 0 });
      if (replacesCollector(subject)) {
        expect(events.reduce((sum, event) => sum + event.resurrected, 0)).toBeGreaterThanOrEqual(1);
      }
    },
    attachedOnly,
  );
  it(
    "a listener that throws disturbs neither the collection nor other listeners",
    async () => {
      const thrown = new Error("listener");
      const heard: string[] = [];
      const offs = [
        moult().on("collection", () => {
          throw thrown;
        }),
        moult().on("collection", (event) => heard.push(event.type)),
      ];
      const reported = nextUncaught();
      const found = run("gc.disable(); gc.collect(); a = []; a.append(a); del a; gc.collect()");
      for (const off of offs) off();
      expect(found).toBe(1);
      expect(heard.length).toBeGreaterThanOrEqual(2);
      expect(await reported).toBe(thrown);
    },
    attachedOnly,
  );
  it(
    "a listener may run Python and collect, which does nothing",
    () => {
      const results: unknown[] = [];
      const off = moult().on("collection", () => {
        results.push(runtime().pyodide.runPython("import gc; gc.collect()"));
      });
      run("gc.disable(); a = []; a.append(a); del a; gc.collect()");
      off();
      expect(new Set(results)).toEqual(new Set([0]));
    },
    attachedOnly,
  );
  it(
    "refuse a name that there is not",
    () => {
      const on = moult().on.bind(moult()) as (name: string, listener: () => void) => () => void;
      expect(() => on("colection", () => {})).toThrow(/colection.*collection/s);
    },
    attachedOnly,
  );
  it(
    "are typed by their names",
    () => {
      type Listener<K extends "collection" | "warning" | "detach"> = Parameters<typeof on<K>>[1];
      const on = moult().on.bind(moult()) as Moult["on"];
      expectTypeOf<Parameters<Listener<"collection">>[0]>().toEqualTypeOf<CollectionEvent>();
      expectTypeOf<Parameters<Listener<"warning">>[0]>().toEqualTypeOf<WarningEvent>();
      expectTypeOf<Parameters<Listener<"detach">>[0]>().toEqualTypeOf<DetachEvent>();
    },
    attachedOnly,
  );
  it(
    "Moult.collect collects like gc.collect, and refuses a fourth generation",
    () => {
      runtime().pyodide.runPython("import gc; gc.disable(); gc.collect(); x = []; x.append(x); del x");
      expect(moult().collect()).toBe(1);
      expect([moult().collect(0), moult().collect(2)]).toEqual([0, 0]);
      const collect = moult().collect.bind(moult()) as (generation: number) => number;
      for (const wrong of [-1, 3, 1.5, Number.NaN]) expect(() => collect(wrong)).toThrow(RangeError);
      runtime().pyodide.runPython("gc.enable()");
    },
    attachedOnly,
  );
  it(
    "Moult.stats is a copy",
    () => {
      const stats = moult().stats();
      const { collections } = stats.generations[2];
      stats.generations[2].collections = -5;
      expect(moult().stats().generations[2].collections).toBe(collections);
      expect(stats.plan).toBe(subject.plan);
      expect(stats.pauseMaxMs).toBeLessThanOrEqual(stats.pauseTotalMs);
    },
    attachedOnly,
  );
});

/** The next error that nobody catches; the test runner's own handlers are set aside until then. */
function nextUncaught(): Promise<unknown> {
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  return new Promise((resolve) => {
    process.on("uncaughtException", (error) => {
      resolve(error);
      // The listener throws at every collection of the test: wait for the last one.
      setTimeout(() => {
        process.removeAllListeners("uncaughtException");
        for (const other of others) process.on("uncaughtException", other);
      }, 50);
    });
  });
}
