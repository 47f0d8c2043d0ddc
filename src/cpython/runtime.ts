/**
 * A loaded CPython: its memory, its function table, its exported functions and data symbols.
 * Everything here is mechanism; what the bytes mean is in the layouts.
 */
import type { PyodideLike } from "../api.js";
import { MoultError } from "../errors.js";
import { findMemory } from "./memory.js";

/** A raw WebAssembly export of CPython: numbers in, a number (or nothing) out. */
export type CFunction = (...args: number[]) => number;

interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
  readonly wasmTable: WebAssembly.Table;
  readonly [symbol: string]: unknown;
}

function isEmscriptenModule(value: unknown): value is EmscriptenModule {
  const module = value as Partial<EmscriptenModule> | null | undefined;
  return module?.HEAPU8 instanceof Uint8Array && module.wasmTable instanceof WebAssembly.Table;
}

/** A CPython in WebAssembly, be its interpreter started or not: memory, function table, and what it exports. */
export class Host {
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  readonly #find: (name: string) => unknown;
  readonly #functions = new Map<string, CFunction>();
  /** Blocks that are kept for as long as the kernel is in CPython. */
  readonly #kept = new Set<number>();
  #words = new Uint32Array();
  #bytes = new Uint8Array();

  /** @param find an exported function, or the address of exported data, by its name in C */
  constructor(memory: WebAssembly.Memory, table: WebAssembly.Table, find: (name: string) => unknown) {
    this.memory = memory;
    this.table = table;
    this.#find = find;
  }

  /** All of memory. When memory grows, views of it become empty: so this one is made again where it has. */
  get words(): Uint32Array {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.memory.buffer);
    return this.#words;
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** The 32-bit word at an address. */
  load(address: number): number {
    return this.words[address >>> 2] ?? 0;
  }

  store(address: number, word: number): void {
    this.words[address >>> 2] = word;
  }

  /** Address of an exported data symbol, such as `PyList_Type`. */
  symbol(name: string): number {
    const address = this.#find(name);
    if (typeof address !== "number")
      throw new MoultError("unsupported-runtime", `this CPython exports no ${name}`);
    return address;
  }

  /** An exported C function, such as `PyList_New`. */
  function(name: string): CFunction {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const found = this.#find(name);
    if (typeof found !== "function")
      throw new MoultError("unsupported-runtime", `this CPython exports no ${name}`);
    this.#functions.set(name, found as CFunction);
    return found as CFunction;
  }

  /** Zeroed memory from the host's allocator, until `free` or `freeAll`. Throws a MoultError with code "out-of-memory". */
  allocate(bytes: number): number {
    const address = this.tryAllocate(bytes);
    if (address === 0)
      throw new MoultError("out-of-memory", `CPython's memory has no ${bytes} bytes left for Moult`);
    this.bytes.fill(0, address, address + bytes);
    this.#kept.add(address);
    return address;
  }

  /**
   * Memory for the collector's own work, as it comes; 0 when there is none, or when it should do without: a memory
   * limit decides that for as long as it is set.
   */
  tryScratch = (bytes: number): number => this.tryAllocate(bytes);

  /** Memory from the host's allocator, as it comes; 0 when there is none. */
  tryAllocate(bytes: number): number {
    return this.function("PyMem_RawMalloc")(bytes) >>> 0;
  }

  free(address: number): void {
    this.#kept.delete(address);
    this.function("PyMem_RawFree")(address);
  }

  /** Gives back all that `allocate` and `cString` gave. */
  freeAll(): void {
    for (const address of this.#kept) this.free(address);
  }

  /** What another view of the same memory has allocated is this one's to give back. */
  adopt(other: Host): void {
    for (const address of other.#kept) this.#kept.add(address);
    other.#kept.clear();
  }

  /** Puts functions at the end of CPython's function table; returns the index of the first. */
  addToTable(functions: readonly ((...args: number[]) => number)[]): number {
    const first = this.table.grow(functions.length);
    functions.forEach((entry, i) => {
      this.table.set(first + i, entry);
    });
    return first;
  }

  /** A zero-terminated copy of `text`, until `free` or `freeAll`. Throws a MoultError with code "out-of-memory". */
  cString(text: string): number {
    const address = this.tryCString(text);
    if (address === 0) throw new MoultError("out-of-memory", "CPython's memory has no room left for Moult");
    this.#kept.add(address);
    return address;
  }

  /** The same; 0 when there is no memory. */
  tryCString(text: string): number {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const address = this.tryAllocate(bytes.length);
    if (address !== 0) this.bytes.set(bytes, address);
    return address;
  }

  /** The zero-terminated text at an address. */
  readString(address: number): string {
    const end = this.bytes.indexOf(0, address);
    return new TextDecoder().decode(this.bytes.slice(address, end));
  }
}

/** A loaded Pyodide: a host whose interpreter runs. */
export class Runtime extends Host {
  readonly pyodide: PyodideLike;

  /** Throws a MoultError with code "not-pyodide" for anything but a loaded Pyodide. */
  constructor(pyodide: PyodideLike) {
    const module = (pyodide as Partial<PyodideLike> | null | undefined)?._module;
    if (typeof pyodide?.runPython !== "function" || !isEmscriptenModule(module)) {
      throw new MoultError(
        "not-pyodide",
        "attach wants what `await loadPyodide()` returns, and got something else",
      );
    }
    const memory = findMemory(module as unknown as Parameters<typeof findMemory>[0]);
    super(memory, module.wasmTable, (name) => module[`_${name}`]);
    this.pyodide = pyodide;
  }

  /** Runs `action` with a dict for names, of which nothing is left. */
  withNames<T>(action: (namespace: unknown) => T): T {
    const namespace = this.pyodide.runPython("{}") as { clear(): void; destroy(): void };
    try {
      return action(namespace);
    } finally {
      namespace.clear();
      namespace.destroy();
    }
  }

  /** Runs Python in names of its own and returns the integers that `result` evaluates to. */
  evaluateIntegers(code: string, namespace: unknown): number[] {
    const value = this.pyodide.runPython(code, { globals: namespace }) as {
      toJs(): number[];
      destroy(): void;
    };
    try {
      return value.toJs().map(Number);
    } finally {
      value.destroy();
    }
  }
}
