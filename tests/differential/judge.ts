/**
 * Whether what a program logged under one collector may be, given what it logged under CPython's own.
 *
 * Python promises that an object which can be reached is whole, that a finalizer runs once, that a weak reference which lives on
 * has its callback called once, and that what can't be reached dies in the end. It does not say when. So a program whose
 * collections come by themselves is bounded by two runs of CPython's: what dies can't die before it dies where there is a
 * collection after each statement, nor later than where there is none but those that it asks for. What dies by its count dies
 * at the same statement in both, and so must it here.
 */

/** A line of a log, and the statement during which it was written. */
export type Line<T> = readonly [statement: number, what: T];

/** What one run of a program logged; program_prelude.py says more. */
export interface Logs {
  readonly said: readonly Line<unknown>[];
  readonly events: readonly Line<string>[];
  readonly seen: readonly Line<string>[];
  /** Names of objects that are left at the end. */
  readonly left: readonly string[];
  readonly collections: number;
}

/** What differs from a run of CPython's own collector where all collections are asked for; undefined: nothing. */
export function judgeManual(stock: Logs, run: Logs): string | undefined {
  return (
    difference("said", stock.said, run.said) ??
    difference("events", inOrder(stock.events), inOrder(run.events)) ??
    difference("seen", stock.seen, run.seen) ??
    difference("left", stock.left, run.left)
  );
}

/** What must not be where collections come by themselves; undefined: nothing. */
export function judgeAutomatic(earliest: Logs, latest: Logs, run: Logs): string | undefined {
  return (
    difference("said", earliest.said, latest.said, "two runs of CPython's own differ: ") ??
    difference("said", earliest.said, run.said) ??
    difference("left", earliest.left, run.left) ??
    outOfBounds(earliest, latest, run)
  );
}

function difference(
  log: string,
  expected: readonly unknown[],
  found: readonly unknown[],
  prefix = "",
): string | undefined {
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const [left, right] = [JSON.stringify(expected[i]), JSON.stringify(found[i])];
    if (left !== right) return `${prefix}${log}: ${right ?? "nothing"} instead of ${left ?? "nothing"}`;
  }
  return undefined;
}

function outOfBounds(earliest: Logs, latest: Logs, run: Logs): string | undefined {
  const [least, most, found] = [earliest, latest, run].map(({ events }) => times(events));
  for (const name of new Set([...least!.keys(), ...most!.keys(), ...found!.keys()])) {
    const [from, to, at] = [least!, most!, found!].map((all) => all.get(name) ?? []);
    if (from!.length !== to!.length)
      return `two runs of CPython's own differ: ${name}: ${from!.length} times and ${to!.length} times`;
    if (at!.length !== from!.length)
      return `events: ${name} ${at!.length} times instead of ${from!.length} times`;
    for (let i = 0; i < at!.length; i++)
      if (at![i]! < from![i]! || at![i]! > to![i]!)
        return `events: ${name} at statement ${at![i]}, not between ${from![i]} and ${to![i]}`;
  }
  return undefined;
}

/** Python promises no order among what dies in one collection. */
function inOrder(events: readonly Line<string>[]): readonly Line<string>[] {
  return [...events].sort(([a, left], [b, right]) => a - b || (left < right ? -1 : left > right ? 1 : 0));
}

/** The statements at which events of each name came, in order. */
function times(events: readonly Line<string>[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [statement, name] of events) {
    const all = found.get(name);
    if (all === undefined) found.set(name, [statement]);
    else all.push(statement);
  }
  return found;
}
