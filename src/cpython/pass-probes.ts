/**
 * Probes of what CPython's own collector does, on objects that are made for them: which words a pass writes, and what it
 * does to weak references and dicts. The program's objects are hidden meanwhile.
 */
import type { GcState } from "./gc-state.js";
import type { GcLayout } from "./layouts/layout.js";
import { compare, condition, type ProbeRow } from "./probe.js";
import { collectNow } from "./visit-decref.js";

/** A cycle whose finalizer looks whether a weak reference still leads to it, and a dict that holds no cycle any more. */
const DYING = `
import weakref
seen = []
class Dying:
    def __del__(self): seen.append(watch() is None)
dying = Dying()
dying.itself = dying
watch = weakref.ref(dying)
del dying
atoms = {"a": []}
atoms["a"] = 1
`;

const LIVING = "living = [[i] for i in range(20)]";

const OUTCOME = "import gc; [seen == [True], not gc.is_tracked(atoms)]";

/** More objects than it takes to call gc.collect. */
const PASSING = 10_000;

/** A pass that was observed. */
interface Pass {
  readonly generation: 1 | 2;
  /** Words of the gc state by their offsets: as they were before, and as they are now. */
  readonly before: (offset: number) => number;
  readonly after: (offset: number) => number;
  /** Objects that it moved to the oldest generation, and all that are in it now. */
  readonly moved: number;
  readonly old: number;
  /** Objects are frozen. */
  readonly isFrozen: boolean;
}

/** Has CPython collect, three times, and holds what it did against the layout. The lists must be hidden, and gc.callbacks silenced. */
export function probePass(state: GcState, namespace: unknown, size: (list: number) => number): ProbeRow[] {
  const { runtime, layout } = state;
  const run = (code: string) => runtime.pyodide.runPython(code, { globals: namespace });
  const rows: ProbeRow[] = [];
  const observe = (generation: 1 | 2, collect: () => void) => {
    const saved = runtime.bytes.slice(state.address, state.address + state.fact("gcSize"));
    const words = new Uint32Array(saved.buffer);
    const collections = runtime.load(state.statistics.totals(generation));
    const old = size(state.generation(2));
    collect();
    const now = size(state.generation(2));
    const pass: Pass = {
      generation,
      before: (offset) => words[offset / 4] ?? 0,
      after: (offset) => runtime.load(state.address + offset),
      moved: now - old,
      old: now,
      isFrozen: size(state.permanent) > 0,
    };
    rows.push(
      compare(
        `collection of generation ${generation}: counted`,
        collections + 1,
        runtime.load(state.statistics.totals(generation)),
      ),
      ...probeWords(layout.gc, pass),
    );
  };
  run(DYING);
  collectNow(state);
  run(LIVING);
  if (layout.choosesGeneration) observe(1, () => run("import gc; gc.collect(1)"));
  // Twice: what goes to and fro is seen in both positions.
  observe(2, () => collectNow(state));
  observe(2, () => collectNow(state));
  const [clearedFirst = 0, untracked = 0] = runtime.evaluateIntegers(OUTCOME, namespace);
  rows.push(
    compare(
      "weak references are cleared before finalizers",
      Number(layout.clearsWeakrefsFirst),
      clearedFirst,
    ),
    compare("full collection: untracks dicts", Number(layout.untracksDicts), untracked),
  );
  return rows;
}

/** What a pass must have done to the words that belong to it alone. */
function probeWords({ longLived, increments }: GcLayout, pass: Pass): ProbeRow[] {
  const { generation, before, after, moved, old, isFrozen } = pass;
  const rows: ProbeRow[] = [];
  if (increments !== undefined && generation === 2) {
    const { workToDo, visitedSpace, phase } = increments;
    // With frozen objects, which stay as they are, the others are moved instead.
    const changes = isFrozen ? 0 : 1;
    rows.push(
      compare("full collection: work_to_do", 0, after(workToDo)),
      compare("full collection: visited_space changes", changes, before(visitedSpace) ^ after(visitedSpace)),
      compare("full collection: phase", 0, after(phase)),
    );
  }
  if (longLived === undefined) return rows;
  if (generation === 2) {
    rows.push(
      compare("full collection: long_lived_total", old, after(longLived.total)),
      compare("full collection: long_lived_pending", 0, after(longLived.pending)),
    );
    return rows;
  }
  const more = after(longLived.pending) - before(longLived.pending);
  rows.push(
    // What the collection itself was run by has moved with them, and is gone.
    condition(
      "collection of generation 1: long_lived_pending",
      more >= moved && more < moved + PASSING,
      `${moved} more, or some above that`,
      `${more} more`,
    ),
  );
  return rows;
}
