/**
 * What the report page shows, as plain data: it may come from JSON. Parts that are absent are left out of the page.
 *
 * Sizes are bytes, times milliseconds since attach. Names may be anything that Python can call something: the page escapes
 * them.
 */
import type { ReportJson } from "../events/report-json.js";
import type { SeriesJson } from "./run-series.js";

/** Everything on one page. */
export interface ReportPageData {
  /** What ran, for one the name of the script. */
  readonly title: string;
  /** The whole run in sums. */
  readonly report: ReportJson;
  /** The run in time, from `RunSeries`. */
  readonly series?: SeriesJson | undefined;
  readonly heap?: HeapData | undefined;
}

/** What held memory, from a snapshot of the heap. */
export interface HeapData {
  /** Which moment this was, to end a sentence: "at exit", "at 12.4 s". */
  readonly moment?: string;
  /** Objects and bytes of the whole heap: the whole of which shares are told. */
  readonly objects?: number;
  readonly bytes?: number;
  readonly histogram?: readonly HistogramRow[];
  /** What became more between two snapshots. */
  readonly growth?: readonly GrowthRow[];
  /** The dominators that retain most, largest first, each with those that it dominates, as deep as is known. */
  readonly dominators?: readonly DominatorNode[];
  /** Why objects are alive: paths from a root. */
  readonly paths?: readonly HeapPath[];
}

/** The objects of one type. */
export interface HistogramRow {
  readonly type: string;
  /** "" where there is none, as for builtin types. */
  readonly module: string;
  readonly count: number;
  readonly bytes: number;
  /** Bytes that would be free without them; absent where that was not computed. */
  readonly retained?: number;
}

/** How the objects of one type became more or fewer. */
export interface GrowthRow {
  readonly type: string;
  readonly module: string;
  readonly countBefore: number;
  readonly countAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The source line that made most of the new ones, "app.py:12", where tracemalloc knew. */
  readonly line?: string;
}

/** One object of the dominator tree. */
export interface DominatorNode {
  /** What is told apart by: a variable, a key, a short repr. */
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Its own bytes and those of all that only it keeps alive. */
  readonly retained: number;
  /** What it dominates, largest first. */
  readonly children: readonly DominatorNode[];
  /** Children that are not among these, and what they retain together. */
  readonly omitted?: { readonly count: number; readonly retained: number };
  /** Why it is alive. */
  readonly path?: readonly PathStep[];
}

/** Why one object is alive. */
export interface HeapPath {
  /** Which object. */
  readonly name: string;
  readonly type: string;
  /** From the root to the object. */
  readonly steps: readonly PathStep[];
}

/** One reference on the way, and what it leads to. */
export interface PathStep {
  /** As Python would write it: ".next", "[3]", "global cache", "local x of main"; "" for the root itself. */
  readonly edge: string;
  readonly name: string;
  readonly type: string;
}
