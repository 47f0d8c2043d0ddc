/** The trace: its structure, from events by hand and of a real run; and that the judge of it can say no. */
import { loadPyodide } from "pyodide";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attach } from "../../src/attach.js";
import type { CollectionEvent, MoultEvent } from "../../src/events/events.js";
import { follow } from "../../src/timeline/follow.js";
import { CLOSING, TraceEventWriter } from "../../src/timeline/trace-events.js";
import { collection } from "../events/samples.js";
import { eventsOf, nest, problemsOf, type TraceEvent } from "./check-trace.js";

/** The trace of some events. */
function traceOf(events: readonly MoultEvent[], process?: string): string {
  let text = "";
  const writer = new TraceEventWriter(
    (piece) => {
      text += piece;
    },
    process === undefined ? {} : { process },
  );
  for (const event of events) writer.add(event);
  writer.end();
  return text;
}

const young = (changes: Partial<CollectionEvent> = {}) =>
  collection({
    plan: "incremental",
    generation: 0,
    startedAtMs: 10,
    pauseMs: 2,
    phases: { mark: 0, trial: 0.3, dispose: 0.2, slice: 1.2 },
    parts: [
      { phase: "mark", ms: 0.7 },
      { phase: "sort", ms: 0.4 },
    ],
    bytesInUse: 5_000_000,
    ...changes,
  });

const CYCLE = {
  type: "cycle",
  atMs: 21,
  examined: 100,
  suspects: 10,
  collected: 4,
  uncollectable: 0,
  resurrected: 0,
  slices: 2,
  workMs: 2,
  longestSliceMs: 1.2,
} as const;

const track = (text: string, tid: number) => eventsOf(text).filter((event) => event.tid === tid);
const named = (text: string, name: string) => eventsOf(text).filter((event) => event.name === name);

describe("a trace", () => {
  it("has a collection as a slice, its phases and the parts of its slice within", () => {
    const [root] = nest(track(traceOf([young()]), 1)).roots;
    expect([root!.event.name, root!.begin, root!.end]).toEqual(["young collection", 10_000_000, 12_000_000]);
    expect(root!.children.map(({ event }) => event.name)).toEqual(["trial", "dispose", "slice"]);
    expect(root!.children[2]!.children.map(({ event }) => event.name)).toEqual(["mark", "sort"]);
  });

  it("has a cycle from its first slice to the end of its last", () => {
    const text = traceOf([young(), CYCLE, young({ startedAtMs: 20, parts: [{ phase: "prove", ms: 1 }] })]);
    expect(problemsOf(text)).toEqual([]);
    expect(named(text, "cycle").map(({ ph, ts }) => [ph, ts])).toEqual([
      ["B", 10_500],
      ["E", 21_700],
    ]);
  });

  it.each<[string, MoultEvent[], number]>([
    ["by a full collection", [young(), collection({ startedAtMs: 30 })], 30_000],
    ["by detaching", [young(), { type: "detach", poolBlocks: 0, atMs: 40 }], 40_000],
    [
      "when a freeze overtakes it",
      [young(), CYCLE, young({ startedAtMs: 20, parts: undefined } as never)],
      20_500,
    ],
  ])("has a cycle that was ended %s", (_, events, at) => {
    const text = traceOf(events);
    expect(problemsOf(text)).toEqual([]);
    expect(named(text, "cycle").at(-1)).toMatchObject({ ph: "E", ts: at });
  });

  it("counts memory, what was freed, and old objects where they were counted", () => {
    const text = traceOf([young(), collection({ startedAtMs: 30 })]);
    expect(named(text, "memory (bytes)").map(({ args }) => args)).toEqual([
      { "WebAssembly memory": 33_030_144, "in use": 5_000_000 },
      { "WebAssembly memory": 33_030_144 },
    ]);
    expect(named(text, "objects freed").map(({ args }) => args)).toEqual([
      { objects: 2000 },
      { objects: 2000 },
    ]);
    expect(named(text, "old objects alive").map(({ args }) => args)).toEqual([{ objects: 616_203 }]);
  });

  it("counts every 10 ms at the most, but when memory grew, and loses no object by it", () => {
    const events = Array.from({ length: 50 }, (_, n) =>
      young({ startedAtMs: 10 + n, pauseMs: 0.5, memoryBytes: n < 23 ? 2 ** 25 : 2 ** 26 }),
    );
    const text = traceOf(events);
    const freed = named(text, "objects freed");
    expect(freed.length).toBeLessThanOrEqual(7);
    expect(freed.reduce((sum, { args }) => sum + Number(args?.objects), 0)).toBe(50 * 2000);
    const grown = named(text, "memory (bytes)").find(({ args }) => args?.["WebAssembly memory"] === 2 ** 26);
    expect(grown?.ts).toBe(33_500);
  });

  it("keeps phases within a collection whose clock was coarse", () => {
    const text = traceOf([young({ pauseMs: 1, phases: { mark: 0.5, trial: 0.5, dispose: 0.5, slice: 1 } })]);
    expect(problemsOf(text)).toEqual([]);
  });

  it("escapes names", () => {
    const evil = '"},{"</script>\u2028\ud800\n';
    const warning = { type: "warning", code: "traverse-trap", message: evil, atMs: 1 } as const;
    const text = traceOf([warning], evil);
    expect(named(text, "warning")[0]!.args).toMatchObject({ message: evil });
    expect(named(text, "process_name")[0]!.args).toEqual({ name: evil });
  });

  it("is a whole document after each piece, with its end behind it", () => {
    let text = "";
    const writer = new TraceEventWriter((piece) => {
      text += piece;
    });
    for (const event of [young(), CYCLE, young({ startedAtMs: 20 }), collection({ startedAtMs: 30 })]) {
      writer.add(event);
      expect(() => JSON.parse(text + CLOSING)).not.toThrow();
    }
    writer.end();
    const whole = text;
    writer.end();
    writer.add(young({ startedAtMs: 40 }));
    expect(text).toBe(whole);
  });
});

describe("the judge", () => {
  const good = traceOf([young(), CYCLE, young({ startedAtMs: 20 })]);
  const spoilt = (spoil: (event: TraceEvent & Record<string, unknown>) => object | undefined) => {
    const events = eventsOf(good).flatMap(
      (event) => spoil(event as TraceEvent & Record<string, unknown>) ?? [],
    );
    return problemsOf(JSON.stringify({ traceEvents: events }));
  };

  it("has nothing to say of a good trace", () => expect(problemsOf(good)).toEqual([]));

  it.each<[string, RegExp, Parameters<typeof spoilt>[0]]>([
    ["a phase longer than its slice", /ends after/, (e) => (e.name === "slice" ? { ...e, dur: 9999 } : e)],
    ["times that go back", /goes back/, (e) => (e.name === "dispose" ? { ...e, ts: 1 } : e)],
    ["an end without beginning", /has not begun/, (e) => (e.ph === "B" ? undefined : e)],
    ["a beginning without end", /never ends/, (e) => (e.ph === "E" ? undefined : e)],
    ["a slice without length", /no length/, (e) => (e.ph === "X" ? { ...e, dur: undefined } : e)],
    ["a time that is none", /no pid, tid or ts/, (e) => (e.ph === "C" ? { ...e, ts: null } : e)],
    ["a counter of words", /no number/, (e) => (e.ph === "C" ? { ...e, args: { a: "b" } } : e)],
    ["a phase that nobody knows", /unknown/, (e) => (e.ph === "i" ? { ...e, ph: "?" } : e)],
    ["a track without name", /has no name/, (e) => (e.name === "thread_name" ? undefined : e)],
  ])("finds %s", (_, problem, spoil) => expect(spoilt(spoil).join("\n")).toMatch(problem));

  it("finds text that is no JSON", () => expect(problemsOf(good.slice(0, -5))[0]).toMatch(/^no JSON/));
});

describe("the trace of a real run", () => {
  let text = "";
  const heard: CollectionEvent[] = [];
  beforeAll(async () => {
    const pyodide = await loadPyodide();
    const moult = await attach(pyodide, { stress: true });
    const writer = new TraceEventWriter((piece) => {
      text += piece;
    });
    moult.on("collection", (event) => heard.push(event));
    follow(moult, writer);
    pyodide.runPython(`
      import gc
      keep = [[] for _ in range(30_000)]
      for _ in range(300_000):
          l = []; l.append(l)
      gc.collect()
      for _ in range(30_000):
          l = []; l.append(l)`);
    moult.detach();
    writer.end();
  });
  afterAll(() => heard.splice(0));

  it("is sound", () => expect(problemsOf(text)).toEqual([]));

  it("has every collection, with its length", () => {
    const { roots } = nest(track(text, 1));
    expect(roots.map(({ event }) => event.args?.sequence)).toEqual(heard.map(({ sequence }) => sequence));
    expect(roots.map(({ begin, end }) => end - begin)).toEqual(
      heard.map(({ pauseMs }) => Math.round(pauseMs * 1e6)),
    );
  });

  it("has cycles with all their phases, and ends with detaching", () => {
    expect(named(text, "cycle").length).toBeGreaterThan(1);
    for (const phase of ["mark", "sort", "prove"]) expect(named(text, phase).length).toBeGreaterThan(0);
    expect(track(text, 3).at(-1)).toMatchObject({ name: "detach" });
    for (const { parts = [], phases } of heard)
      expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(phases.slice);
  });
});
