/** The heap kernel as TypeScript sees it; what each function does stands where it is defined, under kernel/heap/. */
import { MoultError } from "../errors.js";
import { inlinedBytes } from "../kernel/inlined.js";
import type { TableFunction } from "../kernel/kernel.js";
import { HEAP_KERNEL_GZIP_BASE64 } from "./binary.js";

/** The exports of kernel/heap/. Numbers are addresses, indices or counts in CPython's memory. */
export interface HeapKernel {
  setTypesScratch(address: number): void;
  typesScratch(): number;
  forgetTypes(): void;
  setContainerTypes(list: number, tuple: number, dict: number, set: number, frozenset: number): void;
  setWeakrefTypes(reference: number, proxy: number, callableProxy: number): void;
  setTypeFunctions(subtypeTraverse: number, typeIsGc: number): void;
  setLearned(triples: number): void;
  setSharedKeys(offset: number): void;
  setDictVisitsInline(visits: number): void;
  setTupleItems(offset: number): void;
  setCharacterShift(shift: number): void;
  setBytearrayFrame(before: number, after: number): void;
  setFrameFields(executable: number, locals: number, names: number, stack: number, codeType: number): void;
  setHeapVisitors(reach: number, emit: number, find: number): void;
  setBuffer(address: number, bytes: number): void;
  bitmapBytes(): number;
  beginReach(bitmap: number, bytes: number, stack: number, stackBytes: number): number;
  reach(object: number): void;
  reachAll(list: number): void;
  finishReach(): number;
  looksLikeObject(address: number): number;
  emitAll(): void;
  findAround(
    object: number,
    into: number,
    but: number,
    references: number,
    first: number,
    end: number,
  ): number;
  searchedList(): number;
  findReferrers(list: number, object: number, into: number, but: number, references: number): number;
  readonly visitReach: TableFunction;
  readonly visitEmit: TableFunction;
  readonly visitFind: TableFunction;
}

/** What the heap kernel asks. */
export interface HeapKernelHost {
  probeTraverse(type: number, object: number): number;
  /** Address of the facts of a type. */
  describeFacts(type: number): number;
  /** The buffer holds so many words, which are to be taken now. */
  flush(words: number): void;
}

/** Compiles the heap kernel that comes inside the library. */
export async function compileHeapKernel(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inlinedBytes(HEAP_KERNEL_GZIP_BASE64));
}

/** Instantiates it over CPython's memory, table and functions. Throws a MoultError "kernel-invalid". */
export function instantiateHeapKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
  python: WebAssembly.ModuleImports,
  moult: HeapKernelHost,
): HeapKernel {
  try {
    return new WebAssembly.Instance(module, {
      env: { memory, table },
      python,
      moult: moult as unknown as WebAssembly.ModuleImports,
    }).exports as unknown as HeapKernel;
  } catch (error) {
    throw new MoultError(
      "kernel-invalid",
      `the module of the heap tools is not Moult's heap kernel: ${error}`,
      {
        cause: error,
      },
    );
  }
}
