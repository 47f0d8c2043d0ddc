/**
 * The traced kernel in CPython before its interpreter starts, so that every block of CPython's is in a pool of its own, or has a
 * tag, and every reference that JavaScript takes is known.
 *
 *   PyObject_Malloc ──▶ pool of the collecting instance        Py_IncRef, Py_DecRef, as JavaScript sees them,
 *   PyMem_Malloc    ──▶ pool of the other instance              tell who is held
 */
import { watchInstances } from "../cpython/early.js";
import { Host } from "../cpython/runtime.js";
import { MoultError } from "../errors.js";
import { instantiateTracedKernel, type TracedKernel } from "./kernel.js";

/** Numbers of the domains (PyMemAllocatorDomain). */
const [RAW, MEM, OBJ] = [0, 1, 2];
/** Bytes of a PyMemAllocatorEx. */
const ALLOCATOR = 20;
/** Bytes of the counters of a domain. */
const COUNTERS = 8;

const POOL_FUNCTIONS = ["poolMalloc", "poolCalloc", "poolRealloc", "poolFree"] as const;
/** What the kernel imports of CPython. */
const IMPORTS = ["_Py_Dealloc", "memalign", "malloc_usable_size", "Py_IncRef", "Py_DecRef"] as const;
/** What tells CPython from other modules. */
const MARKS = ["PyMem_SetAllocator", "Py_InitializeFromConfig", ...IMPORTS] as const;
/** Exports by which JavaScript takes and drops references. */
const TAKING = ["Py_IncRef", "_Py_IncRef"];
const DROPPING = ["Py_DecRef", "_Py_DecRef"];

/** The kernels in one CPython. */
export interface TracedSeat {
  /** Collects, and has the pool of objects. */
  readonly kernel: TracedKernel;
  /** Has the pool of their parts. */
  readonly parts: TracedKernel;
  /** What JavaScript holds by references that it took itself, and how many. */
  readonly held: ReadonlyMap<number, number>;
  /** All that it took hold of until the interpreter had started: some of that it may hold by other ways. */
  readonly early: Set<number>;
  /** Where memory began to be given away. */
  readonly heapBase: number;
  /** Static data as it was then, from address 0 on; behind it all was 0. */
  readonly before: Uint32Array;
}

const seats = new WeakMap<WebAssembly.Memory, TracedSeat>();
/** Memories whose interpreter has not started yet. */
const starting = new WeakSet<WebAssembly.Memory>();

/** Runs `load`, with the kernels in the CPython that it loads. */
export async function withTracedSeat<T>(module: WebAssembly.Module, load: () => Promise<T>): Promise<T> {
  const unwatch = watchInstances((exports) => takeSeat(module, exports));
  try {
    return await load();
  } finally {
    unwatch();
  }
}

/** The seat in this memory. Throws a MoultError "unsupported-runtime" where there is none. */
export function tracedSeat(memory: WebAssembly.Memory): TracedSeat {
  const seat = seats.get(memory);
  starting.delete(memory);
  if (seat !== undefined) return seat;
  throw new MoultError(
    "unsupported-runtime",
    "the traced kernel found no place in this CPython while it was loaded; run without --runtime traced",
  );
}

/** Takes the seat; returns what JavaScript is to see instead of the exports, or undefined for other modules. */
function takeSeat(module: WebAssembly.Module, exports: WebAssembly.Exports): WebAssembly.Exports | undefined {
  const { memory, __indirect_function_table: table } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table)) return undefined;
  if (MARKS.some((name) => typeof exports[name] !== "function")) return undefined;
  const host = new Host(memory, table, (name) => exports[name]);
  const heapBase = host.load(host.function("emscripten_get_sbrk_ptr")());
  const before = staticData(memory, heapBase);
  const held = new Map<number, number>();
  const early = new Set<number>();
  const note = (object: number, change: number) => {
    if (starting.has(memory)) early.add(object >>> 0);
    const count = (held.get(object >>> 0) ?? 0) + change;
    if (count > 0) held.set(object >>> 0, count);
    else held.delete(object >>> 0);
  };
  const imports = Object.fromEntries(IMPORTS.map((name) => [name, exports[name]!]));
  const instantiate = () => instantiateTracedKernel(module, memory, table, imports, { held: note });
  const [kernel, parts] = [instantiate(), instantiate()];
  installPools(host, kernel, parts);
  starting.add(memory);
  seats.set(memory, { kernel, parts, held, early, heapBase, before });
  const seen: Record<string, WebAssembly.ExportValue> = { ...exports };
  for (const name of TAKING) seen[name] = kernel.incrementReference;
  for (const name of DROPPING) seen[name] = kernel.decrementReference;
  return seen;
}

/** A copy of all up to the last word that is not 0: C's stack, which nobody has used, is behind that. */
function staticData(memory: WebAssembly.Memory, heapBase: number): Uint32Array {
  const words = new Uint32Array(memory.buffer, 0, heapBase >>> 2);
  let length = words.length;
  while (length > 0 && words[length - 1] === 0) length--;
  return words.slice(0, length);
}

/** Puts the pools before malloc. They share their counters, so that either knows the bytes of both. */
function installPools(host: Host, kernel: TracedKernel, parts: TracedKernel): void {
  const room = host.allocate(2 * ALLOCATOR);
  const system = room + ALLOCATOR;
  host.function("PyMem_GetAllocator")(RAW, system);
  for (const instance of [kernel, parts]) instance.setSystemAllocator(system);
  const domains = kernel.setPool(host.allocate(kernel.poolScratch())) >>> 0;
  parts.setPool(host.allocate(parts.poolScratch()));
  parts.setDomains(domains);
  for (const [domain, instance, context] of [
    [MEM, parts, domains],
    [OBJ, kernel, domains + COUNTERS],
  ] as const) {
    const functions = host.addToTable(POOL_FUNCTIONS.map((name) => instance[name]));
    const words = [context, ...POOL_FUNCTIONS.map((_, i) => functions + i)];
    words.forEach((word, i) => {
      host.store(room + 4 * i, word);
    });
    host.function("PyMem_SetAllocator")(domain, room);
    instance.startPool();
  }
}
