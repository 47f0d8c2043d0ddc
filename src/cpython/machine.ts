/**
 * The door to the host, opened: a CPython whose layout is known and verified, with the kernel inside.
 *
 * Phases of opening:
 *
 *   1 detect   the layout that nothing in the live interpreter contradicts
 *   2 install  the kernel, its scratch memory, its entries in CPython's function table
 *   3 probe    objects and tracing, on samples that Python makes; CPython's visit_decref; learned layouts
 *
 * The third runs with the program's own objects hidden, so that CPython can collect the samples afterwards:
 * attaching leaves no garbage. Any contradiction ends in UnsupportedRuntimeError, and CPython works as before. A version that
 * is unknown is accepted when nothing contradicts a layout, and says so (`isKnown`).
 */
import type { PyodideLike } from "../api.js";
import { MoultError, UnsupportedRuntimeError } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Allocators } from "./allocators.js";
import { isVersionOf, LAYOUTS, nearestLayout, versionNumber, versionText, withAnswers } from "./detect.js";
import { earlySeat } from "./early.js";
import { probeFrames } from "./frame-probes.js";
import { GcState } from "./gc-state.js";
import type { HiddenLists } from "./hidden-lists.js";
import { type Installation, installKernel, type PrivateLists, type Text } from "./installation.js";
import type { Layout } from "./layouts/layout.js";
import { findSharedKeys, learnLayouts, whoVisitsInline } from "./learn.js";
import { probeObjects, probeTracing } from "./object-probes.js";
import { probePass } from "./pass-probes.js";
import type { ProbeRow } from "./probe.js";
import type { Recorder } from "./recorder.js";
import { Roots } from "./roots.js";
import { Runtime } from "./runtime.js";
import { Samples } from "./samples.js";
import { type KernelCallbacks, seatKernel } from "./seat.js";
import { withoutSuspending } from "./stack-switching.js";
import type { TraverseGuard } from "./traverse-guard.js";
import { collectNow, findVisitDecref } from "./visit-decref.js";

export interface Machine {
  readonly runtime: Runtime;
  /** As `sys.version` begins: "3.14.2". */
  readonly version: string;
  /** False for a version that Moult was not tested with: every probe agreed with the layout all the same. */
  readonly isKnown: boolean;
  readonly layout: Layout;
  readonly state: GcState;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly guard: TraverseGuard;
  readonly lists: PrivateLists;
  readonly hidden: HiddenLists;
  readonly roots: Roots;
  readonly allocators: Allocators;
  /** Index of CPython's own visit_decref in its function table. */
  readonly visitDecref: number;
  /** What the heap kernel is told as well. */
  readonly instances: InstanceFacts;
  /** Room for C varargs. */
  readonly argumentArea: number;
  /** Index in CPython's function table of a kernel export. */
  tableIndex(name: string): number;
  /** Address of a constant C string. */
  text(content: Text): number;
  /** Who answers when CPython calls into the kernel; undefined while nothing is attached. */
  setCallbacks(callbacks: KernelCallbacks | undefined): void;
}

/** What was learned of instances of Python classes. */
export interface InstanceFacts {
  /** Where a class has the keys that its instances share; 0: not known. */
  readonly sharedKeys: number;
  /** A dict made of an instance's inline values visits them, and the instance only the dict. */
  readonly dictVisitsInline: boolean;
  /** Index of their tp_traverse in CPython's function table. */
  readonly traverse: number;
  /** Address of the table of learned layouts. */
  readonly learned: number;
}

/** A dict of Python's. */
interface Namespace {
  destroy(): void;
}

/** Remembers outcomes, and throws when one contradicts the layout. */
type Judge = (rows: readonly ProbeRow[], message: string) => void;

/**
 * Opens the door. Throws MoultError or UnsupportedRuntimeError, and then CPython works as before.
 *
 * @param probes every probe's outcome is added here, also when the runtime is refused
 * @param layouts the layouts that are considered
 */
export function openMachine(
  pyodide: PyodideLike,
  module: WebAssembly.Module,
  probes: ProbeRow[] = [],
  layouts: readonly Layout[] = LAYOUTS,
): Machine {
  const runtime = new Runtime(pyodide);
  const judge: Judge = (rows, message) => {
    probes.push(...rows);
    const differences = rows.filter((row) => !row.ok);
    if (differences.length > 0) throw new UnsupportedRuntimeError(message, differences);
  };
  const wasEnabled = runtime.function("PyGC_Disable")();
  try {
    const { version, isKnown, layout } = detect(runtime, layouts, judge);
    const state = new GcState(runtime, layout);
    if (runtime.function("PyInterpreterState_Next")(state.interpreter) !== 0) {
      const message = "this process image has subinterpreters; Moult serves only one";
      throw new MoultError("several-interpreters", message);
    }
    const seat = earlySeat(runtime, module) ?? seatKernel(runtime, module);
    const installation = installKernel(state, seat);
    const learned = amongSamples(state, installation, (namespace) =>
      probe(state, installation, namespace, judge, `CPython ${version} has layout "${layout.name}", but`),
    );
    const setCallbacks: Machine["setCallbacks"] = (wanted) =>
      installation.setCallbacks(wanted && withoutSuspending(pyodide, wanted));
    const roots = new Roots(state);
    return { ...installation, setCallbacks, runtime, version, isKnown, layout, state, ...learned, roots };
  } finally {
    if (wasEnabled) runtime.function("PyGC_Enable")();
  }
}

function detect(
  runtime: Runtime,
  layouts: readonly Layout[],
  judge: Judge,
): Pick<Machine, "version" | "isKnown" | "layout"> {
  const namespace = newNamespace(runtime);
  try {
    const number = versionNumber(runtime);
    const version = versionText(number);
    const { layout, rows } = withAnswers(runtime, namespace, (answers) =>
      nearestLayout(runtime, layouts, number, answers),
    );
    judge(
      rows,
      `CPython ${version} is unknown; the nearest layout is "${layout.name}" (${layout.describes})`,
    );
    return { version, isKnown: isVersionOf(layout, number), layout };
  } finally {
    namespace.destroy();
  }
}

/** Runs `action` with the program's objects and callbacks out of CPython's sight, and has its garbage collected. */
function amongSamples<T>(
  state: GcState,
  { kernel, hidden }: Installation,
  action: (names: Namespace) => T,
): T {
  const { runtime, layout } = state;
  let done = false;
  try {
    return outOfSight(state, hidden, () => {
      const namespace = newNamespace(runtime);
      try {
        const result = action(namespace);
        done = true;
        return result;
      } finally {
        namespace.destroy();
        collectNow(state);
      }
    });
  } finally {
    if (!done) layout.normalize(runtime, kernel, state.address);
  }
}

/** Runs `action` with the program's objects and callbacks out of the sight of CPython's collector. */
export function outOfSight<T>(state: GcState, hidden: HiddenLists, action: () => T): T {
  const { callbacks } = state;
  state.saveBookkeeping();
  const restoreStatistics = state.statistics.keep();
  state.callbacks = 0;
  hidden.hide();
  try {
    return action();
  } finally {
    hidden.show();
    state.callbacks = callbacks;
    state.restoreBookkeeping();
    restoreStatistics();
  }
}

/** Teaches the kernel this CPython's objects, with every fact checked on samples; returns visit_decref, and what else was learned. */
function probe(
  state: GcState,
  { kernel, recorder, guard, tableIndex }: Installation,
  namespace: Namespace,
  judge: Judge,
  message: string,
): Pick<Machine, "visitDecref" | "instances"> {
  const { runtime, layout } = state;
  const samples = new Samples(runtime, namespace);
  judge(probeObjects(state, samples, namespace), `${message} its objects look different`);
  describeTypes(runtime, kernel, layout, samples);
  guard.use(kernel, tableIndex("visitNothing"));
  const inspect = tableIndex("visitInspect");
  const setVisitors = (subtract: number) =>
    kernel.setVisitors(
      tableIndex("visitMark"),
      tableIndex("visitFirst"),
      subtract,
      tableIndex("visitRescue"),
      tableIndex("visitGather"),
      tableIndex("visitGate"),
      inspect,
    );
  setVisitors(0);
  const sharedKeys = findSharedKeys(runtime, samples);
  kernel.setSharedKeys(sharedKeys);
  const dictVisitsInline = whoVisitsInline(kernel, recorder, samples, inspect) === "dict";
  kernel.setDictVisitsInline(Number(dictVisitsInline));
  const learned = learnLayouts(runtime, kernel, recorder, samples, inspect);
  judge(probeTracing(kernel, recorder, samples, inspect), `${message} tracing its objects differs`);
  judge(probeFrames(state, namespace), `${message} its frames look different`);
  // Where counts stick, CPython's own pass finds nothing dead, and nobody relies on it.
  if (layout.sticky === undefined)
    judge(probePass(state, namespace, kernel.size), `${message} its collector works differently`);
  const visitDecref = findVisitDecref(state, kernel, tableIndex("traverseProbe"), namespace);
  setVisitors(visitDecref);
  const traverse = runtime.load(runtime.load(samples.address("plain") + 4) + 92);
  return { visitDecref, instances: { sharedKeys, dictVisitsInline, traverse, learned } };
}

function newNamespace(runtime: Runtime): Namespace {
  return runtime.pyodide.runPython("{}") as Namespace;
}

/** Tells the kernel which types and functions it treats by itself. */
function describeTypes(runtime: Runtime, kernel: Kernel, layout: Layout, samples: Samples): void {
  const type = (name: string) => runtime.symbol(`Py${name}_Type`);
  const weakref = (name: string) => runtime.symbol(`_PyWeakref_${name}Type`);
  const plain = runtime.load(samples.address("plain") + 4);
  const slot = (offset: number) => runtime.load(plain + offset);
  kernel.setContainerTypes(type("List"), type("Tuple"), type("Dict"), type("Set"), type("FrozenSet"));
  kernel.setWeakrefTypes(weakref("Ref"), weakref("Proxy"), weakref("CallableProxy"));
  kernel.setTypeFunctions(slot(92), runtime.load(type("Type") + 164));
  kernel.setInstanceFunctions(slot(96), slot(24));
  const isPlain = runtime.table.get(slot(160)) === runtime.function("PyObject_GC_Del");
  kernel.setPlainFree(type("BaseObject"), isPlain ? slot(160) : 0);
  kernel.setImmortal(layout.immortalFrom);
  kernel.setTupleItems(layout.tupleItems);
  kernel.forgetTypes();
}
