/**
 * Which layout this CPython has. Every known one is held against the live interpreter: what the gc module
 * says is looked for where the layout says it stands. The one that nothing contradicts is taken.
 */
import { UnsupportedRuntimeError } from "../errors.js";
import { GcState } from "./gc-state.js";
import { generationalLayout } from "./layouts/generational.js";
import { incrementalLayout } from "./layouts/incremental.js";
import type { Layout } from "./layouts/layout.js";
import { compare, condition, type ProbeRow } from "./probe.js";
import type { Runtime } from "./runtime.js";

/** Every layout that Moult knows. */
export const LAYOUTS: readonly Layout[] = [incrementalLayout, generationalLayout];

/** `_Py_DebugOffsets` begins with these eight bytes. */
const COOKIE = "xdebugpy";

const QUESTIONS = `
import gc as _gc, sys as _sys
_fresh = [[]]
[*_gc.get_threshold()[:2], _gc.get_debug(), id(_gc.garbage), id(_gc.callbacks),
 id(_sys.modules), id(_sys.__dict__), id(_fresh),
 *[s[k] for s in _gc.get_stats() for k in ("collections", "collected", "uncollectable")]]
`;

/** The answers of the gc module that layouts are compared with. */
export interface Answers {
  readonly version: string;
  readonly numbers: readonly number[];
}

/** Asks the live gc module; to be run while automatic collection is disabled, before anything is changed. */
export function ask(runtime: Runtime, namespace: unknown): Answers {
  const version = runtime.pyodide.runPython("import sys as _sys; _sys.version.split()[0]", {
    globals: namespace,
  });
  return { version: String(version), numbers: runtime.evaluateIntegers(QUESTIONS, namespace) };
}

/** All that can be said about one layout on this runtime. */
export function probeLayout(runtime: Runtime, layout: Layout, answers: Answers): ProbeRow[] {
  const [threshold0 = 0, threshold1 = 0, debug = 0, garbage = 0, callbacks = 0, ...rest] = answers.numbers;
  const [modules = 0, sysdict = 0, fresh = 0, ...stats] = rest;
  const state = new GcState(runtime, layout);
  const gc = layout.gc;
  const word = (offset: number) => runtime.load(state.address + offset);
  const rows = [
    compare("gc state: collecting, by debug offsets", gc.collecting, state.fact("gcCollecting")),
    compare("gc.get_threshold()[0]", threshold0, state.threshold(0)),
    compare("gc.get_threshold()[1]", threshold1, state.threshold(1)),
    compare("gc.get_debug()", debug, word(gc.debug)),
    condition("PyGC_Enable() and PyGC_Disable()", switches(runtime, state), "switch `enabled`", "elsewhere"),
    compare("id(gc.garbage)", garbage, word(gc.garbage)),
    compare("id(gc.callbacks)", callbacks, word(gc.callbacks)),
    compare("id(sys.modules)", modules, runtime.load(state.interpreterWord("importsModules"))),
    compare("id(sys.__dict__)", sysdict, runtime.load(state.interpreterWord("sysdict"))),
  ];
  stats.forEach((value, i) => {
    rows.push(compare(`gc.get_stats() word ${i}`, value, word(gc.stats + 4 * i)));
  });
  const lists: [string, number][] = [
    ...gc.generations.map((offset, i): [string, number] => [
      `list of generation ${i}`,
      state.address + offset,
    ]),
    ["permanent list", state.permanent],
  ];
  for (const [name, head] of lists)
    rows.push(condition(name, isCircular(runtime, head), "a list", "no list"));
  const young = isNearEnd(runtime, state.generation(0), fresh - 8);
  rows.push(condition("a new object is in the young list", young, "found", "not found"));
  const extent = Math.max(...layout.passWrites, gc.callbacks) + 4;
  rows.push(
    condition("gc state fits its size", state.fact("gcSize") >= extent, `${extent} bytes or more`, "less"),
  );
  return rows;
}

function switches(runtime: Runtime, state: GcState): boolean {
  runtime.function("PyGC_Enable")();
  const on = state.enabled;
  runtime.function("PyGC_Disable")();
  return on === 1 && state.enabled === 0;
}

function isCircular(runtime: Runtime, head: number): boolean {
  const next = runtime.load(head) & ~3;
  const prev = runtime.load(head + 4) & ~3;
  return next !== 0 && (runtime.load(next + 4) & ~3) === head && (runtime.load(prev) & ~3) === head;
}

/** True when `header` is among the youngest objects of a list. */
function isNearEnd(runtime: Runtime, head: number, header: number): boolean {
  let at = head;
  for (let i = 0; i < 1000; i++) {
    at = runtime.load(at + 4) & ~3;
    if (at === header) return true;
    if (at === head || at === 0) return false;
  }
  return false;
}

/** The layout's probes that fit best, all known ones considered. */
export function nearestLayout(runtime: Runtime, answers: Answers): { layout: Layout; rows: ProbeRow[] } {
  const offsets = runtime.symbol("_PyRuntime");
  const cookie = String.fromCharCode(...runtime.bytes.slice(offsets, offsets + 8));
  if (cookie !== COOKIE) {
    throw new UnsupportedRuntimeError(`CPython ${answers.version} has no table of debug offsets`, [
      { probe: "first bytes of _PyRuntime", expected: COOKIE, found: cookie },
    ]);
  }
  const tried = LAYOUTS.map((layout) => ({ layout, rows: probeLayout(runtime, layout, answers) }));
  const failures = (rows: readonly ProbeRow[]) => rows.filter((row) => !row.ok).length;
  tried.sort((a, b) => failures(a.rows) - failures(b.rows));
  return tried[0]!;
}
