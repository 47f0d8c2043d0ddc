/**
 * One line for each collection, in the spirit of Go's gctrace. The format is fixed and documented in
 * docs/events.md; a program should rather read the event itself or the JSON report.
 *
 *     gc 12 @3.214s gen2: 0.41+0.22+1.10 ms (mark+trial+dispose), 618203 examined, 5210 candidates,
 *     2000 freed, 31.5 MiB
 *
 * (on one line). With the plan `incremental` there is a fourth time, "slice". ", 3 uncollectable" and ", 1 resurrected"
 * come after "freed" when there are any. " (forced)" ends the line when `gc.collect()` or JavaScript asked for the
 * collection, " (step)" when it was a step, " (memory)" when memory was nearly full. The plan `builtin` can't see inside of a collection: its line has one time
 * and no examined objects and candidates.
 */
import type { CollectionEvent, CollectionReason } from "./events.js";
import { mebibytes } from "./units.js";

const ENDS: Readonly<Record<CollectionReason, string>> = {
  automatic: "",
  explicit: " (forced)",
  step: " (step)",
  memory: " (memory)",
};

/** The trace line of a collection, without a line end. */
export function formatTraceLine(event: CollectionEvent): string {
  const at = (event.startedAtMs / 1000).toFixed(3);
  const parts = event.plan === "builtin" ? [`${event.pauseMs.toFixed(2)} ms`] : inside(event);
  parts.push(`${event.collected} freed`);
  if (event.uncollectable > 0) parts.push(`${event.uncollectable} uncollectable`);
  if (event.resurrected > 0) parts.push(`${event.resurrected} resurrected`);
  parts.push(mebibytes(event.memoryBytes));
  return `gc ${event.sequence} @${at}s gen${event.generation}: ${parts.join(", ")}${ENDS[event.reason]}`;
}

/** What a plan of our own knows about the inside of a collection. */
function inside({ plan, phases, examined, candidates }: CollectionEvent): string[] {
  const names = [
    "mark",
    "trial",
    "dispose",
    ...(plan === "incremental" ? (["slice"] as const) : []),
  ] as const;
  const times = names.map((name) => phases[name].toFixed(2)).join("+");
  return [`${times} ms (${names.join("+")})`, `${examined} examined`, `${candidates} candidates`];
}
