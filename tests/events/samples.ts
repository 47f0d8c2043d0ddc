/** Collections as a run might have them. */
import type { CollectionEvent } from "../../src/events/events.js";

/** A full collection of the plan `generational`, with some fields changed. */
export function collection(changes: Partial<CollectionEvent> = {}): CollectionEvent {
  return {
    type: "collection",
    sequence: 12,
    plan: "generational",
    generation: 2,
    reason: "automatic",
    startedAtMs: 3214.4,
    pauseMs: 1.8,
    phases: { mark: 0.41, trial: 0.22, dispose: 1.1, slice: 0 },
    examined: 618203,
    marked: 612993,
    candidates: 5210,
    collected: 2000,
    uncollectable: 0,
    resurrected: 0,
    memoryBytes: 33_030_144,
    ...changes,
  };
}
