/** The kernel inside CPython: instantiated, with scratch memory, and with its entries in the function table. */
import { instantiateKernel, type Kernel } from "../kernel/kernel.js";
import { Allocators, POOL_FUNCTIONS } from "./allocators.js";
import type { GcState } from "./gc-state.js";
import { HIDDEN_LISTS_SIZE, HiddenLists } from "./hidden-lists.js";
import { PYTHON_FUNCTIONS } from "./python-functions.js";
import { Recorder } from "./recorder.js";
import { TraverseGuard } from "./traverse-guard.js";

const HEAD_SIZE = 16;
/** Private list heads, by purpose. */
const LISTS = ["candidates", "trash", "rest", "legacy", "seen", "pending", "cursor"] as const;
/** Bytes for the arguments of C functions with variable arguments. */
const ARGUMENT_AREA = 64;
/** Functions that can be redirected: so many entries of each calling convention are in the kernel. */
const SLOTS = 12;
/** Bytes of the queue in front of the mark stack. */
const MARK_QUEUE = 64;

/** Every constant C string: made at once, since there may be no memory for one later. */
const TEXTS = [
  "%s",
  "_frozen_importlib",
  "_module_locks",
  "candidates",
  "collect",
  "collectable",
  "collected",
  "disable",
  "duration",
  "enable",
  "freeze",
  "gc",
  "generation",
  "get_count",
  "get_debug",
  "get_objects",
  "get_referrers",
  "get_stats",
  "get_threshold",
  "isenabled",
  "moult_trigger",
  "set_debug",
  "uncollectable",
  "Exception ignored in tp_clear of %s",
  "Exception ignored on calling weakref callback %R",
  "Exception ignored while calling GC callback %R",
  "gc: %s <%s %p>\n",
] as const;

/** A constant C string. */
export type Text = (typeof TEXTS)[number];

/** Addresses of the private list heads. */
export type PrivateLists = Readonly<Record<(typeof LISTS)[number], number>>;

/** What CPython's calls into the kernel lead to. */
export interface KernelCallbacks {
  /** The private callback was called; `args` points to phase and info. Returns a new reference, or 0. */
  trigger(args: number): number;
  /** A redirected built-in function was called. Returns a new reference, or 0 with an error set. */
  call(slot: number, self: number, args: number, nargs: number, kwnames: number): number;
  /** The safe point that was asked for has been reached. */
  pending(): void;
}

export interface Installation {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly guard: TraverseGuard;
  readonly lists: PrivateLists;
  readonly hidden: HiddenLists;
  readonly allocators: Allocators;
  readonly argumentArea: number;
  tableIndex(name: string): number;
  text(content: Text): number;
  setCallbacks(callbacks: KernelCallbacks | undefined): void;
}

/** Puts the kernel into CPython. Throws MoultError "kernel-invalid" or "out-of-memory". */
export function installKernel(state: GcState, module: WebAssembly.Module): Installation {
  const { runtime } = state;
  const recorder = new Recorder();
  const guard = new TraverseGuard(runtime);
  let callbacks: KernelCallbacks | undefined;
  const python: WebAssembly.ModuleImports = {};
  for (const name of PYTHON_FUNCTIONS) python[name] = runtime.function(name);
  const kernel = instantiateKernel(module, runtime.memory, runtime.table, python, {
    probeTraverse: (type, object) => guard.probe(type >>> 0, object >>> 0),
    record: recorder.record,
    call: (slot, ...rest) => callbacks?.call(slot, ...rest) ?? 0,
    trigger: (args) => callbacks?.trigger(args >>> 0) ?? 0,
    pending: () => callbacks?.pending(),
    poolDrained: () => allocators.remove(),
  });

  const indices = fillTable(state, kernel);
  const heads = runtime.allocate(LISTS.length * HEAD_SIZE + HIDDEN_LISTS_SIZE);
  const lists = Object.fromEntries(LISTS.map((name, i) => [name, heads + i * HEAD_SIZE])) as PrivateLists;
  for (const head of Object.values(lists)) kernel.initList(head);
  const texts = new Map(TEXTS.map((content) => [content, runtime.cString(content)]));
  const text = (content: Text) => texts.get(content)!;
  const argumentArea = runtime.allocate(ARGUMENT_AREA);
  const pool = POOL_FUNCTIONS.map((name) => indices.get(name)!);
  const allocators = new Allocators(state, kernel, pool);
  kernel.setTypesScratch(runtime.allocate(kernel.typesScratch()));
  kernel.setListHeads(state.address, state.address + state.fact("gcSize"));
  kernel.setMarkQueue(runtime.allocate(MARK_QUEUE));
  kernel.setWaiting(runtime.allocate(kernel.waitingScratch()));
  kernel.setTexts(
    state.layout.formatsUnraisable ? text("Exception ignored on calling weakref callback %R") : 0,
    text("Exception ignored in tp_clear of %s"),
    text("gc: %s <%s %p>\n"),
    argumentArea,
  );
  return {
    kernel,
    recorder,
    guard,
    lists,
    hidden: new HiddenLists(state, kernel, heads + LISTS.length * HEAD_SIZE),
    allocators,
    argumentArea,
    tableIndex: (name) => indices.get(name)!,
    text,
    setCallbacks: (wanted) => {
      callbacks = wanted;
    },
  };
}

/** Puts the kernel's functions that CPython calls at the end of CPython's function table; their indices by name. */
function fillTable({ runtime }: GcState, kernel: Kernel): Map<string, number> {
  const entries = Array.from({ length: SLOTS }).flatMap(
    (_, slot) => [`plain${slot}`, `fast${slot}`, `keyword${slot}`] as const,
  );
  const visitors = [
    "visitMark",
    "visitFirst",
    "visitRescue",
    "visitGather",
    "visitGate",
    "visitInspect",
    "visitNothing",
    "traverseProbe",
  ] as const;
  const names = [...visitors, "onTrigger", "onPending", ...POOL_FUNCTIONS, ...entries] as (keyof Kernel)[];
  const first = runtime.addToTable(names.map((name) => kernel[name] as (...args: number[]) => number));
  return new Map(names.map((name, i) => [name, first + i]));
}
