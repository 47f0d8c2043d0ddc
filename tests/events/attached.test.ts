/** What listeners of a real collector may do. */
import { loadPyodide, type PyodideInterface } from "pyodide";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Moult, PlanName } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import type { CollectionEvent } from "../../src/events/events.js";
import { Report } from "../../src/events/report.js";

let pyodide: PyodideInterface;
let moult: Moult;

beforeAll(async () => {
  pyodide = await loadPyodide();
  pyodide.runPython("import gc; gc.disable()");
});

afterEach(() => void moult.detach());

function listen(): CollectionEvent[] {
  const heard: CollectionEvent[] = [];
  moult.on("collection", (event) => heard.push(event));
  return heard;
}

describe.each<PlanName>(["generational", "builtin"])("events of the plan %s", (plan) => {
  beforeEach(async () => {
    moult = await attach(pyodide, { plan });
    moult.collect();
  });

  it("tell each collection once, numbered, with its figures", () => {
    const heard = listen();
    // Pyodide's own runPython leaves garbage: the first collection is for that.
    pyodide.runPython("gc.collect(); l = []; l.append(l); del l; gc.collect(); gc.collect(0)");
    expect(heard.map(({ sequence, generation, reason }) => [sequence, generation, reason])).toEqual([
      [2, 2, "explicit"],
      [3, 2, "explicit"],
      [4, 0, "explicit"],
    ]);
    expect(heard[1]).toMatchObject({ type: "collection", plan, collected: 1, uncollectable: 0 });
  });

  it("have phases that add up to at most the pause, and times that go forward", () => {
    const heard = listen();
    pyodide.runPython("for g in 0, 1, 2: gc.collect(g)");
    let end = 0;
    for (const { startedAtMs, pauseMs, phases } of heard) {
      expect(phases.mark + phases.trial + phases.dispose).toBeLessThanOrEqual(pauseMs);
      expect(startedAtMs).toBeGreaterThanOrEqual(end);
      end = startedAtMs + pauseMs;
    }
  });

  it("agree with the statistics and the report", () => {
    const before = moult.stats();
    const report = new Report();
    moult.on("collection", (event) => report.add(event));
    pyodide.runPython("l = []; l.append(l); del l; gc.collect(); gc.collect(1)");
    const after = moult.stats();
    const json = report.json();
    for (const n of [0, 1, 2] as const) {
      const [was, is] = [before.generations[n], after.generations[n]];
      expect(json.generations[n].collections).toBe(is.collections - was.collections);
      expect(json.generations[n].collected).toBe(is.collected - was.collected);
    }
    expect(json.total.pause.totalMs).toBeCloseTo(after.pauseTotalMs - before.pauseTotalMs, 6);
    expect(json.peakMemoryBytes).toBe(after.memoryBytes);
  });

  it("let a listener run Python code, in which no collection begins", () => {
    const heard = listen();
    let nested: unknown;
    moult.on("collection", () => {
      nested = pyodide.runPython("m = []; m.append(m); del m; gc.collect()");
    });
    pyodide.runPython("gc.collect()");
    expect(nested).toBe(0);
    expect(heard).toHaveLength(1);
  });

  it("let a listener detach, which happens after the collection", async () => {
    let done: boolean | undefined;
    moult.on("collection", () => {
      done = moult.detach();
    });
    pyodide.runPython("gc.collect()");
    await Promise.resolve();
    expect(done).toBe(false);
    expect(moult.attached).toBe(false);
    expect(pyodide.runPython("gc.collect(); l = []; l.append(l); del l; gc.collect()")).toBe(1);
  });

  it("say when the collector is detached", () => {
    const heard: string[] = [];
    moult.on("detach", ({ type }) => heard.push(type));
    moult.detach();
    moult.detach();
    expect(heard).toEqual(["detach"]);
  });
});
