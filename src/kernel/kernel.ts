/**
 * The kernel as TypeScript sees it: its exports, typed, and how to get an instance.
 *
 * All numbers are addresses, table indices or counts in CPython's memory (32 bits, unsigned).
 */
import { MoultError } from "../errors.js";
import { KERNEL_GZIP_BASE64 } from "./binary.js";
import { inlinedBytes } from "./inlined.js";

/** Traits that `trashSurvey` reports; the same bits as in kernel/trace/types.ts. */
export const Trait = { finalizer: 1 << 10, legacyDel: 1 << 11, weakref: 1 << 12, weaklist: 1 << 13 } as const;

/** Kinds of tracing; the same numbers as in kernel/trace/types.ts. */
export const Kind = {
  leaf: 0,
  generic: 1,
  list: 2,
  tuple: 3,
  dict: 4,
  set: 5,
  instance: 6,
  fixed: 7,
  opaque: 8,
} as const;

/** A function of the kernel that goes into CPython's function table. */
export type TableFunction = (...args: number[]) => number;

/** The kernel's exports; what each does stands where it is defined, under kernel/. */
export interface Kernel {
  // Set up
  setTypesScratch(address: number): void;
  typesScratch(): number;
  setContainerTypes(list: number, tuple: number, dict: number, set: number, frozenset: number): void;
  setWeakrefTypes(reference: number, proxy: number, callableProxy: number): void;
  setTypeFunctions(subtypeTraverse: number, typeIsGc: number): void;
  setInstanceFunctions(clear: number, dealloc: number): void;
  setLearned(pairs: number): void;
  setPlainFree(object: number, free: number): void;
  setSharedKeys(offset: number): void;
  setDictVisitsInline(visits: number): void;
  setImmortal(count: number): void;
  setTupleItems(offset: number): void;
  setVisitors(
    mark: number,
    first: number,
    subtract: number,
    rescue: number,
    gather: number,
    gate: number,
    inspect: number,
  ): void;
  setTexts(callbackError: number, clearError: number, debugLine: number, argumentArea: number): void;
  setMarks(address: number, size: number): void;
  setListHeads(first: number, end: number): void;
  setCandidateSet(address: number, size: number): void;
  wipeCandidates(bytes: number): void;
  setFrozen(address: number, size: number): void;
  setMarkStack(address: number, size: number): void;
  setMarkQueue(address: number): void;
  setWaiting(address: number): void;
  waitingScratch(): number;
  // The pool
  poolScratch(): number;
  setPool(scratch: number): number;
  setSystemAllocator(allocator: number): void;
  startPool(): void;
  stopPool(): number;
  setTrigger(enabled: number, collecting: number, threshold: number, count: number): void;
  setAlarm(bytes: number): void;
  bytesInUse(): number;
  arenaBytes(): number;
  pageAfter(page: number): number;
  pageBlockSize(page: number): number;
  pageBlocks(page: number): number;
  pageCapacity(page: number): number;
  poolFault(): number;
  // Lists
  initList(list: number): void;
  size(list: number): number;
  merge(from: number, to: number): void;
  moveFirst(from: number, to: number, count: number): void;
  /** Marks all objects of a list, as what a cycle under way is not to suspect. */
  markAll(list: number): void;
  setSpace(list: number, bits: number): void;
  clearCollectingAll(list: number): void;
  isWellFormed(list: number): number;
  appendObjects(list: number, to: number): number;
  // Phases
  forgetTypes(): void;
  freezeAll(list: number): number;
  knowsFrozen(list: number): number;
  thaw(list: number): void;
  beginGates(): void;
  findGates(count: number): number;
  beginMark(sweeps: number): number;
  markRoot(object: number): void;
  markLeaf(object: number): void;
  drain(): number;
  resumeMark(): void;
  wipe(bytes: number): number;
  markSlice(count: number): number;
  beginSort(): void;
  sortOld(list: number, last: number, count: number): number;
  sortedCount(): number;
  slotsOfLargest(): number;
  beginGroups(): void;
  takeGroup(into: number, least: number): number;
  hearAll(list: number): void;
  beginHearing(): void;
  takeUnmarked(work: number, into: number): void;
  takeAll(list: number): number;
  deduce(candidates: number, reachable: number, unreachable: number, untracksTuples: number): number;
  untrackDicts(list: number): void;
  takeLegacy(trash: number, legacy: number, rest: number): void;
  keepLegacy(legacy: number, garbage: number, old: number, all: number): void;
  printObjects(list: number, message: number): void;
  handleWeakrefs(trash: number, pending: number, old: number, clearAll: number): number;
  clearWeakrefs(trash: number): void;
  finalize(trash: number, seen: number): number;
  clearTrash(trash: number, cursor: number, old: number, plainly: number): void;
  holdTrash(trash: number, into: number, old: number): void;
  clearHeld(from: number, end: number, plainly: number): void;
  saveTrash(trash: number, garbage: number, old: number): void;
  // What the phases found
  examinedCount(): number;
  candidateCount(): number;
  trashCount(): number;
  trashSurvey(): number;
  callbacksCalled(): number;
  currentObject(): number;
  // The bridge
  setJsProxyBase(type: number): void;
  jsProxySlot(object: number): number;
  jsProxyThisSlot(object: number): number;
  setGeneratorStates(created: number, suspended: number, finished: number): void;
  setGenerators(
    type: number,
    state: number,
    instruction: number,
    resume: number,
    resumeCheck: number,
    depthOne: number,
  ): void;
  setFutures(future: number, task: number, report: number, bit: number, state: number): void;
  beginBridgeMarks(bitmaps: number, bytes: number, stack: number, stackBytes: number): number;
  bridgeRoot(object: number): void;
  bridgeMark(count: number): number;
  resumeBridgeMark(): void;
  bridgeBlock(nodes: number): number;
  beginBridgeNodes(block: number, nodes: number): void;
  isBridgeFull(): number;
  bridgeNodes(): number;
  bridgeTake(list: number): void;
  bridgeOwn(object: number): void;
  bridgeExplain(): void;
  bridgeRescue(): void;
  bridgeOutside(): number;
  bridgeReach(): void;
  bridgeHoldReferenced(): void;
  bridgeHoldFinalizer(from: number): number;
  bridgeHolder(): number;
  bridgeHeldProxies(): number;
  bridgeDraw(): number;
  bridgeWritePairs(into: number): number;
  bridgeMirrors(): number;
  bridgeMirrorOf(object: number): number;
  // Inspection
  kindOfObject(object: number): number;
  isGcObject(object: number): number;
  inspect(object: number): void;
  callTraverse(object: number, visitor: number): number;
  callVisitor(visitor: number, object: number, argument: number): number;
  callPlain(target: number, self: number, args: number): number;
  callFast(target: number, self: number, args: number, nargs: number): number;
  callKeyword(target: number, self: number, args: number, nargs: number, names: number): number;
  startProbe(): void;
  probedVisitor(): number;
  // For CPython's function table
  readonly onTrigger: TableFunction;
  readonly onPending: TableFunction;
  readonly visitMark: TableFunction;
  readonly visitFirst: TableFunction;
  readonly visitRescue: TableFunction;
  readonly visitGather: TableFunction;
  readonly visitGate: TableFunction;
  readonly visitBridge: TableFunction;
  readonly visitInspect: TableFunction;
  readonly visitNothing: TableFunction;
  readonly traverseProbe: TableFunction;
  readonly poolMalloc: TableFunction;
  readonly poolCalloc: TableFunction;
  readonly poolRealloc: TableFunction;
  readonly poolFree: TableFunction;
  readonly mallocTwice: TableFunction;
  readonly [entry: `${"plain" | "fast" | "keyword"}${number}`]: TableFunction;
}

/** What the kernel asks of the TypeScript side. */
export interface KernelHost {
  /** Tries tp_traverse of a type on one of its objects; 0 when it trapped. */
  probeTraverse(type: number, object: number): number;
  /** One referent of an object under inspection. */
  record(object: number): void;
  /** A redirected built-in function was called. */
  call(slot: number, self: number, args: number, nargs: number, kwnames: number): number;
  /** CPython's collector called the private callback; `args` points to phase and info. */
  trigger(args: number): number;
  /** Python reached the safe point that was asked for. */
  pending(): void;
  /** The pool, switched off before, has given back its last page. */
  poolDrained(): void;
}

/** Compiles the kernel that comes inside the library; for hosts that allow compiling at run time. */
export async function compileKernel(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inlinedBytes(KERNEL_GZIP_BASE64));
}

/** Instantiates a compiled kernel over the memory, table and functions of CPython. */
export function instantiateKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
  python: WebAssembly.ModuleImports,
  moult: KernelHost,
): Kernel {
  let exports: WebAssembly.Exports;
  try {
    exports = new WebAssembly.Instance(module, {
      env: { memory, table },
      python,
      moult: moult as unknown as WebAssembly.ModuleImports,
    }).exports;
  } catch (error) {
    throw new MoultError("kernel-invalid", `the module given as \`kernel\` is not Moult's kernel: ${error}`, {
      cause: error,
    });
  }
  if (typeof exports.clearTrash !== "function") {
    throw new MoultError("kernel-invalid", "the module given as `kernel` is not Moult's kernel");
  }
  return exports as unknown as Kernel;
}
