/**
 * A bridge pass, from the TypeScript side: scratch memory, roots and lists in, edges to mirror out. What the phases are is
 * said in kernel/bridge/pass.ts.
 *
 * CPython's visit_decref lends its place in the function table to the pass: since 3.14 a frame's tp_traverse leaves out
 * references that nobody owns only for that one visitor. Nothing but the pass runs meanwhile.
 */
import type { Machine } from "../cpython/machine.js";
import { typeName } from "../cpython/type-name.js";

/** Bytes of the mark stack; what does not fit costs another sweep. */
const STACK = 1 << 18;
/** Bytes of memory for each byte of the two mark bitmaps. */
const PER_BYTE = 32;
/** Nodes that there is room for at least. */
const SPARE = 4096;
const BYTES_PER_PAIR = 8;
const GENERATIONS = [0, 1, 2] as const;

/** What a finalizer that has not run keeps from being let go. */
export interface Held {
  /** Name of the class with the finalizer. */
  readonly type: string;
  readonly proxies: number;
}

/** What a pass found. */
export interface Trace {
  /** Objects that Python's roots don't reach. */
  readonly nodes: number;
  /** Of these, how many are held by references that nobody accounts for. */
  readonly outside: number;
  /** How many mirror nodes there are to be. */
  readonly mirrors: number;
  /** Two words each: number of the holder, and slot << 1 | 1 or the number of a mirror node << 1. */
  readonly pairs: Uint32Array;
  /** For each object asked for, the number of its mirror node, or -1. */
  readonly mirrorOf: Int32Array;
  readonly held: readonly Held[];
}

/** What is to be held besides what has references from outside. */
export interface TraceRules {
  /** Let finalizers find that the JavaScript objects are gone. */
  readonly permissive: boolean;
  /** What weak references lead to can be reached without a PyProxy: so it is held. */
  readonly holdsReferenced: boolean;
}

/** Runs bridge passes over one machine. */
export class Tracer {
  readonly #machine: Machine;
  /** How many nodes the last pass had: the next one begins with room for twice as many. */
  #nodes = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * One pass. Python must not be running.
   *
   * @param owned the object of each reference that PyProxies own
   * @returns undefined when there was no memory for it
   */
  run(owned: readonly number[], rules: TraceRules): Trace | undefined {
    const { kernel, runtime, visitDecref } = this.#machine;
    const blocks: number[] = [];
    const scratch = (bytes: number) => {
      const address = runtime.tryScratch(bytes);
      if (address !== 0) blocks.push(address);
      return address;
    };
    const visitor = runtime.table.get(visitDecref);
    kernel.forgetTypes();
    try {
      runtime.table.set(visitDecref, kernel.visitBridge);
      return this.#mark(scratch) ? this.#trace(owned, rules, scratch) : undefined;
    } finally {
      runtime.table.set(visitDecref, visitor);
      for (const block of blocks) runtime.free(block);
    }
  }

  #mark(scratch: (bytes: number) => number): boolean {
    const { kernel, runtime, roots } = this.#machine;
    const stack = scratch(STACK);
    // Asking for the bitmaps may make memory grow, and then they are too small: so there is a bit to spare.
    const bytes = Math.ceil((runtime.memory.buffer.byteLength * 1.25) / PER_BYTE / 16) * 16;
    const bitmaps = scratch(bytes);
    if (stack === 0 || bitmaps === 0 || kernel.beginBridgeMarks(bitmaps, bytes, stack, STACK) === 0)
      return false;
    roots.mark({ markRoot: kernel.bridgeRoot });
    kernel.bridgeMark();
    return true;
  }

  #trace(owned: readonly number[], rules: TraceRules, scratch: (bytes: number) => number): Trace | undefined {
    const { kernel, state } = this.#machine;
    const lists = [...GENERATIONS.map((generation) => state.generation(generation)), state.permanent];
    for (let size = powerOfTwo(2 * Math.max(this.#nodes, owned.length) + SPARE); ; size *= 2) {
      const block = scratch(kernel.bridgeBlock(size));
      if (block === 0) return undefined;
      kernel.beginBridgeNodes(block, size);
      for (const list of lists) kernel.bridgeTake(list);
      for (const object of owned) kernel.bridgeOwn(object);
      kernel.bridgeExplain();
      kernel.bridgeRescue();
      kernel.bridgeReach();
      if (rules.holdsReferenced) kernel.bridgeHoldReferenced();
      const held = rules.permissive ? [] : this.#holdFinalizers();
      const most = kernel.bridgeDraw();
      if (kernel.isBridgeFull()) continue;
      const into = scratch(Math.max(1, most) * BYTES_PER_PAIR);
      return into === 0 ? undefined : this.#read(into, owned, held);
    }
  }

  #holdFinalizers(): Held[] {
    const { kernel, runtime } = this.#machine;
    const held: Held[] = [];
    for (let next = kernel.bridgeHoldFinalizer(0); next !== 0; next = kernel.bridgeHoldFinalizer(next)) {
      const holder = kernel.bridgeHolder() >>> 0;
      if (holder !== 0) held.push({ type: typeName(runtime, holder), proxies: kernel.bridgeHeldProxies() });
    }
    return held;
  }

  #read(into: number, owned: readonly number[], held: readonly Held[]): Trace {
    const { kernel, runtime } = this.#machine;
    const count = kernel.bridgeWritePairs(into);
    const pairs = runtime.words.slice(into >>> 2, (into >>> 2) + 2 * count);
    const mirrorOf = Int32Array.from(owned, (object) => kernel.bridgeMirrorOf(object) - 1);
    this.#nodes = kernel.bridgeNodes();
    return {
      nodes: this.#nodes,
      outside: kernel.bridgeOutside(),
      mirrors: kernel.bridgeMirrors(),
      pairs,
      mirrorOf,
      held,
    };
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}
