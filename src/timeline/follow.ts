/** Feeding a reader with everything that a collector tells. */
import type { Moult } from "../api.js";
import type { EventMap, MoultEvent } from "../events/events.js";

/** Whoever takes events, in the order in which they are told. */
export interface EventReader {
  add(event: MoultEvent): void;
}

const NAMES: Readonly<Record<keyof EventMap, true>> = {
  collection: true,
  cycle: true,
  bridge: true,
  "memory-limit": true,
  warning: true,
  detach: true,
};

/** Subscribes a reader to all events; the function returned unsubscribes it. */
export function follow(moult: Pick<Moult, "on">, reader: EventReader): () => void {
  const names = Object.keys(NAMES) as (keyof EventMap)[];
  const stops = names.map((name) => moult.on(name, (event) => reader.add(event)));
  return () => {
    for (const stop of stops) stop();
  };
}
