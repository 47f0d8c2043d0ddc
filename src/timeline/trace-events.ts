/**
 * Events as Chrome's trace events (JSON object format), which Perfetto and chrome://tracing show as a timeline.
 *
 *   track 1  collections   X  young collection ─┬─ trial ─┬─ dispose ─┬─ slice ── mark, sort, prove, clear
 *   track 2  cycles        B … E  from a cycle's first slice to the end of its last; Python runs in between
 *   track 3  events        i  attach, memory limit, bridge, warning, detach
 *   counters               C  memory, objects freed (every 10 ms at the most), old objects alive
 *
 * Promised: text is written as events come, and none is kept; what was written so far, with `CLOSING` behind it,
 * is a whole JSON document at any time; on each track times go forward and slices are nested; all text is escaped.
 *
 * Lengths are measured. Where a phase begins is not: phases are laid end to end from the start of their collection. What
 * is left of a collection behind them is callbacks of Python's and bookkeeping.
 *
 * Times are in microseconds since attach, whole nanoseconds, so that nesting is exact.
 *
 * Format: "Trace Event Format", the Chromium project, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { CollectorName, Generation } from "../api.js";
import type { CollectionEvent, CycleEvent, MoultEvent, SlicePart } from "../events/events.js";
import { VERSION } from "../version.js";
import type { EventReader } from "./follow.js";

/** What ends the document. */
export const CLOSING = "\n]}\n";

export interface TraceEventOptions {
  /** What the timeline calls the process; for one the program's name. Default: "Python". */
  readonly process?: string;
  /** The collection algorithm, told at attach. */
  readonly plan?: CollectorName;
}

const COLLECTIONS = 1;
const CYCLES = 2;
const EVENTS = 3;
/** Nanoseconds between two writings of the counters of memory and objects freed: they follow no single collection. */
const COUNT_EVERY = 10e6;
const NAMES: Readonly<Record<Generation, string>> = {
  0: "young collection",
  1: "middle collection",
  2: "full collection",
};
const PHASES = ["mark", "trial", "dispose"] as const;

/** Values that belong to an event; viewers show them beside it. */
type Args = Readonly<Record<string, unknown>>;

/** Writes a trace. Feed it with `follow(moult, writer)`; when that has been stopped, `end` it. */
export class TraceEventWriter implements EventReader {
  readonly #write: (text: string) => void;
  /** Between two events. */
  #separator = "";
  #cycleOpen = false;
  /** Told before the collection of its last slice. */
  #cycleEnded: CycleEvent | undefined;
  /** The last collection, where counters have not been written since. */
  #uncounted: CollectionEvent | undefined;
  #memoryBytes = 0;
  /** Objects freed since counters were written, and when to write them again, in nanoseconds. */
  #freed = 0;
  #nextCount = 0;
  /** Nanoseconds at which the last event was over. */
  #last = 0;
  #ended = false;

  /** @param write is given pieces of text, in order; it should not throw, since collections wait for it */
  constructor(write: (text: string) => void, { process = "Python", plan }: TraceEventOptions = {}) {
    this.#write = write;
    write(
      `{"displayTimeUnit":"ms","otherData":${JSON.stringify({ recorder: `Moult ${VERSION}` })},"traceEvents":[`,
    );
    let head = meta(0, "process_name", { name: process });
    const tracks = [
      [COLLECTIONS, "collections"],
      [CYCLES, "cycles over old objects"],
      [EVENTS, "events"],
    ] as const;
    for (const [track, name] of tracks) {
      head += `,\n${meta(track, "thread_name", { name })},\n${meta(track, "thread_sort_index", { sort_index: track })}`;
    }
    this.#put(`${head},\n${instant(0, "attach", plan === undefined ? {} : { plan })}`);
  }

  /** Writes what an event says; after `end` nothing. */
  add(event: MoultEvent): void {
    if (this.#ended) return;
    if (event.type === "collection") this.#put(this.#collection(event));
    else if (event.type === "cycle") this.#cycleEnded = event;
    else {
      const { type, atMs, ...args } = event;
      const at = nanoseconds(atMs);
      this.#last = at;
      this.#put(instant(at, type === "memory-limit" ? "memory limit" : type, args));
      if (type === "detach" && this.#cycleOpen) this.#put(this.#endCycle(at));
    }
  }

  /** Ends the document. A second call does nothing. */
  end(): void {
    if (this.#ended) return;
    if (this.#cycleOpen) this.#put(this.#endCycle(this.#last));
    const counters = this.#count(this.#last);
    if (counters !== "") this.#write(counters);
    this.#write(CLOSING);
    this.#ended = true;
  }

  #put(text: string): void {
    this.#write(`${this.#separator || "\n"}${text}`);
    this.#separator = ",\n";
  }

  #collection(event: CollectionEvent): string {
    const { generation, phases, startedAtMs, pauseMs, parts } = event;
    const begin = nanoseconds(startedAtMs);
    const end = begin + nanoseconds(pauseMs);
    this.#last = end;
    let text = slice(begin, end, NAMES[generation], argsOf(event));
    // A collection of everything that is asked for ends a cycle that is under way.
    if (this.#cycleOpen && parts === undefined && generation === 2)
      text = `${this.#endCycle(begin)},\n${text}`;
    let at = begin;
    for (const phase of PHASES) {
      const next = Math.min(end, at + nanoseconds(phases[phase]));
      if (next > at) text += `,\n${slice(at, next, phase)}`;
      at = next;
    }
    if (parts !== undefined) {
      const sliceEnd = Math.min(end, at + nanoseconds(phases.slice));
      text += this.#slice(parts, at, sliceEnd);
      at = sliceEnd;
    }
    if (this.#cycleOpen && this.#cycleEnded !== undefined) text += `,\n${this.#endCycle(at)}`;
    return text + this.#counters(event, end);
  }

  /** The slice at the end of a collection, part by part; the first one begins a cycle. */
  #slice(parts: readonly SlicePart[], begin: number, end: number): string {
    let text = "";
    if (!this.#cycleOpen)
      text = `,\n{"ph":"B","name":"cycle","pid":1,"tid":${CYCLES},"ts":${microseconds(begin)}}`;
    this.#cycleOpen = true;
    text += `,\n${slice(begin, end, "slice")}`;
    let at = begin;
    for (const { phase, ms } of parts) {
      const next = Math.min(end, at + nanoseconds(ms));
      if (next > at) text += `,\n${slice(at, next, phase)}`;
      at = next;
    }
    return text;
  }

  #endCycle(at: number): string {
    const summary = this.#cycleEnded;
    this.#cycleEnded = undefined;
    this.#cycleOpen = false;
    const end = `{"ph":"E","name":"cycle","pid":1,"tid":${CYCLES},"ts":${microseconds(at)}`;
    if (summary === undefined) return `${end},"args":{"abandoned":true}}`;
    const { type: _type, atMs: _atMs, ...args } = summary;
    return `${end},"args":${JSON.stringify(args)}},\n${counter(at, "old objects alive", "objects", args.examined - args.collected)}`;
  }

  /** Memory and what was freed since the last time: now and then, and when memory grew. Old objects whenever they were counted. */
  #counters(event: CollectionEvent, at: number): string {
    const { memoryBytes, generation, plan, examined, collected } = event;
    this.#freed += collected;
    this.#uncounted = event;
    let text = "";
    if (at >= this.#nextCount || memoryBytes !== this.#memoryBytes) text = this.#count(at);
    // With the plan `builtin` nobody knows how many objects were examined.
    if (generation === 2 && plan !== "builtin")
      text += `,\n${counter(at, "old objects alive", "objects", examined - collected)}`;
    return text;
  }

  /** Counters as they stand; empty when nothing has happened since they were written. */
  #count(at: number): string {
    if (this.#uncounted === undefined) return "";
    const { memoryBytes, bytesInUse } = this.#uncounted;
    const used = bytesInUse === undefined ? "" : `,"in use":${bytesInUse}`;
    const memory = `,\n${counter(at, "memory (bytes)", "WebAssembly memory", memoryBytes, used)}`;
    const freed = `,\n${counter(at, "objects freed", "objects", this.#freed)}`;
    this.#uncounted = undefined;
    this.#memoryBytes = memoryBytes;
    this.#freed = 0;
    this.#nextCount = at + COUNT_EVERY;
    return memory + freed;
  }
}

/** Milliseconds in whole nanoseconds, never below 0. */
function nanoseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1e6));
}

/** The thousandths after a point. */
const THOUSANDTHS = Array.from({ length: 1000 }, (_, n) => (n === 0 ? "" : `.${String(n).padStart(3, "0")}`));

/** Nanoseconds as text in microseconds. By hand, since this comes often. */
function microseconds(ns: number): string {
  const whole = Math.floor(ns / 1000);
  return whole + THOUSANDTHS[ns - 1000 * whole]!;
}

/** What is worth showing beside a collection. Numbers and two fixed words: written by hand, since this comes often. */
function argsOf(event: CollectionEvent): string {
  const { sequence, reason, examined, marked, candidates, collected, uncollectable, resurrected, uncut } =
    event;
  const known =
    event.plan === "builtin" ? "" : `,"examined":${examined},"marked":${marked},"candidates":${candidates}`;
  const rare =
    (uncollectable > 0 ? `,"uncollectable":${uncollectable}` : "") +
    (resurrected > 0 ? `,"resurrected":${resurrected}` : "") +
    (uncut === undefined ? "" : `,"uncut":{"objects":${uncut.objects},"slots":${uncut.slots}}`);
  return `,"args":{"sequence":${sequence},"reason":"${reason}"${known},"collected":${collected}${rare}}`;
}

/** A time span on the track of collections; `name` and `args` need no escaping. */
function slice(begin: number, end: number, name: string, args = ""): string {
  return `{"ph":"X","cat":"gc","name":"${name}","pid":1,"tid":${COLLECTIONS},"ts":${microseconds(begin)},"dur":${microseconds(end - begin)}${args}}`;
}

function instant(at: number, name: string, args: Args): string {
  return `{"ph":"i","s":"t","cat":"gc","name":${JSON.stringify(name)},"pid":1,"tid":${EVENTS},"ts":${microseconds(at)},"args":${JSON.stringify(args)}}`;
}

/** A counter with one series; `more` are others, written already. */
function counter(at: number, name: string, series: string, value: number, more = ""): string {
  return `{"ph":"C","name":"${name}","pid":1,"tid":0,"ts":${microseconds(at)},"args":{"${series}":${value}${more}}}`;
}

function meta(track: number, name: string, args: Args): string {
  return `{"ph":"M","name":"${name}","pid":1,"tid":${track},"ts":0,"args":${JSON.stringify(args)}}`;
}
