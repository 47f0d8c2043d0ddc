/**
 * Taking the heap's picture. Phases:
 *
 *   1 open     once for each CPython: the heap kernel is put beside the kernel, and told what that knows (Python code runs)
 *   2 room     scratch memory: 1/32 of memory for the bitmap, and half a megabyte
 *   3 reach    the kernel finds every object, from the collector's lists, roots, frames and PyProxies
 *   4 emit     the kernel tells of all in the order of addresses; the graph is built as it does
 *   5 rest     what no root reaches is accounted for (complete.ts)
 *
 * From 2 to 5 no Python code runs, and nothing is written to but scratch memory: objects, counts and lists are as before.
 */
import { learnFieldNames } from "../cpython/field-names.js";
import { type LiveFrame, liveFrames } from "../cpython/live-frames.js";
import type { Machine } from "../cpython/machine.js";
import { bytearrayFrame } from "../cpython/object-size.js";
import { flagsOf, Subclass, typeOf } from "../cpython/object-type.js";
import { TextReader } from "../cpython/text.js";
import { FACTS_BYTES, TypeFacts, WEAK_NAME } from "../cpython/type-facts.js";
import { MoultError } from "../errors.js";
import { type Border, learnJsProxies, readBorder } from "./border.js";
import { type Describer, GraphBuilder, type Group } from "./builder.js";
import { complete } from "./complete.js";
import { GC_ROOTS, type HeapGraph, NodeType, ROOT } from "./graph.js";
import { type HeapKernel, instantiateHeapKernel } from "./kernel.js";

/** Bytes of scratch memory beside the bitmap. */
const STACK_BYTES = 256 * 1024;
const BUFFER_BYTES = 64 * 1024;
const ALIGNMENT = 64;
/** Memory that a byte of the bitmap stands for. */
const PER_BYTE = 32;
/** Memory may grow while scratch memory is allocated, which then is too small: tried again so often. */
const ATTEMPTS = 4;
/** Characters of a string, and of a key, that the graph keeps. */
const TEXT_LIMIT = 100;
const KEY_LIMIT = 60;
/** The first groups of a graph, after the root and the roots. */
const HELD_BY_C = 2;
const HELD_BY_JAVASCRIPT = 3;
const GARBAGE = 4;
const TYPES = 5;
const FRAMES = 6;
const FIXED_GROUPS = 7;

/** Scratch memory of one capture, or kept for one. */
export interface Scratch {
  readonly address: number;
  readonly bytes: number;
}

/** Captures of one CPython. */
export class HeapCapture {
  readonly #machine: Machine;
  readonly #kernel: HeapKernel;
  readonly #text: TextReader;
  readonly #facts: TypeFacts;
  readonly #codeLocals: number;
  readonly #functionName: number;
  readonly #nodes = new Map<number, { type: number; name: string }>();
  #take: (words: number) => void = () => {};

  /** Opens it; Python code runs. Throws a MoultError: "kernel-invalid", "unsupported-runtime". */
  constructor(machine: Machine, module: WebAssembly.Module) {
    const { runtime, guard, layout, instances, state } = machine;
    this.#machine = machine;
    this.#text = new TextReader(runtime, layout.tupleItems);
    const learned = learnFieldNames(state);
    this.#facts = new TypeFacts(runtime, this.#text, learned);
    this.#codeLocals = learned.codeLocals;
    const functionFields = learned.fields.get(runtime.symbol("PyFunction_Type")) ?? [];
    this.#functionName = functionFields.find(({ name }) => name === "__qualname__")?.offset ?? 0;
    const python: WebAssembly.ModuleImports = {};
    for (const name of ["PyType_IsSubtype", "PyList_Append"]) python[name] = runtime.function(name);
    const kernel = instantiateHeapKernel(module, runtime.memory, runtime.table, python, {
      probeTraverse: (type, object) => guard.probe(type >>> 0, object >>> 0),
      describeFacts: (type) => this.#facts.describe(type >>> 0),
      flush: (words) => this.#take(words),
    });
    this.#kernel = kernel;
    const type = (name: string) => runtime.symbol(`Py${name}_Type`);
    const weakref = (name: string) => runtime.symbol(`_PyWeakref_${name}Type`);
    kernel.setContainerTypes(type("List"), type("Tuple"), type("Dict"), type("Set"), type("FrozenSet"));
    kernel.setWeakrefTypes(weakref("Ref"), weakref("Proxy"), weakref("CallableProxy"));
    kernel.setTypeFunctions(instances.traverse, runtime.load(type("Type") + 164));
    kernel.setLearned(instances.learned);
    kernel.setSharedKeys(instances.sharedKeys);
    kernel.setDictVisitsInline(Number(instances.dictVisitsInline));
    kernel.setTupleItems(layout.tupleItems);
    kernel.setCharacterShift(this.#text.characterShift);
    const { before, after } = bytearrayFrame(runtime);
    kernel.setBytearrayFrame(before, after);
    kernel.setFrameFields(
      learned.frameExecutable,
      state.fact("frameLocals"),
      learned.codeLocals,
      learned.codeStack,
      type("Code"),
    );
    learnJsProxies(machine);
    const first = runtime.addToTable([kernel.visitReach, kernel.visitEmit, kernel.visitFind]);
    kernel.setHeapVisitors(first, first + 1, first + 2);
  }

  /** Bytes of scratch memory that a capture takes now. */
  get scratchBytes(): number {
    return this.scratchBytesFor(this.#machine.runtime.memory.buffer.byteLength);
  }

  /** The same for memory of another size. */
  scratchBytesFor(memoryBytes: number): number {
    return (
      Math.ceil(memoryBytes / PER_BYTE) +
      STACK_BYTES +
      BUFFER_BYTES +
      FACTS_BYTES +
      this.#kernel.typesScratch() +
      ALIGNMENT
    );
  }

  /**
   * Captures the heap. Not from within a collection.
   *
   * @param kept scratch memory from before, for when there is none left
   * @throws MoultError "busy", "out-of-memory"
   */
  capture(kept?: Scratch): HeapGraph {
    return this.#within(kept, (scratch) => this.#capture(scratch));
  }

  /**
   * Appends all objects that refer to an object to a Python list, as `gc.get_referrers` finds them, and dicts for their keys too.
   * The search begins beside the object, and ends when as many references are found as its count says.
   *
   * @param but is left out, as is the list
   * @returns false on an error, which Python has then
   */
  referrers(object: number, into: number, but: number): boolean {
    const references = this.#referencesFromObjects(object);
    return this.#within(undefined, (scratch) => {
      this.#lay(scratch);
      const { state } = this.#machine;
      const [first, end] = [state.address, state.address + state.fact("gcSize")];
      let left = this.#kernel.findAround(object, into, but, references, first, end);
      const searched = this.#kernel.searchedList() >>> 0;
      for (const list of this.#machine.state.lists) {
        if (left <= 0) break;
        if (list !== searched) left = this.#kernel.findReferrers(list, object, into, but, left);
      }
      return left >= 0;
    });
  }

  /** How many references there may be from objects: those that frames have are known. */
  #referencesFromObjects(object: number): number {
    const held = this.#liveFrames().reduce(
      (sum, { owned }) => sum + owned.filter((slot) => slot === object).length,
      0,
    );
    return Math.min(Math.max(0, this.#machine.runtime.load(object) - held), 0x7fff_ffff);
  }

  /** True when a live object may be at an address. */
  looksLikeObject(address: number): boolean {
    return this.#kernel.looksLikeObject(address) !== 0;
  }

  #within<T>(kept: Scratch | undefined, action: (scratch: Scratch) => T): T {
    const { runtime, state } = this.#machine;
    if (state.collecting) {
      const message =
        "the heap can't be looked at in the middle of a collection (from a finalizer or a callback of gc)";
      throw new MoultError("busy", message);
    }
    const scratch = kept ?? this.#allocate();
    try {
      return action(scratch);
    } finally {
      if (kept === undefined) runtime.free(scratch.address);
    }
  }

  /** Scratch memory, large enough also for what memory has grown by meanwhile. */
  #allocate(): Scratch {
    const { runtime } = this.#machine;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const bytes = this.scratchBytes;
      const address = runtime.tryAllocate(bytes);
      if (address === 0) break;
      if (this.scratchBytes <= bytes) return { address, bytes };
      runtime.free(address);
    }
    const message = `no memory for looking at the heap: that takes ${this.scratchBytes} bytes; free some, or raise the memory limit`;
    throw new MoultError("out-of-memory", message);
  }

  /** Divides scratch memory; returns where the bitmap and the buffer are. */
  #lay({ address, bytes }: Scratch): { stack: number; buffer: number; bitmap: number; bitmapBytes: number } {
    const start = Math.ceil(address / 16) * 16;
    const stack = start;
    const buffer = stack + STACK_BYTES;
    const facts = buffer + BUFFER_BYTES;
    const types = facts + FACTS_BYTES;
    const bitmap = Math.ceil((types + this.#kernel.typesScratch()) / 8) * 8;
    this.#facts.begin(facts);
    this.#kernel.setTypesScratch(types);
    this.#kernel.forgetTypes();
    return { stack, buffer, bitmap, bitmapBytes: Math.floor((address + bytes - bitmap) / 8) * 8 };
  }

  #capture(scratch: Scratch): HeapGraph {
    const { runtime, roots, kernel: tracer } = this.#machine;
    const kernel = this.#kernel;
    const { stack, buffer, bitmap, bitmapBytes } = this.#lay(scratch);
    kernel.setBuffer(buffer, BUFFER_BYTES);
    if (kernel.beginReach(bitmap, bitmapBytes, stack, STACK_BYTES) === 0)
      throw new MoultError(
        "out-of-memory",
        "memory has grown beyond the scratch memory that was kept for a snapshot",
      );
    const border = readBorder(runtime.pyodide);
    const groups = this.#groups(border);
    for (const list of this.#machine.state.lists) kernel.reachAll(list);
    for (const { object } of groups.flatMap((group) => group.objects)) kernel.reach(object);
    const interned = new Set(roots.interned());
    for (const dict of interned) kernel.reach(dict);
    const objects = kernel.finishReach() >>> 0;
    const describer = this.#describer(border, interned, (object) => tracer.jsProxySlot(object) >>> 0);
    const reached = { words: runtime.words, bitmap, bitmapBytes, objects };
    const builder = new GraphBuilder(describer, reached, groups, border.objects);
    this.#take = (words) => builder.take(runtime.words, buffer >>> 2, words);
    this.#nodes.clear();
    try {
      kernel.emitAll();
    } finally {
      this.#take = () => {};
    }
    const graph = builder.finish(border.objects, {
      python: this.#machine.version,
      takenAt: Date.now(),
      memoryBytes: runtime.memory.buffer.byteLength,
      allocatedBytes: this.#machine.allocators.inPlace ? tracer.bytesInUse() >>> 0 : null,
    });
    const rest = { heldByC: HELD_BY_C, heldByJavaScript: HELD_BY_JAVASCRIPT, garbage: GARBAGE };
    return complete(graph, builder.counts, rest);
  }

  /** The root, and the groups of roots below it. */
  #groups(border: Border): Group[] {
    const { roots } = this.#machine;
    const frames = this.#liveFrames().map((frame) => this.#frame(frame));
    const [interpreter = 0, modules = 0, sys = 0, builtins = 0, ...types] = roots.objects();
    const synthetic = (name: string, number: number): Group => ({
      name,
      type: NodeType.synthetic,
      id: 4 * number + 1,
      objects: [],
    });
    const list = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: String(i), group: from + i }));
    const firstFrame = FIXED_GROUPS;
    const firstProxy = firstFrame + frames.length;
    const below = [HELD_BY_C, HELD_BY_JAVASCRIPT, GARBAGE, TYPES, FRAMES];
    return [
      { ...synthetic("", ROOT), groups: [{ name: "(GC roots)", group: GC_ROOTS }] },
      {
        ...synthetic("(GC roots)", GC_ROOTS),
        groups: below.map((group) => ({ name: GROUP_NAMES[group]!, group })),
        objects: [
          { name: "sys.modules", object: modules },
          { name: "sys", object: sys },
          { name: "builtins", object: builtins },
          { name: "interpreter", object: interpreter },
        ],
      },
      synthetic(GROUP_NAMES[HELD_BY_C]!, HELD_BY_C),
      {
        ...synthetic(GROUP_NAMES[HELD_BY_JAVASCRIPT]!, HELD_BY_JAVASCRIPT),
        groups: list(firstProxy, border.proxies.length),
      },
      synthetic(GROUP_NAMES[GARBAGE]!, GARBAGE),
      {
        ...synthetic(GROUP_NAMES[TYPES]!, TYPES),
        objects: types.map((object, name) => ({ name, object })),
      },
      { ...synthetic(GROUP_NAMES[FRAMES]!, FRAMES), groups: list(firstFrame, frames.length) },
      ...frames.map((frame, i) => ({ ...synthetic(frame.name, FIXED_GROUPS + i), objects: frame.objects })),
      ...border.proxies,
    ];
  }

  #liveFrames(): LiveFrame[] {
    return liveFrames(this.#machine.state, (code) => this.#localNames(code).length);
  }

  /** What a frame refers to, by the names of its local variables. Only what looks like an object. */
  #frame({ code, slots, fields }: LiveFrame): Pick<Group, "name" | "objects"> {
    const names = this.#localNames(code);
    const held = fields.filter(({ object }) => object !== 0 && this.looksLikeObject(object));
    const objects = slots.flatMap((object, i) => {
      if (object === 0 || !this.looksLikeObject(object)) return [];
      const local = names[i];
      return [local === undefined ? { name: i, object } : { name: local, object, isLocal: true }];
    });
    return { name: `frame of ${this.#codeName(code)}`, objects: [...objects, ...held] };
  }

  #isCode(object: number): boolean {
    const { runtime } = this.#machine;
    return object !== 0 && object % 4 === 0 && typeOf(runtime, object) === runtime.symbol("PyCode_Type");
  }

  #localNames(code: number): string[] {
    if (this.#codeLocals === 0 || !this.#isCode(code)) return [];
    const { runtime, layout } = this.#machine;
    const tuple = runtime.load(code + this.#codeLocals);
    return Array.from({ length: runtime.load(tuple + 8) }, (_, i) =>
      this.#text.text(runtime.load(tuple + layout.tupleItems + 4 * i), TEXT_LIMIT),
    );
  }

  #codeName(code: number): string {
    if (!this.#isCode(code)) return "unknown code";
    const [name, file] = ["codeName", "codeFile"].map((field) => this.#codeField(code, field as "codeName"));
    return `${name} (${file})`;
  }

  #codeField(code: number, field: "codeName" | "codeFile"): string {
    const string = this.#machine.runtime.load(code + this.#machine.state.codeFields[field]);
    return this.looksLikeObject(string) && this.#text.isText(string)
      ? this.#text.text(string, TEXT_LIMIT)
      : "?";
  }

  #describer(border: Border, interned: ReadonlySet<number>, slotOf: (object: number) => number): Describer {
    const { runtime } = this.#machine;
    const strings = runtime.symbol("PyUnicode_Type");
    const functions = runtime.symbol("PyFunction_Type");
    return {
      node: (object, type) => {
        if (type === strings) return { type: NodeType.string, name: this.#text.text(object, TEXT_LIMIT) };
        if (type === functions && this.#functionName !== 0) {
          const name = runtime.load(object + this.#functionName);
          return { type: NodeType.closure, name: this.#text.text(name, TEXT_LIMIT) };
        }
        return this.#nodeOfType(type);
      },
      key: (object) => this.#text.key(object, KEY_LIMIT),
      text: (object) => this.#text.text(object, TEXT_LIMIT),
      edge: (number) => ({ name: this.#facts.names.texts[number]!, isWeak: number === WEAK_NAME }),
      outside: (object) => {
        const slot = slotOf(object);
        const node = slot === 0 ? undefined : border.nodeOfSlot(slot);
        return node === undefined ? [] : [node];
      },
      holdsWeakly: (object) => interned.has(object),
    };
  }

  #nodeOfType(type: number): { type: number; name: string } {
    const known = this.#nodes.get(type);
    if (known !== undefined) return known;
    const { runtime } = this.#machine;
    const name = this.#facts.className(type);
    const isCode = type === runtime.symbol("PyCode_Type");
    const isNumber = (flagsOf(runtime, type) & Subclass.int) !== 0 || type === runtime.symbol("PyFloat_Type");
    const made = { type: isCode ? NodeType.code : isNumber ? NodeType.number : NodeType.object, name };
    this.#nodes.set(type, made);
    return made;
  }
}

const GROUP_NAMES: readonly string[] = [
  "",
  "(GC roots)",
  "(held by C code)",
  "(held by JavaScript)",
  "(garbage not collected yet)",
  "(built-in types)",
  "(frames)",
];
