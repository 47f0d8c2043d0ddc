/**
 * The door to the host, opened: a CPython whose layout is known and verified, with the kernel inside.
 *
 * Phases of opening: runtime → layout detected → kernel instantiated → objects probed → visit_decref found →
 * built-in layouts learned → tracing verified. Any contradiction ends in UnsupportedRuntimeError, with
 * everything as it was before.
 */
import type { PyodideLike } from "../api.js";
import { MoultError, UnsupportedRuntimeError } from "../errors.js";
import { instantiateKernel, type Kernel, type KernelHost } from "../kernel/kernel.js";
import { ask, nearestLayout } from "./detect.js";
import { GcState } from "./gc-state.js";
import { HIDDEN_LISTS_SIZE, HiddenLists } from "./hidden-lists.js";
import type { Layout } from "./layouts/layout.js";
import { learnLayouts } from "./learn.js";
import { probeObjects, probeTracing } from "./object-probes.js";
import type { ProbeRow } from "./probe.js";
import { PYTHON_FUNCTIONS } from "./python-functions.js";
import { Recorder } from "./recorder.js";
import { Roots } from "./roots.js";
import { Runtime } from "./runtime.js";
import { Samples } from "./samples.js";
import { TraverseGuard } from "./traverse-guard.js";
import { findVisitDecref } from "./visit-decref.js";

const HEAD_SIZE = 16;
/** Private list heads, by purpose. */
const LISTS = ["work", "candidates", "trash", "rest", "legacy", "seen", "pending", "cursor"] as const;
/** Bytes for the arguments of C functions with variable arguments. */
const ARGUMENT_AREA = 64;
/** Bytes of the queue in front of the mark stack. */
const MARK_QUEUE = 64;

/** Addresses of the private list heads. */
export type PrivateLists = Readonly<Record<(typeof LISTS)[number], number>>;

/** What the kernel calls back for, once somebody is there to answer. */
export interface MachineCallbacks {
  trigger(args: number): number;
  call(slot: number, self: number, args: number, nargs: number, kwnames: number): number;
  pending(): void;
}

export interface Machine {
  readonly runtime: Runtime;
  /** As `sys.version` begins: "3.14.2". */
  readonly version: string;
  readonly layout: Layout;
  readonly state: GcState;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly guard: TraverseGuard;
  readonly lists: PrivateLists;
  readonly hidden: HiddenLists;
  readonly roots: Roots;
  /** Index in CPython's function table of a kernel export. */
  tableIndex(name: string): number;
  /** Index of CPython's own visit_decref. */
  readonly visitDecref: number;
  /** Who answers the kernel's `trigger` and `call`. */
  callbacks: MachineCallbacks | undefined;
  /** Address of a constant C string. */
  text(content: string): number;
  /** Room for C varargs. */
  readonly argumentArea: number;
}

/** Kernel exports that CPython calls through its table, in table order. */
function tableFunctions(): string[] {
  const entries = [..."01234567"].flatMap((slot) => [`plain${slot}`, `fast${slot}`, `keyword${slot}`]);
  return [
    "visitMark",
    "visitRescue",
    "visitInspect",
    "visitNothing",
    "traverseProbe",
    "onTrigger",
    "onPending",
    ...entries,
  ];
}

/**
 * Opens the door. Throws MoultError or UnsupportedRuntimeError, and then CPython works as before.
 *
 * @param probes every probe's outcome is added here, also when the runtime is refused
 */
export function openMachine(
  pyodide: PyodideLike,
  module: WebAssembly.Module,
  probes: ProbeRow[] = [],
): Machine {
  const runtime = new Runtime(pyodide);
  const wasEnabled = runtime.function("PyGC_Disable")();
  const namespace = newNamespace(pyodide);
  try {
    return open(runtime, module, namespace, probes);
  } finally {
    namespace.destroy();
    if (wasEnabled) runtime.function("PyGC_Enable")();
  }
}

interface Namespace {
  destroy(): void;
}

function newNamespace(pyodide: PyodideLike): Namespace {
  return pyodide.runPython("{}") as Namespace;
}

function open(
  runtime: Runtime,
  module: WebAssembly.Module,
  namespace: Namespace,
  probes: ProbeRow[],
): Machine {
  const refuse = (rows: readonly ProbeRow[], message: string) => {
    probes.push(...rows);
    const differences = rows.filter((row) => !row.ok);
    if (differences.length > 0) throw new UnsupportedRuntimeError(message, differences);
  };
  const answers = ask(runtime, namespace);
  const { layout, rows } = nearestLayout(runtime, answers);
  refuse(
    rows,
    `CPython ${answers.version} is unknown; the nearest layout is "${layout.name}" (${layout.describes})`,
  );
  const state = new GcState(runtime, layout);
  if (runtime.load(state.interpreterWord("interpreterNext")) !== 0) {
    throw new MoultError(
      "several-interpreters",
      "this process image has subinterpreters; Moult serves only one",
    );
  }
  const samples = new Samples(runtime, namespace);
  const objectRows = probeObjects(runtime, layout, samples, namespace);
  refuse(
    objectRows,
    `CPython ${answers.version} has layout "${layout.name}", but its objects look different`,
  );

  const recorder = new Recorder();
  const guard = new TraverseGuard(runtime);
  let machine: Machine | undefined;
  const host: KernelHost = {
    probeTraverse: (type, object) => guard.probe(type >>> 0, object >>> 0),
    record: recorder.record,
    call: (slot, ...rest) => machine?.callbacks?.call(slot, ...rest) ?? 0,
    trigger: (args) => machine?.callbacks?.trigger(args >>> 0) ?? 0,
    pending: () => machine?.callbacks?.pending(),
  };
  const python: WebAssembly.ModuleImports = {};
  for (const name of PYTHON_FUNCTIONS) python[name] = runtime.function(name);
  const kernel = instantiateKernel(module, runtime.memory, runtime.table, python, host);
  const names = tableFunctions();
  const first = runtime.addToTable(names.map((name) => (kernel as unknown as Record<string, never>)[name]!));
  const indices = new Map(names.map((name, i) => [name, first + i]));
  const tableIndex = (name: string) => indices.get(name)!;

  const heads = runtime.allocate(LISTS.length * HEAD_SIZE + HIDDEN_LISTS_SIZE);
  const lists = Object.fromEntries(LISTS.map((name, i) => [name, heads + i * HEAD_SIZE])) as PrivateLists;
  for (const head of Object.values(lists)) kernel.initList(head);
  const hidden = new HiddenLists(state, kernel, heads + LISTS.length * HEAD_SIZE);
  const argumentArea = runtime.allocate(ARGUMENT_AREA);
  const texts = new Map<string, number>();
  const text = (content: string) => {
    const address = texts.get(content) ?? runtime.cString(content);
    texts.set(content, address);
    return address;
  };
  describeTypes(runtime, kernel, layout, samples);
  guard.use(kernel, tableIndex("visitNothing"));
  kernel.setTexts(
    text("Exception ignored on calling weakref callback %R"),
    text("Exception ignored in tp_clear of %s"),
    text("gc: %s <%s %p>\n"),
    argumentArea,
  );
  const inspectVisitor = tableIndex("visitInspect");
  kernel.setVisitors(tableIndex("visitMark"), 0, tableIndex("visitRescue"), inspectVisitor);
  learnLayouts(runtime, kernel, recorder, samples, inspectVisitor);
  const tracingRows = probeTracing(kernel, recorder, samples, inspectVisitor);
  refuse(
    tracingRows,
    `CPython ${answers.version} has layout "${layout.name}", but tracing its objects differs`,
  );
  const visitDecref = findVisitDecref(state, kernel, hidden, tableIndex("traverseProbe"), namespace);
  kernel.setVisitors(tableIndex("visitMark"), visitDecref, tableIndex("visitRescue"), inspectVisitor);

  machine = {
    runtime,
    version: answers.version,
    layout,
    state,
    kernel,
    recorder,
    guard,
    lists,
    hidden,
    roots: new Roots(state),
    tableIndex,
    visitDecref,
    callbacks: undefined,
    text,
    argumentArea,
  };
  return machine;
}

/** Tells the kernel which types and functions it treats by itself. */
function describeTypes(runtime: Runtime, kernel: Kernel, layout: Layout, samples: Samples): void {
  const type = (name: string) => runtime.symbol(`Py${name}_Type`);
  const plain = runtime.load(samples.address("plain") + 4);
  const slot = (offset: number) => runtime.load(plain + offset);
  kernel.setTypesScratch(runtime.allocate(kernel.typesScratch()));
  kernel.setContainerTypes(type("List"), type("Tuple"), type("Dict"), type("Set"), type("FrozenSet"));
  const weakref = (name: string) => runtime.symbol(`_PyWeakref_${name}Type`);
  kernel.setWeakrefTypes(weakref("Ref"), weakref("Proxy"), weakref("CallableProxy"));
  kernel.setTypeFunctions(slot(92), runtime.load(type("Type") + 164));
  kernel.setInstanceFunctions(slot(96), slot(24));
  kernel.setMarkQueue(runtime.allocate(MARK_QUEUE));
  kernel.setImmortal(layout.immortalFrom);
  kernel.setTupleItems(layout.tupleItems);
  kernel.forgetTypes();
}
