/** Metrics: read back by a parser that is not ours, and that nobody's label breaks a line. */
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { loadPyodide } from "pyodide";
import { describe, expect, it } from "vitest";
import type { BridgeStats, MoultStats } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { prometheusText } from "../../src/events/prometheus.js";

const generation = (collections: number) => ({
  collections,
  collected: 10 * collections,
  uncollectable: 1,
  candidates: 99,
  duration: 0.1,
});

const STATS: MoultStats = {
  plan: "incremental",
  generations: [generation(3), generation(2), generation(1)],
  pauseTotalMs: 1500,
  pauseMaxMs: 1200,
  pauses: [
    { upToMs: 0.5, count: 4 },
    { upToMs: 1000, count: 0 },
    { upToMs: Number.POSITIVE_INFINITY, count: 1 },
  ],
  memoryBytes: 2 ** 31,
  allocator: "pool",
  attachMs: 20,
};
const BRIDGE: BridgeStats = {
  proxies: 12,
  slots: 5,
  weak: 0,
  passes: 2,
  collectedProxies: 7,
  collectedSlots: 6,
  held: [],
  outside: 0,
};

/** A line of the format, strictly: the parser forgives much. */
const LINE =
  /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? (\d+(\.\d+)?(e[+-]\d+)?|\+Inf))$/;

function parse(text: string) {
  for (const line of text.trimEnd().split("\n")) if (!LINE.test(line)) throw new Error(`no metric: ${line}`);
  return parsePrometheusTextFormat(text);
}

const familyOf = (text: string, name: string) => parse(text).find((family) => family.name === name);

describe("metrics", () => {
  const text = prometheusText({ ...STATS, bytesInUse: 123 }, { bridge: BRIDGE });

  it("have prometheus_client's names for what it tells too", () => {
    expect(familyOf(text, "python_gc_objects_collected_total")).toEqual({
      name: "python_gc_objects_collected_total",
      help: "Objects collected during gc",
      type: "COUNTER",
      metrics: [
        { value: "30", labels: { generation: "0" } },
        { value: "20", labels: { generation: "1" } },
        { value: "10", labels: { generation: "2" } },
      ],
    });
    expect(familyOf(text, "python_gc_collections_total")?.metrics).toHaveLength(3);
    expect(familyOf(text, "python_gc_objects_uncollectable_total")?.metrics).toHaveLength(3);
  });

  it("have pauses as a histogram whose classes count what is shorter too", () => {
    expect(familyOf(text, "moult_gc_pause_seconds")).toMatchObject({
      type: "HISTOGRAM",
      metrics: [{ buckets: { "0.0005": "4", "1": "4", "+Inf": "5" }, sum: "1.5", count: "5" }],
    });
  });

  it("tell of memory and the bridge where they are known", () => {
    expect(familyOf(text, "moult_wasm_memory_bytes")?.metrics).toEqual([{ value: "2147483648" }]);
    expect(familyOf(text, "moult_live_bytes")?.metrics).toEqual([{ value: "123" }]);
    expect(familyOf(text, "moult_proxies")?.metrics).toEqual([{ value: "12" }]);
    const without = prometheusText(STATS);
    expect(without).not.toMatch(/moult_(live_bytes|proxies)/);
  });

  it("escape labels", () => {
    const app = 'a "b" \\ c\n} 5\n';
    const escaped = prometheusText(STATS, { labels: { app } });
    expect(escaped.split("\n")).toHaveLength(prometheusText(STATS).split("\n").length);
    expect(familyOf(escaped, "moult_wasm_memory_bytes")?.metrics[0]?.labels).toEqual({ app });
  });

  it.each(["generation", "le", "__name__", "a b", "", 'a"'])("refuse the label %o", (name) => {
    expect(() => prometheusText(STATS, { labels: { [name]: "x" } })).toThrow(
      `no label can be called ${JSON.stringify(name)}`,
    );
  });
});

describe("the judge", () => {
  it.each([
    ["a label that is not escaped", 'a{b="c"d"} 5\n'],
    ["a label that never ends", 'a{b="c} 5\n'],
  ])("finds %s", (_, text) => expect(() => parse(text)).toThrow());
});

describe("an attached collector", () => {
  it("tells in JavaScript and in Python what its statistics say, also after detaching", async () => {
    const pyodide = await loadPyodide();
    const moult = await attach(pyodide);
    pyodide.runPython("import gc, moult; gc.disable(); gc.collect(); gc.collect(0)");
    const text = pyodide.runPython("moult.metrics()") as string;
    // What is in use changes by asking.
    const still = (metrics: string) => metrics.replace(/^moult_(live_bytes|proxies|js_objects) .*$/gm, "");
    const own = prometheusText(moult.stats(), { bridge: moult.bridgeStats() });
    expect(still(text)).toBe(still(own));
    const { count, buckets } = familyOf(text, "moult_gc_pause_seconds")!.metrics[0]!;
    expect(Number(count)).toBe(2);
    expect(buckets?.["+Inf"]).toBe(count);
    const live = Number(familyOf(text, "moult_live_bytes")!.metrics[0]!.value);
    expect(live).toBeGreaterThan(2 ** 20);
    expect(live).toBeLessThan(moult.stats().memoryBytes);
    moult.detach();
    expect(pyodide.runPython("moult.metrics()")).toContain("python_gc_collections_total");
  });
});
