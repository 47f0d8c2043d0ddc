/**
 * The kernel in CPython before its interpreter starts, so that the pool has every block from the first on.
 *
 *   loadPyodide ──▶ WebAssembly.instantiate ──▶ start of the interpreter ──▶ … ──▶ attach
 *                            └─ here: seat, pool                                    └─ takes the seat over
 *
 * Pyodide has no hook there. So while a load is under way, the two functions by which it can instantiate CPython have
 * another in front of them, that looks at what comes out and changes nothing of it. Whatever fails here fails quietly:
 * then the pool begins when Moult is attached.
 */

import { Host } from "./runtime.js";
import { type Seat, seatKernel } from "./seat.js";

/** What tells CPython from other modules, and what is needed of it. */
const MARKS = ["PyMem_SetAllocator", "Py_InitializeFromConfig", "malloc"] as const;

interface Early {
  readonly module: WebAssembly.Module;
  readonly host: Host;
  readonly seat: Seat;
}

/** Seats that nobody has taken over yet. */
const seats = new WeakMap<WebAssembly.Memory, Early>();
/** Loads that are under way. */
let loads = 0;
let unwatch = () => {};

/**
 * Runs `load`, with the kernel and its pool in each CPython that comes to be meanwhile.
 *
 * @param module the kernel, to be given to `openMachine` as well
 */
export async function withEarlyPool<T>(module: WebAssembly.Module, load: () => Promise<T>): Promise<T> {
  if (loads++ === 0) unwatch = watchInstances((exports) => takeEarlySeat(module, exports));
  try {
    return await load();
  } finally {
    if (--loads === 0) unwatch();
  }
}

/** The seat that was taken in this memory by this kernel, with its blocks, once; undefined where there is none. */
export function earlySeat(host: Host, module: WebAssembly.Module): Seat | undefined {
  const early = seats.get(host.memory);
  if (early === undefined) return undefined;
  seats.delete(host.memory);
  if (early.module !== module) {
    early.seat.allocators.uninstall();
    return undefined;
  }
  host.adopt(early.host);
  return early.seat;
}

function takeEarlySeat(module: WebAssembly.Module, exports: WebAssembly.Exports): undefined {
  const { memory, __indirect_function_table: table } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table)) return;
  if (MARKS.some((name) => typeof exports[name] !== "function")) return;
  const host = new Host(memory, table, (name) => exports[name]);
  const seat = seatKernel(host, module);
  if (seat.allocators.install()) seats.set(memory, { module, host, seat });
}

/**
 * Shows `look` the exports of every instance, until the function that it returns is called.
 *
 * @param look may answer with exports that are to be seen in place of these
 */
export function watchInstances(
  look: (exports: WebAssembly.Exports) => WebAssembly.Exports | undefined,
): () => void {
  const { instantiate, instantiateStreaming } = WebAssembly;
  const watched = <A extends unknown[], R>(original: (...args: A) => Promise<R>) =>
    async function (this: unknown, ...args: A): Promise<R> {
      const result = await original.apply(this, args);
      try {
        const seen = look(instanceOf(result).exports);
        if (seen !== undefined) return withExports(result, seen);
      } catch {
        // Said above: then there is no early pool.
      }
      return result;
    };
  WebAssembly.instantiate = watched(
    instantiate as (...args: unknown[]) => Promise<unknown>,
  ) as typeof instantiate;
  if (instantiateStreaming !== undefined) WebAssembly.instantiateStreaming = watched(instantiateStreaming);
  return () => {
    WebAssembly.instantiate = instantiate;
    if (instantiateStreaming !== undefined) WebAssembly.instantiateStreaming = instantiateStreaming;
  };
}

/** `WebAssembly.instantiate` gives an instance for a module, and a pair for bytes. */
function instanceOf(result: unknown): WebAssembly.Instance {
  return result instanceof WebAssembly.Instance
    ? result
    : (result as WebAssembly.WebAssemblyInstantiatedSource).instance;
}

/** The same with other exports, which those of an instance cannot be exchanged for. */
function withExports<R>(result: R, exports: WebAssembly.Exports): R {
  const instance = { exports };
  return (result instanceof WebAssembly.Instance ? instance : { ...result, instance }) as R;
}
