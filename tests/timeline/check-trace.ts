/**
 * A judge of traces: what viewers need and what Moult promises of its timeline. It knows the format, not the writer.
 *
 *   document   JSON, `traceEvents` an array; `tolerant`: as viewers read an array whose end is missing
 *   event      phase, name, process, track; numbers where numbers belong
 *   track      times go forward; X slices nested without overlap; B and E in pairs
 */

/** One trace event, as far as a judge reads it. */
export interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly event: TraceEvent;
  readonly begin: number;
  readonly end: number;
  readonly children: Span[];
}

const KNOWN = new Set(["M", "X", "B", "E", "C", "i"]);
const ns = (microseconds: number) => Math.round(microseconds * 1000);

export function eventsOf(text: string): TraceEvent[] {
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** What is wrong with a trace, one text each; empty: nothing. */
export function problemsOf(text: string): string[] {
  let events: TraceEvent[];
  try {
    events = eventsOf(text);
  } catch (error) {
    return [`no JSON: ${(error as Error).message}`];
  }
  if (!Array.isArray(events)) return ["traceEvents is no array"];
  const problems = events.flatMap(fieldProblems);
  const timed = events.filter(({ ph }) => ph !== "M");
  for (const track of new Set(timed.map(({ tid }) => tid))) {
    const own = timed.filter(({ tid }) => tid === track);
    if (
      track !== 0 &&
      !events.some(({ ph, tid, name }) => ph === "M" && tid === track && name === "thread_name")
    )
      problems.push(`track ${track} has no name`);
    own.forEach((event, n) => {
      if (n > 0 && ns(event.ts) < ns(own[n - 1]!.ts)) problems.push(`${event.name} at ${event.ts} goes back`);
    });
    problems.push(...nest(own).problems, ...pairProblems(own));
  }
  return problems;
}

function fieldProblems({ ph, name, pid, tid, ts, dur, args }: TraceEvent): string[] {
  const problems = [];
  if (!KNOWN.has(ph)) problems.push(`phase ${ph} is unknown`);
  if (typeof name !== "string" || name === "") problems.push("an event has no name");
  for (const number of [pid, tid, ts])
    if (!Number.isFinite(number)) problems.push(`${name}: no pid, tid or ts`);
  if (ts < 0) problems.push(`${name} begins before attach`);
  if (ph === "X" && !(dur !== undefined && dur >= 0)) problems.push(`${name} has no length`);
  if (ph === "C" && !Object.values(args ?? {}).every((value) => Number.isFinite(value)))
    problems.push(`counter ${name} counts what is no number`);
  return problems;
}

/** The X slices of a track as trees. */
export function nest(track: readonly TraceEvent[]): { roots: Span[]; problems: string[] } {
  const roots: Span[] = [];
  const problems: string[] = [];
  const open: Span[] = [];
  for (const event of track.filter(({ ph }) => ph === "X")) {
    const begin = ns(event.ts);
    const span = { event, begin, end: begin + ns(event.dur ?? 0), children: [] };
    while (open.length > 0 && open.at(-1)!.end <= begin) open.pop();
    const parent = open.at(-1);
    if (parent !== undefined && span.end > parent.end)
      problems.push(`${event.name} at ${event.ts} ends after ${parent.event.name}, in which it begins`);
    (parent?.children ?? roots).push(span);
    open.push(span);
  }
  return { roots, problems };
}

function pairProblems(track: readonly TraceEvent[]): string[] {
  const open: string[] = [];
  const problems: string[] = [];
  for (const { ph, name } of track) {
    if (ph === "B") open.push(name);
    if (ph === "E" && open.pop() !== name) problems.push(`${name} ends and has not begun`);
  }
  return [...problems, ...open.map((name) => `${name} never ends`)];
}
