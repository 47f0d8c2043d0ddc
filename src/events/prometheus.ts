/**
 * Statistics as metrics in Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). What prometheus_client tells of CPython's collector has its
 * names, `python_gc_*`, so that dashboards go on working; everything else is called `moult_*`. Base units: seconds, bytes.
 */
import type { BridgeStats, MoultStats } from "../api.js";
import { VERSION } from "../version.js";

/** What else is told, beside `moult.stats()`. */
export interface MetricsOptions {
  /** `moult.bridgeStats()`: adds the metrics of cycles through JavaScript. */
  readonly bridge?: BridgeStats | undefined;
  /** Labels of every metric, such as `{ worker: "3" }`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Labels of a sample that are Moult's. */
type Labels = Readonly<Record<string, string>>;
/** What is behind the name of its family, its own labels, its value. */
type Sample = readonly [suffix: string, labels: Labels, value: number];

/** Labels that have a meaning here; those that begin with two underscores are Prometheus' own. */
const TAKEN = ["generation", "le", "plan", "allocator", "version"];
const LABEL = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The metrics of a collector: a line for each sample, each ended. Serve it as `text/plain; version=0.0.4`.
 *
 *     prometheusText(moult.stats(), { bridge: moult.bridgeStats() })
 *
 * Throws a RangeError for a label that can't be one.
 */
export function prometheusText(stats: MoultStats, { bridge, labels = {} }: MetricsOptions = {}): string {
  for (const name of Object.keys(labels)) {
    if (!LABEL.test(name) || TAKEN.includes(name))
      throw new RangeError(
        `no label can be called ${JSON.stringify(name)}; a name is letters, digits and _, and none of: ${TAKEN.join(", ")}`,
      );
  }
  const lines: string[] = [];
  const family = (type: string, name: string, help: string, samples: readonly Sample[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [suffix, own, value] of samples)
      lines.push(`${name}${suffix}${labelText({ ...labels, ...own })} ${numberText(value)}`);
  };
  const perGeneration = (
    name: string,
    help: string,
    field: "collected" | "uncollectable" | "collections" | "candidates",
  ) =>
    family(
      "counter",
      name,
      help,
      stats.generations.map((one, n) => ["", { generation: String(n) }, one[field]]),
    );
  const single = (type: "counter" | "gauge", name: string, help: string, value: number) =>
    family(type, name, help, [["", {}, value]]);

  perGeneration("python_gc_objects_collected_total", "Objects collected during gc", "collected");
  perGeneration(
    "python_gc_objects_uncollectable_total",
    "Uncollectable objects found during GC",
    "uncollectable",
  );
  perGeneration(
    "python_gc_collections_total",
    "Number of times this generation was collected",
    "collections",
  );
  perGeneration("moult_gc_candidates_total", "Objects examined for deletion", "candidates");
  family("histogram", "moult_gc_pause_seconds", "Lengths of collections", pauses(stats));
  single("gauge", "moult_gc_longest_pause_seconds", "The longest collection", stats.pauseMaxMs / 1000);
  single(
    "gauge",
    "moult_wasm_memory_bytes",
    "Size of WebAssembly memory, which never shrinks",
    stats.memoryBytes,
  );
  if (stats.bytesInUse !== undefined)
    single("gauge", "moult_live_bytes", "Bytes of CPython's blocks in use", stats.bytesInUse);
  if (bridge !== undefined) {
    single("gauge", "moult_proxies", "References that PyProxies own", bridge.proxies);
    single("gauge", "moult_js_objects", "JavaScript objects that Python holds", bridge.slots);
    single("counter", "moult_bridge_passes_total", "Passes over cycles through JavaScript", bridge.passes);
    single("counter", "moult_bridge_proxies_collected_total", "PyProxies collected", bridge.collectedProxies);
    single(
      "counter",
      "moult_bridge_js_objects_collected_total",
      "JavaScript objects let go of",
      bridge.collectedSlots,
    );
  }
  const { plan, allocator } = stats;
  family("gauge", "moult_info", "What collects and allocates", [
    ["", { version: VERSION, plan, allocator }, 1],
  ]);
  return `${lines.join("\n")}\n`;
}

/** A histogram counts in each class what is in those below it too. */
function pauses({ pauses: classes, pauseTotalMs }: MoultStats): Sample[] {
  let count = 0;
  const buckets = classes.map(({ upToMs, count: own }): Sample => {
    count += own;
    return ["_bucket", { le: numberText(upToMs / 1000) }, count];
  });
  return [...buckets, ["_sum", {}, pauseTotalMs / 1000], ["_count", {}, count]];
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "+Inf" : String(value);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (character) => ESCAPES[character]!)}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
