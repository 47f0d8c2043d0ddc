/** Data for the page, made by hand: a run of two minutes, and a heap with names that would like to be markup. */
import type { MoultEvent } from "../../src/events/events.js";
import { Report } from "../../src/events/report.js";
import type { DominatorNode, HeapData, ReportPageData } from "../../src/report-page/data.js";
import { RunSeries } from "../../src/report-page/run-series.js";
import { collection } from "../events/samples.js";

/** Each of these breaks out of something, where it is not escaped. */
export const EVIL = [
  "<script>document.title='broken'</script>",
  "</script><script>document.title='broken'</script>",
  '"><img src=x onerror="document.title=\'broken\'">',
  "'><svg onload=document.title='broken'>",
  "</style><b>bold</b>",
  "<!--",
  "&lt;",
  "\u202egnp.exe",
  "line\nbreak\0",
] as const;

/** Half a minute of young collections with a slice each, a long full one, and a refusal. */
export function events(): MoultEvent[] {
  const all: MoultEvent[] = [];
  for (let n = 0; n < 3000; n++) {
    const wave = 1 + Math.sin(n / 90);
    const slice = n % 7 === 0 ? 0.4 + 0.5 * wave : 0;
    const memoryBytes = (32 + 8 * Math.floor(n / 700)) * 2 ** 20;
    const inUse = 18 * 2 ** 20 + n * 5000 + Math.round(3e6 * wave);
    all.push(
      collection({
        plan: "incremental",
        sequence: n + 1,
        generation: n % 12 === 5 ? 1 : 0,
        startedAtMs: 10 * n,
        pauseMs: 0.12 + 0.1 * wave + slice + (n % 12 === 5 ? 0.5 : 0),
        phases: { mark: 0, trial: 0.08, dispose: 0.03 * wave, slice },
        examined: 2000,
        collected: Math.round(700 * wave),
        memoryBytes,
        bytesInUse: inUse,
      }),
    );
    if (n % 400 === 399)
      all.push({
        type: "cycle",
        atMs: 10 * n + 2,
        examined: 150_000 + 60 * n,
        suspects: 900,
        collected: 400,
        uncollectable: 0,
        resurrected: 0,
        slices: 57,
        workMs: 40,
        longestSliceMs: 1.4,
      });
  }
  all.push(
    collection({
      plan: "incremental",
      sequence: 3001,
      reason: "explicit",
      startedAtMs: 30_050,
      pauseMs: 61.7,
    }),
  );
  return all;
}

function node(
  name: string,
  type: string,
  retained: number,
  children: readonly DominatorNode[] = [],
): DominatorNode {
  return { name, type, size: 64, retained, children };
}

/** A heap with a leaking cache. */
export const HEAP: HeapData = {
  moment: "at exit",
  objects: 310_000,
  bytes: 42_000_000,
  histogram: [
    { type: "Document", module: "app.store", count: 12_000, bytes: 9_800_000, retained: 31_000_000 },
    { type: "dict", module: "", count: 40_000, bytes: 14_200_000 },
    { type: "str", module: "", count: 180_000, bytes: 10_400_000 },
    {
      type: "a_class_with_quite_a_long_name_as_generated_code_has_it",
      module: "generated.models.version_2",
      count: 3,
      bytes: 900,
    },
    ...EVIL.map((type, n) => ({ type, module: type, count: n, bytes: 100 * n, retained: 200 * n })),
  ],
  growth: [
    {
      type: "Document",
      module: "app.store",
      countBefore: 2000,
      countAfter: 12_000,
      bytesBefore: 1_600_000,
      bytesAfter: 9_800_000,
      line: "app/store.py:41",
    },
    {
      type: "Session",
      module: "app",
      countBefore: 90,
      countAfter: 20,
      bytesBefore: 90_000,
      bytesAfter: 20_000,
    },
    ...EVIL.map((type) => ({
      type,
      module: type,
      countBefore: 1,
      countAfter: 2,
      bytesBefore: 10,
      bytesAfter: 20,
      line: type,
    })),
  ],
  dominators: [
    {
      ...node("cache", "dict", 31_000_000, [
        node("['report-2026-11.pdf']", "Document", 2_900_000, [node(".pages", "list", 2_700_000)]),
        node("['report-2026-10.pdf']", "Document", 2_100_000),
      ]),
      omitted: { count: 11_998, retained: 26_000_000 },
      path: [
        { edge: "", name: "sys.modules", type: "dict" },
        { edge: "['app.store']", name: "app.store", type: "module" },
        { edge: ".cache", name: "cache", type: "dict" },
      ],
    },
    node("sys.modules", "dict", 6_000_000, [node("['re']", "module", 300_000)]),
    ...EVIL.map((name) => ({
      ...node(name, name, 1000, [node(name, name, 500)]),
      path: [{ edge: name, name, type: name }],
    })),
  ],
  paths: [
    {
      name: "['report-2026-11.pdf']",
      type: "Document",
      steps: [
        { edge: "", name: "sys.modules", type: "dict" },
        { edge: "['app.store']", name: "", type: "module" },
        { edge: ".cache", name: "", type: "dict" },
        { edge: "['report-2026-11.pdf']", name: "", type: "Document" },
      ],
    },
    ...EVIL.map((name) => ({ name, type: name, steps: [{ edge: name, name, type: name }] })),
  ],
};

/** Everything that a page can show. */
export function everything(title = "python -m app.server --port 8080"): ReportPageData {
  const report = new Report("incremental");
  const series = new RunSeries();
  for (const event of events()) {
    series.add(event);
    if (event.type === "collection") report.add(event);
  }
  const use = EVIL.map((name, n) => ({ name, objects: n, bytes: n * 1000 }));
  const memory = {
    limitBytes: 2 ** 26,
    memoryBytes: 2 ** 26,
    usedBytes: 2 ** 25,
    pressureBytes: 0,
    headroomBytes: 0,
  };
  const refusal = {
    type: "memory-limit",
    atMs: 21_000,
    limitBytes: 2 ** 26,
    requestedBytes: 2 ** 27,
    memoryBytes: 2 ** 26,
    collected: 0,
    report: { ...memory, types: use, objects: 99, objectBytes: 2 ** 24 },
  } as const;
  series.add(refusal);
  report.addRefusal(refusal);
  return { title, report: report.json({ elapsedMs: 30_200 }), series: series.json(), heap: HEAP };
}
