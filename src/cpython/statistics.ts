/**
 * CPython's own statistics of its collections, which gc.get_stats() tells.
 *
 *   ╒═ in the gc state ═══════════════════════════════╕
 *   │ 3 × { collections │ collected │ uncollectable }  │
 *   └─────────────────────────────────────────────────┘
 *
 *   ╒═ rings (3.15): one for each generation, one behind the other ══════════════════════════════╕
 *   │ n records │ index u8 of the last written, which has the totals │ padding to 8               │
 *   ╞═ record, 48 bytes ═════════════════════════════════════════════════════════════════════════╡
 *   │ +0 started i64 │ +8 ended i64 │ +16 collections │ +20 collected │ +24 uncollectable         │
 *   │ +28 candidates │ +32 duration f64, seconds │ +40 heap_size                                  │
 *   └────────────────────────────────────────────────────────────────────────────────────────────┘
 */
import type { Generation } from "../api.js";
import type { Layout } from "./layouts/layout.js";
import type { Runtime } from "./runtime.js";

const GENERATIONS: readonly Generation[] = [0, 1, 2];
/** Bytes of a generation's three words. */
const STRIDE = 12;

const RECORD = 48;
const TOTALS = 16;
const CANDIDATES = 28;
const DURATION = 32;
/** Bytes behind a ring's records: its index. */
const INDEX = 8;

/** What one collection adds. */
export interface CollectionNumbers {
  readonly collected: number;
  readonly uncollectable: number;
  readonly candidates: number;
  /** Seconds. */
  readonly duration: number;
}

/** Reads and extends the statistics, wherever the layout has them. */
export interface Statistics {
  /** True when candidates and durations are among them. */
  readonly complete: boolean;
  /** Addresses of words: put back, they undo one collection of CPython's own. Several may go round a ring: see `keep`. */
  readonly written: readonly number[];
  /** Remembers all of it; the function returned puts it back, whatever has been collected since. */
  keep(): () => void;
  /** Address of a generation's { collections, collected, uncollectable }. */
  totals(index: Generation): number;
  /** Adds one collection. */
  add(index: Generation, numbers: CollectionNumbers): void;
}

/** The statistics in the gc state at `gc`. */
export function statisticsOf(runtime: Runtime, layout: Layout, gc: number): Statistics {
  const place = layout.gc.stats;
  if ("words" in place) return new Words(runtime, gc + place.words);
  return new Rings(runtime, runtime.load(gc + place.rings), place.records);
}

class Words implements Statistics {
  readonly complete = false;
  readonly written: readonly number[];
  readonly #runtime: Runtime;
  readonly #first: number;

  constructor(runtime: Runtime, first: number) {
    this.#runtime = runtime;
    this.#first = first;
    this.written = Array.from({ length: (3 * STRIDE) / 4 }, (_, i) => first + 4 * i);
  }

  keep(): () => void {
    return keepBytes(this.#runtime, this.#first, 3 * STRIDE);
  }

  totals(index: Generation): number {
    return this.#first + STRIDE * index;
  }

  add(index: Generation, numbers: CollectionNumbers): void {
    addTotals(this.#runtime, this.totals(index), numbers);
  }
}

class Rings implements Statistics {
  readonly complete = true;
  /** The indices: what CPython wrote into the record behind the last one is overwritten by the next collection. */
  readonly written: readonly number[];
  readonly #runtime: Runtime;
  readonly #records: readonly number[];
  readonly #rings: readonly number[];

  constructor(runtime: Runtime, first: number, records: readonly [number, number, number]) {
    const [young, middle] = records;
    const middleAt = first + young * RECORD + INDEX;
    this.#runtime = runtime;
    this.#records = records;
    this.#rings = [first, middleAt, middleAt + middle * RECORD + INDEX];
    this.written = GENERATIONS.map((index) => this.#indexAt(index));
  }

  keep(): () => void {
    const [first = 0] = this.#rings;
    return keepBytes(this.#runtime, first, this.#indexAt(2) + INDEX - first);
  }

  totals(index: Generation): number {
    return this.#record(index, this.#last(index)) + TOTALS;
  }

  add(index: Generation, numbers: CollectionNumbers): void {
    const runtime = this.#runtime;
    const last = this.#record(index, this.#last(index));
    const next = (this.#last(index) + 1) % this.#records[index]!;
    const record = this.#record(index, next);
    // Times stay those of CPython's last collection: they are for other processes, which can't look into WebAssembly.
    runtime.bytes.copyWithin(record, last, last + RECORD);
    addTotals(runtime, record + TOTALS, numbers);
    runtime.store(record + CANDIDATES, runtime.load(record + CANDIDATES) + numbers.candidates);
    const duration = new Float64Array(runtime.memory.buffer, record + DURATION, 1);
    duration[0]! += numbers.duration;
    runtime.bytes[this.#indexAt(index)] = next;
  }

  #indexAt(index: Generation): number {
    return this.#record(index, this.#records[index]!);
  }

  #last(index: Generation): number {
    return this.#runtime.bytes[this.#indexAt(index)] ?? 0;
  }

  #record(index: Generation, number: number): number {
    return this.#rings[index]! + RECORD * number;
  }
}

function keepBytes(runtime: Runtime, from: number, length: number): () => void {
  const saved = runtime.bytes.slice(from, from + length);
  return () => runtime.bytes.set(saved, from);
}

function addTotals(runtime: Runtime, at: number, { collected, uncollectable }: CollectionNumbers): void {
  [1, collected, uncollectable].forEach((n, i) => {
    runtime.store(at + 4 * i, runtime.load(at + 4 * i) + n);
  });
}
