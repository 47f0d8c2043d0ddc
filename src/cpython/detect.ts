/**
 * Which layout this CPython has. Every known one is held against the live interpreter: what the gc module
 * says is looked for where the layout says it stands. The one that nothing contradicts is taken; the version is only asked
 * for a name, and to warn of one that Moult was not tested with.
 */
import type { Generation } from "../api.js";
import { UnsupportedRuntimeError } from "../errors.js";
import { GcState } from "./gc-state.js";
import { generationalLayout } from "./layouts/generational.js";
import { generationalRingsLayout } from "./layouts/generational-rings.js";
import { incrementalLayout } from "./layouts/incremental.js";
import { type Layout, passWrites } from "./layouts/layout.js";
import { compare, condition, type ProbeRow } from "./probe.js";
import type { Runtime } from "./runtime.js";

/** Every layout that Moult knows. */
export const LAYOUTS: readonly Layout[] = [incrementalLayout, generationalLayout, generationalRingsLayout];

/** `_Py_DebugOffsets` begins with these eight bytes. */
const COOKIE = "xdebugpy";

/** `_Py_DebugOffsets` goes on with PY_VERSION_HEX. */
const VERSION_AT = 8;

/** Settings that no word has by accident, while nothing can be collected. */
const MARK = `
import builtins as _builtins, gc as _gc, sys as _sys
_saved = _gc.get_threshold()[:2], _gc.get_debug()
_gc.set_threshold(0x3a51ce7, 0x2b62df9)
_gc.set_debug(0x4d3c00)
`;
const UNMARK = "_gc.set_threshold(*_saved[0]); _gc.set_debug(_saved[1])";

const QUESTIONS = `
_fresh = [[]]
[*_gc.get_threshold()[:2], _gc.get_debug(), id(_gc.garbage), id(_gc.callbacks),
 id(_sys.modules), id(_sys.__dict__), id(vars(_builtins)), id(_fresh),
 *[s[k] for s in _gc.get_stats() for k in ("collections", "collected", "uncollectable")]]
`;

/** The answers of the gc module that layouts are compared with. */
export type Answers = readonly number[];

/** Runs `use` with what the live gc module answers, while automatic collection is disabled and its settings are marked. */
export function withAnswers<T>(runtime: Runtime, namespace: unknown, use: (answers: Answers) => T): T {
  const run = (code: string) => runtime.pyodide.runPython(code, { globals: namespace });
  run(MARK);
  try {
    return use(runtime.evaluateIntegers(QUESTIONS, namespace));
  } finally {
    run(UNMARK);
  }
}

/** PY_VERSION_HEX. Throws UnsupportedRuntimeError where there is no table that it could stand in. */
export function versionNumber(runtime: Runtime): number {
  const offsets = runtime.symbol("_PyRuntime");
  const cookie = String.fromCharCode(...runtime.bytes.slice(offsets, offsets + 8));
  if (cookie !== COOKIE) {
    throw new UnsupportedRuntimeError("this CPython has no table of debug offsets", [
      { probe: "first bytes of _PyRuntime", expected: COOKIE, found: cookie },
    ]);
  }
  return runtime.load(offsets + VERSION_AT);
}

/** A version as sys.version begins: "3.14.2", "3.15.0rc1". */
export function versionText(number: number): string {
  const byte = (shift: number) => (number >>> shift) & 0xff;
  const stage = { 10: "a", 11: "b", 12: "rc" }[byte(0) >>> 4];
  const suffix = stage === undefined ? "" : `${stage}${byte(0) & 15}`;
  return `${byte(24)}.${byte(16)}.${byte(8)}${suffix}`;
}

/** True for a version that the layout was tested with, or one of the same line. */
export function isVersionOf({ versions: [from, before] }: Layout, number: number): boolean {
  return number >= from && number < before;
}

/** All that can be said about one layout on this runtime. */
export function probeLayout(runtime: Runtime, layout: Layout, answers: Answers): ProbeRow[] {
  const [threshold0 = 0, threshold1 = 0, debug = 0, garbage = 0, callbacks = 0, ...rest] = answers;
  const [modules = 0, sysdict = 0, builtins = 0, fresh = 0, ...stats] = rest;
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
    compare("id(builtins.__dict__)", builtins, runtime.load(state.interpreterWord("builtins"))),
  ];
  stats.forEach((value, i) => {
    const totals = state.statistics.totals(Math.floor(i / 3) as Generation);
    rows.push(compare(`gc.get_stats() word ${i}`, value, runtime.load(totals + 4 * (i % 3))));
  });
  state.lists.forEach((head, i) => {
    const name = head === state.permanent ? "permanent list" : `list of generation ${i}`;
    rows.push(condition(name, isCircular(runtime, head), "a list", "no list"));
  });
  rows.push(compare("lists, all different", state.lists.length, new Set(state.lists).size));
  const young = isNearEnd(runtime, state.generation(0), fresh - 8);
  rows.push(condition("a new object is in the young list", young, "found", "not found"));
  const size = state.fact("gcSize");
  const isInside = state.fact("interpreterSize") >= state.fact("gc") + size;
  rows.push(condition("interpreter state ends behind the gc state", isInside, "behind", "before"));
  const extent = Math.max(...passWrites(gc), gc.callbacks) + 4;
  rows.push(condition("gc state fits its size", size >= extent, `${extent} bytes or more`, "less"));
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

/** The layout that fits best, with its probes; of several that fit alike, the one that knows the version. */
export function nearestLayout(
  runtime: Runtime,
  layouts: readonly Layout[],
  version: number,
  answers: Answers,
): { layout: Layout; rows: ProbeRow[] } {
  const tried = layouts.map((layout) => {
    const rows = probeLayout(runtime, layout, answers);
    const failures = rows.filter((row) => !row.ok).length;
    return { layout, rows, distance: 2 * failures + Number(!isVersionOf(layout, version)) };
  });
  tried.sort((a, b) => a.distance - b.distance);
  return tried[0]!;
}
