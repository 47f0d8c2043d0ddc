/**
 * A run in time, in constant memory: what happened in each of at most `INTERVALS` intervals of equal length. When the run
 * outgrows them, neighbours are joined and the intervals are twice as long from then on.
 *
 * Of pauses an interval keeps the longest itself, and number and sum of all; of memory and objects the least and the most. So
 * no pause and no peak is ever hidden, however long the run. The twenty longest pauses are kept besides.
 */
import type { Generation } from "../api.js";
import type {
  CollectionEvent,
  CollectionReason,
  CycleEvent,
  MoultEvent,
  PhaseTimes,
} from "../events/events.js";
import type { EventReader } from "../timeline/follow.js";

/** Intervals at the most; even. */
export const INTERVALS = 512;
/** Milliseconds of an interval at first. */
const FIRST_MS = 1;
const LONGEST = 20;
/** Moments of one kind that are kept. */
const MOMENTS = 100;

/** Upper bounds of the classes of pauses, in milliseconds. */
export const PAUSE_BOUNDS = [
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  2000,
  5000,
  Number.POSITIVE_INFINITY,
] as const;

/** One collection, as far as the page tells of it. */
export interface Pause {
  readonly sequence: number;
  readonly generation: Generation;
  readonly reason: CollectionReason;
  readonly startedAtMs: number;
  readonly pauseMs: number;
  readonly phases: PhaseTimes;
  readonly collected: number;
}

/** The least and the most of something. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What happened in one interval. */
export interface Interval {
  readonly collections: number;
  /** Milliseconds of all its collections. */
  readonly pauseMs: number;
  readonly longest: Pause | null;
  /** Objects freed. */
  readonly collected: number;
  /** The size of WebAssembly memory; 0: nothing was told. */
  readonly memoryBytes: number;
  /** Bytes in use behind collections. */
  readonly inUse: Range | null;
  /** Old objects alive, where they were counted: behind full collections, and at the ends of cycles. */
  readonly oldObjects: Range | null;
}

/** A moment worth a mark. */
export interface Moment {
  readonly atMs: number;
  readonly what: "memory limit" | "bridge";
}

/** The run in time. */
export interface SeriesJson {
  readonly intervalMs: number;
  /** From attach on; the last is the last in which something happened. */
  readonly intervals: readonly Interval[];
  /** The longest pauses, longest first. */
  readonly longest: readonly Pause[];
  /** How many pauses there were of each length: by upper bound (null: none), and by generation. */
  readonly lengths: readonly {
    readonly upToMs: number | null;
    readonly counts: readonly [number, number, number];
  }[];
  /** The first hundred of each kind. */
  readonly moments: readonly Moment[];
}

type Growing = { -readonly [K in keyof Interval]: Interval[K] };

const NOTHING: Interval = {
  collections: 0,
  pauseMs: 0,
  longest: null,
  collected: 0,
  memoryBytes: 0,
  inUse: null,
  oldObjects: null,
};

/** Records a run. Feed it with `follow(moult, series)`. */
export class RunSeries implements EventReader {
  #intervalMs = FIRST_MS;
  #intervals: Growing[] = [];
  #longest: Pause[] = [];
  readonly #lengths = PAUSE_BOUNDS.map((): [number, number, number] => [0, 0, 0]);
  readonly #moments: Moment[] = [];

  add(event: MoultEvent): void {
    if (event.type === "collection") this.#collection(event);
    else if (event.type === "cycle") countOld(this.#at(event.atMs), event);
    else if (event.type === "memory-limit" || event.type === "bridge") {
      const what = event.type === "bridge" ? event.type : "memory limit";
      if (this.#moments.filter((moment) => moment.what === what).length < MOMENTS)
        this.#moments.push({ atMs: event.atMs, what });
    }
  }

  /** What was recorded so far. */
  json(): SeriesJson {
    const lengths = PAUSE_BOUNDS.map((bound, n) => ({
      upToMs: Number.isFinite(bound) ? bound : null,
      counts: this.#lengths[n]!,
    }));
    return {
      intervalMs: this.#intervalMs,
      intervals: structuredClone(this.#intervals),
      longest: this.#longest,
      lengths: structuredClone(lengths),
      moments: [...this.#moments],
    };
  }

  #collection(event: CollectionEvent): void {
    const { generation, startedAtMs, pauseMs, collected, memoryBytes, bytesInUse } = event;
    const interval = this.#at(startedAtMs);
    interval.collections++;
    interval.pauseMs += pauseMs;
    interval.collected += collected;
    interval.memoryBytes = Math.max(interval.memoryBytes, memoryBytes);
    if (bytesInUse !== undefined) interval.inUse = widen(interval.inUse, bytesInUse);
    if (generation === 2 && event.plan !== "builtin") countOld(interval, event);
    this.#lengths[PAUSE_BOUNDS.findIndex((bound) => pauseMs <= bound)]![generation] += 1;
    const shortest = this.#longest.length === LONGEST ? this.#longest[LONGEST - 1]!.pauseMs : -1;
    if (interval.longest !== null && pauseMs <= interval.longest.pauseMs && pauseMs <= shortest) return;
    const pause = pauseOf(event);
    if (interval.longest === null || pauseMs > interval.longest.pauseMs) interval.longest = pause;
    if (pauseMs > shortest)
      this.#longest = [...this.#longest, pause].sort((a, b) => b.pauseMs - a.pauseMs).slice(0, LONGEST);
  }

  /** The interval of a time, for what happened then to be added. */
  #at(atMs: number): Growing {
    while (atMs >= this.#intervalMs * INTERVALS) this.#coarsen();
    const n = Math.floor(Math.max(0, atMs) / this.#intervalMs);
    while (this.#intervals.length <= n) this.#intervals.push({ ...NOTHING });
    return this.#intervals[n]!;
  }

  #coarsen(): void {
    const fine = this.#intervals;
    const pairs = Math.ceil(fine.length / 2);
    this.#intervals = Array.from({ length: pairs }, (_, n) => join(fine[2 * n]!, fine[2 * n + 1] ?? NOTHING));
    this.#intervalMs *= 2;
  }
}

function pauseOf({
  sequence,
  generation,
  reason,
  startedAtMs,
  pauseMs,
  phases,
  collected,
}: CollectionEvent): Pause {
  return { sequence, generation, reason, startedAtMs, pauseMs, phases, collected };
}

function countOld(interval: Growing, { examined, collected }: CollectionEvent | CycleEvent): void {
  interval.oldObjects = widen(interval.oldObjects, examined - collected);
}

function widen(range: Range | null, value: number): Range {
  if (range === null) return { least: value, most: value };
  if (value >= range.least && value <= range.most) return range;
  return { least: Math.min(range.least, value), most: Math.max(range.most, value) };
}

function join(a: Interval, b: Interval): Growing {
  const longest =
    a.longest !== null && (b.longest === null || a.longest.pauseMs >= b.longest.pauseMs) ? a : b;
  return {
    collections: a.collections + b.collections,
    pauseMs: a.pauseMs + b.pauseMs,
    longest: longest.longest,
    collected: a.collected + b.collected,
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    inUse: joinRanges(a.inUse, b.inUse),
    oldObjects: joinRanges(a.oldObjects, b.oldObjects),
  };
}

function joinRanges(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return a ?? b;
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}
