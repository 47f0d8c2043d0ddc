/** The traced kernel as TypeScript sees it; what each function does stands where it is defined, under kernel/traced/. */
import { MoultError } from "../errors.js";
import { inlinedBytes } from "../kernel/inlined.js";
import type { TableFunction } from "../kernel/kernel.js";
import { TRACED_KERNEL_GZIP_BASE64 } from "./binary.js";

/** The exports of kernel/traced/. Numbers are addresses, indices or counts in CPython's memory. */
export interface TracedKernel {
  setSystemAllocator(allocator: number): void;
  setDomains(address: number): void;
  bytesInUse(): number;
  setAlarm(bytes: number): void;
  setTrigger(enabled: number, collecting: number, threshold: number, count: number): void;
  arenaBytes(): number;
  mapAddress(): number;
  mapEntries(): number;
  poolScratch(): number;
  setPool(scratch: number): number;
  startPool(): void;
  readonly poolMalloc: TableFunction;
  readonly poolCalloc: TableFunction;
  readonly poolRealloc: TableFunction;
  readonly poolFree: TableFunction;
  kindsScratch(): number;
  setKinds(scratch: number): void;
  setContainerKinds(
    type: number,
    list: number,
    tuple: number,
    dict: number,
    set: number,
    frozenset: number,
    code: number,
    fn: number,
    generator: number,
  ): void;
  setLeafKinds(
    text: number,
    integer: number,
    float: number,
    boolean: number,
    complex: number,
    bytes: number,
  ): void;
  setBytesKinds(...types: readonly number[]): void;
  setBorrowingKinds(entry: number, buffer: number): void;
  setNumbersKind(random: number): void;
  setWeakrefKinds(reference: number, proxy: number, callableProxy: number): void;
  forgetKinds(): void;
  setFirstChunk(block: number): void;
  endOfChunks(end: number): number;
  lookAround(map: number, entries: number, end: number): void;
  countLarge(end: number): number;
  countSmall(): number;
  tabulateLarge(into: number, end: number): number;
  bitsFor(end: number): number;
  queueFor(end: number): number;
  beginMarks(bitmap: number, end: number, waiting: number, queue: number): void;
  setMade(bits: number, end: number): void;
  /** The bits are to be cleared. */
  setDeadSet(bits: number): void;
  setFreeBits(bits: number): void;
  setLeafBits(bits: number, bytes: number): void;
  claimFree(): void;
  hideBlock(address: number): void;
  setConstants(table: number, count: number): void;
  markStatic(from: number, to: number): void;
  markDicts(from: number, to: number): void;
  markForeign(own: number): void;
  markObject(object: number): void;
  drain(): void;
  recount(into: number, end: number, candidates: number): number;
  release(): number;
  gatherDead(from: number, to: number): void;
  readonly incrementReference: TableFunction;
  readonly decrementReference: TableFunction;
}

/** What it asks for: JavaScript takes a reference (1) or drops one (-1). */
export interface TracedKernelHost {
  held(object: number, change: number): void;
}

/** Compiles the traced kernel that comes inside the library. */
export async function compileTracedKernel(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inlinedBytes(TRACED_KERNEL_GZIP_BASE64));
}

/** Instantiates it over CPython's memory, table and functions. Throws a MoultError "kernel-invalid". */
export function instantiateTracedKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
  python: WebAssembly.ModuleImports,
  moult: TracedKernelHost,
): TracedKernel {
  try {
    return new WebAssembly.Instance(module, {
      env: { memory, table },
      python,
      // Its pool is never switched off.
      moult: { ...moult, poolDrained() {} },
    }).exports as unknown as TracedKernel;
  } catch (cause) {
    throw new MoultError("kernel-invalid", `the traced kernel does not fit this CPython: ${cause}`, {
      cause,
    });
  }
}
