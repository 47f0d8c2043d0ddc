/**
 * A bridge pass, from the TypeScript side: scratch memory, roots and lists in, edges to mirror out. What the phases are is
 * said in kernel/bridge/pass.ts.
 *
 *   begin → mark → mark → … → run        with Python running between them
 *   run                                  all at once
 *
 * CPython's visit_decref lends its place in the function table to the pass: since 3.14 a frame's tp_traverse leaves out
 * references that nobody owns only for that one visitor. Nothing but the pass runs meanwhile.
 */
import type { Machine } from "../cpython/machine.js";
import { typeName } from "../cpython/object-type.js";

/** Bytes of the mark stack; what does not fit costs another sweep. */
const STACK = 1 << 18;
/** Bytes of memory for each byte of the two mark bitmaps. */
const PER_BYTE = 32;
/** Nodes that there is room for at least. */
const SPARE = 4096;
const BYTES_PER_PAIR = 8;
/** Objects that are visited between two looks at the clock: some 50 microseconds. */
const PORTION = 1000;
const ALL = 0xffff_ffff;

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
  /** References from Python's own garbage keep nothing; that takes a walk over all objects. */
  readonly thorough: boolean;
}

/** Runs bridge passes over one machine. */
export class Tracer {
  readonly #machine: Machine;
  /** How many nodes the last pass had: the next one begins with room for twice as many. */
  #nodes = 0;
  /** Scratch memory of the pass under way. */
  #blocks: number[] = [];
  /** Marking is under way, or done. */
  #marks = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Begins a pass; false when there was no memory for it. */
  begin(): boolean {
    this.end();
    const { kernel, runtime } = this.#machine;
    const stack = this.#scratch(STACK);
    // Asking for the bitmaps may make memory grow, and then they are too small: so there is a bit to spare.
    const bytes = Math.ceil((runtime.memory.buffer.byteLength * 1.25) / PER_BYTE / 16) * 16;
    const bitmaps = this.#scratch(bytes);
    if (stack !== 0 && bitmaps !== 0 && kernel.beginBridgeMarks(bitmaps, bytes, stack, STACK) !== 0)
      return true;
    this.end();
    return false;
  }

  /**
   * Marks for about `ms` milliseconds; true when all is marked. Python must not be running, and may have run since `begin`.
   */
  mark(ms: number): boolean {
    const { kernel, roots } = this.#machine;
    const deadline = performance.now() + ms;
    return this.#amongVisitors(() => {
      if (this.#marks) kernel.resumeBridgeMark();
      else roots.mark({ markRoot: kernel.bridgeRoot });
      this.#marks = true;
      while (kernel.bridgeMark(PORTION) === 0) if (performance.now() >= deadline) return false;
      return true;
    });
  }

  /**
   * The rest of a pass, all of it if none has begun. Python must not be running.
   *
   * @param owned the object of each reference that PyProxies own
   * @returns undefined when there was no memory for it
   */
  run(owned: readonly number[], rules: TraceRules): Trace | undefined {
    const { kernel, roots } = this.#machine;
    if (this.#marks) kernel.resumeBridgeMark();
    else if (!this.begin()) return undefined;
    try {
      return this.#amongVisitors(() => {
        // Once more, where Python has run: what frames and modules refer to has changed meanwhile.
        roots.mark({ markRoot: kernel.bridgeRoot });
        kernel.bridgeMark(ALL);
        return this.#trace(owned, rules);
      });
    } finally {
      this.end();
    }
  }

  /** Gives scratch memory back; the pass is over. */
  end(): void {
    this.#marks = false;
    for (const block of this.#blocks.splice(0)) this.#machine.runtime.free(block);
  }

  #scratch(bytes: number): number {
    const address = this.#machine.runtime.tryScratch(bytes);
    if (address !== 0) this.#blocks.push(address);
    return address;
  }

  /** With the pass's visitor in the place of visit_decref, and nothing remembered of types, which may have changed. */
  #amongVisitors<T>(action: () => T): T {
    const { kernel, runtime, visitDecref } = this.#machine;
    const visitor = runtime.table.get(visitDecref);
    kernel.forgetTypes();
    try {
      runtime.table.set(visitDecref, kernel.visitBridge);
      return action();
    } finally {
      runtime.table.set(visitDecref, visitor);
    }
  }

  #trace(owned: readonly number[], rules: TraceRules): Trace | undefined {
    const { kernel, state } = this.#machine;
    const lists = rules.thorough ? state.lists : [];
    for (let size = powerOfTwo(2 * Math.max(this.#nodes, owned.length) + SPARE); ; size *= 2) {
      const block = this.#scratch(kernel.bridgeBlock(size));
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
      const into = this.#scratch(Math.max(1, most) * BYTES_PER_PAIR);
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
