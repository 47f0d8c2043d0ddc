/**
 * Feeding readers with everything that a collector tells.
 *
 * Events are handed on in batches: a reader that is called between two stretches of Python finds the processor's caches full
 * of Python, and takes several times as long as one that reads many events at once. A batch ends with `BATCH` events, with
 * one that comes `PATIENCE_MS` after the first, with detaching, and when following stops.
 */
import type { Moult } from "../api.js";
import type { EventMap, MoultEvent } from "../events/events.js";

/** Whoever takes events, in the order in which they are told. */
export interface EventReader {
  add(event: MoultEvent): void;
}

const BATCH = 1024;
const PATIENCE_MS = 1000;

const NAMES: Readonly<Record<keyof EventMap, true>> = {
  collection: true,
  cycle: true,
  bridge: true,
  "memory-limit": true,
  warning: true,
  detach: true,
};

/**
 * Subscribes readers to all events. The function returned hands on what waits, and unsubscribes: call it before anything
 * is made of what was read.
 */
export function follow(moult: Pick<Moult, "on">, ...readers: readonly EventReader[]): () => void {
  let waiting: MoultEvent[] = [];
  const handOn = () => {
    const batch = waiting;
    waiting = [];
    for (const reader of readers) for (const event of batch) reader.add(event);
  };
  const take = (event: MoultEvent) => {
    waiting.push(event);
    const isOld = timeOf(event) - timeOf(waiting[0]!) >= PATIENCE_MS;
    if (isOld || waiting.length === BATCH || event.type === "detach") handOn();
  };
  const stops = (Object.keys(NAMES) as (keyof EventMap)[]).map((name) => moult.on(name, take));
  return () => {
    for (const stop of stops) stop();
    handOn();
  };
}

function timeOf(event: MoultEvent): number {
  return event.type === "collection" ? event.startedAtMs : event.atMs;
}
