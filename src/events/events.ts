/**
 * The one stream of events. The log line, the report and the JSON file are readers of it;
 * nothing else in the collector formats text for people.
 */
import type { BridgeCollection, CollectorName, CycleState, Generation, MemoryReport } from "../api.js";

/**
 * Who asked for a collection: the allocation trigger, `gc.collect()` or JavaScript, a step, or memory that is nearly full
 * (the memory limit, memory pressure).
 */
export type CollectionReason = "automatic" | "explicit" | "step" | "memory";

/** Milliseconds of one collection by phase; they add up to at most `pauseMs`. */
export interface PhaseTimes {
  mark: number;
  trial: number;
  /** Weakref callbacks, finalizers, the resurrection check and clearing. */
  dispose: number;
  /** Work on a cycle over the old generation, in the incremental plan. */
  slice: number;
}

/** One finished collection. */
export interface CollectionEvent {
  readonly type: "collection";
  /** 1 for the first collection after attach. */
  readonly sequence: number;
  readonly plan: CollectorName;
  readonly generation: Generation;
  readonly reason: CollectionReason;
  /** Milliseconds since attach at which it began. */
  readonly startedAtMs: number;
  readonly pauseMs: number;
  readonly phases: PhaseTimes;
  /** Objects that were in the generations collected. */
  readonly examined: number;
  /** Objects that marking reached. */
  readonly marked: number;
  /** Objects that went into trial deletion. */
  readonly candidates: number;
  readonly collected: number;
  readonly uncollectable: number;
  readonly resurrected: number;
  readonly memoryBytes: number;
  /** Bytes of CPython's blocks in use afterwards; absent where nobody counts them (no pool). */
  readonly bytesInUse?: number;
  /** What the slice of a cycle over the old generation did, in order; together at most `phases.slice`. Absent without one. */
  readonly parts?: readonly SlicePart[];
  /** Where the slice had a proof of 2,000 objects or more, or of a large container. */
  readonly uncut?: Uncut;
}

/** A part of a slice: so long the cycle was in one phase. */
export interface SlicePart {
  readonly phase: Exclude<CycleState, "idle">;
  readonly ms: number;
}

/** Work of a slice that no deadline cuts, and which may explain why it is long. */
export interface Uncut {
  /** Objects of the largest set that trial deletion took at once: an island of garbage, and what it refers to of the same. */
  readonly objects: number;
  /** Slots of the largest container among them, from 2,048 on; else 0. */
  readonly slots: number;
}

/** What a cycle over the old generation did. Counts are objects. */
export interface CycleSummary {
  /** Old objects that it looked at. */
  readonly examined: number;
  /** Objects that marking did not reach, and that went into trial deletion. */
  readonly suspects: number;
  readonly collected: number;
  readonly uncollectable: number;
  readonly resurrected: number;
  readonly slices: number;
  /** Milliseconds of all slices, and of the longest. */
  readonly workMs: number;
  readonly longestSliceMs: number;
}

/** When an event was told. */
interface Dated {
  /** Milliseconds since attach, by the same clock as `CollectionEvent.startedAtMs`. */
  readonly atMs: number;
}

/** A cycle over the old generation is over, in the incremental plan. Its slices were part of collections and steps. */
export interface CycleEvent extends CycleSummary, Dated {
  readonly type: "cycle";
}

/** Growth was refused: an allocation failed, with a MemoryError where Python asked for it. */
export interface MemoryLimitEvent extends Dated {
  readonly type: "memory-limit";
  readonly limitBytes: number;
  /** The size that memory would have had. */
  readonly requestedBytes: number;
  /** The size that it had. */
  readonly memoryBytes: number;
  /** What held the memory at the next safe point, before the collection that follows. */
  readonly report: MemoryReport;
  /** Objects that the collection found dead. */
  readonly collected: number;
}

/** Something that a user should know and that stops nothing. */
export interface WarningEvent extends Dated {
  readonly type: "warning";
  readonly code: string;
  readonly message: string;
}

/** A pass over cycles through JavaScript and Python is over. */
export interface BridgeEvent extends BridgeCollection, Dated {
  readonly type: "bridge";
}

/** CPython has its own collector back. */
export interface DetachEvent extends Dated {
  readonly type: "detach";
  /** Blocks of the pool that are still in use: it stays in its place, and allocates nothing, until they are freed. */
  readonly poolBlocks: number;
}

/** Names of events and what each carries. */
export interface EventMap {
  collection: CollectionEvent;
  cycle: CycleEvent;
  bridge: BridgeEvent;
  "memory-limit": MemoryLimitEvent;
  warning: WarningEvent;
  detach: DetachEvent;
}

export type MoultEvent = EventMap[keyof EventMap];

type Listeners = { [K in keyof EventMap]: Set<(event: EventMap[K]) => void> };

/** Warnings that are kept for a first listener. */
const UNHEARD_MAX = 8;

/**
 * Delivers events to listeners in the order of subscription. A listener that throws is reported, not obeyed. Warnings of
 * attaching, when nobody can be listening yet, wait for the first who listens to warnings.
 */
export class EventStream {
  readonly #listeners: Listeners = {
    collection: new Set(),
    cycle: new Set(),
    bridge: new Set(),
    "memory-limit": new Set(),
    warning: new Set(),
    detach: new Set(),
  };
  readonly #unheard: WarningEvent[] = [];
  #wasHeard = false;
  /** The moment of attaching, in milliseconds of `performance.now()`. */
  readonly startedAt = performance.now();

  /** Milliseconds since then. */
  get now(): number {
    return performance.now() - this.startedAt;
  }

  /** Subscribes; the function returned unsubscribes. */
  on<K extends keyof EventMap>(name: K, listener: (event: EventMap[K]) => void): () => void {
    if (!Object.hasOwn(this.#listeners, name)) {
      throw new TypeError(
        `no event "${String(name)}"; there are: ${Object.keys(this.#listeners).join(", ")}`,
      );
    }
    const set = this.#listeners[name];
    set.add(listener);
    if (name === "warning" && !this.#wasHeard) {
      this.#wasHeard = true;
      for (const warning of this.#unheard.splice(0)) this.emit("warning", warning);
    }
    return () => void set.delete(listener);
  }

  /** True when somebody listens: lets callers skip building an event. */
  wants(name: keyof EventMap): boolean {
    return this.#listeners[name].size > 0;
  }

  emit<K extends keyof EventMap>(name: K, event: EventMap[K]): void {
    if (name === "warning" && !this.#wasHeard) this.#keep(event as WarningEvent);
    // A copy: a listener that subscribes another hears it from the next event on.
    for (const listener of [...this.#listeners[name]]) {
      try {
        listener(event);
      } catch (error) {
        // A collection is under way and Python is on the stack: throwing through it would corrupt both.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** The same for what happens now, of the events that say when they were told. */
  tell<K extends Exclude<keyof EventMap, "collection">>(
    name: K,
    what: Omit<EventMap[K], "type" | "atMs">,
  ): void {
    this.emit(name, { type: name, ...what, atMs: this.now } as unknown as EventMap[K]);
  }

  #keep(warning: WarningEvent): void {
    if (this.#unheard.length < UNHEARD_MAX) this.#unheard.push(warning);
  }
}
