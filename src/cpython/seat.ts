/**
 * The kernel's seat in CPython: instantiated over its memory, with its entries in the function table. Needs no interpreter
 * that runs, so it can be taken before one is started (early.ts).
 */
import { instantiateKernel, type Kernel } from "../kernel/kernel.js";
import { ALLOCATOR_FUNCTIONS, Allocators } from "./allocators.js";
import { PYTHON_FUNCTIONS } from "./python-functions.js";
import { Recorder } from "./recorder.js";
import type { Host } from "./runtime.js";
import { TraverseGuard } from "./traverse-guard.js";

/** Functions that can be redirected: so many entries of each calling convention are in the kernel. */
const SLOTS = 12;

/** What CPython's calls into the kernel lead to. */
export interface KernelCallbacks {
  /** The private callback was called; `args` points to phase and info. Returns a new reference, or 0. */
  trigger(args: number): number;
  /** A redirected built-in function was called. Returns a new reference, or 0 with an error set. */
  call(slot: number, self: number, args: number, nargs: number, kwnames: number): number;
  /** The safe point that was asked for has been reached. */
  pending(): void;
}

/** A kernel that CPython can call. */
export interface Seat {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly guard: TraverseGuard;
  readonly allocators: Allocators;
  /** Index in CPython's function table of a kernel export. */
  tableIndex(name: string): number;
  /** Who answers when CPython calls into the kernel; undefined while nothing is attached. */
  setCallbacks(callbacks: KernelCallbacks | undefined): void;
}

/** Puts the kernel into CPython. Throws MoultError "kernel-invalid" or "out-of-memory". */
export function seatKernel(host: Host, module: WebAssembly.Module): Seat {
  const recorder = new Recorder();
  const guard = new TraverseGuard(host);
  let callbacks: KernelCallbacks | undefined;
  const python: WebAssembly.ModuleImports = {};
  for (const name of PYTHON_FUNCTIONS) python[name] = host.function(name);
  const kernel = instantiateKernel(module, host.memory, host.table, python, {
    probeTraverse: (type, object) => guard.probe(type >>> 0, object >>> 0),
    record: recorder.record,
    call: (slot, ...rest) => callbacks?.call(slot, ...rest) ?? 0,
    trigger: (args) => callbacks?.trigger(args >>> 0) ?? 0,
    pending: () => callbacks?.pending(),
    poolDrained: () => allocators.remove(),
  });
  const indices = fillTable(host, kernel);
  const tableIndex = (name: string) => indices.get(name)!;
  const allocators = new Allocators(host, kernel, ALLOCATOR_FUNCTIONS.map(tableIndex));
  return {
    kernel,
    recorder,
    guard,
    allocators,
    tableIndex,
    setCallbacks: (wanted) => {
      callbacks = wanted;
    },
  };
}

/** Puts the kernel's functions that CPython calls at the end of CPython's function table; their indices by name. */
function fillTable(host: Host, kernel: Kernel): Map<string, number> {
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
  const names = [
    ...visitors,
    "onTrigger",
    "onPending",
    ...ALLOCATOR_FUNCTIONS,
    ...entries,
  ] as (keyof Kernel)[];
  const first = host.addToTable(names.map((name) => kernel[name] as (...args: number[]) => number));
  return new Map(names.map((name, i) => [name, first + i]));
}
