/**
 * Which memory a kernel touches: a copy of it is made that reports the address of every load and store,
 * and the distinct cache lines and pages among them are counted.
 *
 * Counted are the kernel's own accesses, to objects as well as to its bitmap and stacks. Not counted are
 * bulk operations (memory.fill, memory.copy) and what CPython's functions touch that the kernel calls:
 * tp_traverse of types that it does not trace itself, finalizers, deallocation.
 */
import binaryen from "assemblyscript/binaryen";

export const LINE_BYTES = 64;
const LINE_SHIFT = 6;
const PAGE_SHIFTS = { pages4k: 12, pages64k: 16 };

/** @typedef {{ accesses: number, lines: number, pages4k: number, pages64k: number }} Footprint */

/**
 * @param {Uint8Array} kernel  bytes of a WebAssembly module
 * @returns {Uint8Array<ArrayBuffer>} the same module, calling `env.load_ptr` and `env.store_ptr` before each access
 */
export function instrument(kernel) {
  const module = binaryen.readBinary(kernel);
  try {
    module.runPasses(["instrument-memory"]);
    return new Uint8Array(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** Records the cache lines behind the addresses that an instrumented module reports. */
export class Recorder {
  /** One byte a line; grows with the memory. */
  #lines = new Uint8Array((256 << 20) >>> LINE_SHIFT);
  #accesses = 0;

  /** What an instrumented module imports from "env"; values pass through unchanged. */
  imports() {
    /** @param {number} _id @param {unknown} value */
    const pass = (_id, value) => value;
    /** @param {number} _id @param {number} bytes @param {number} offset @param {number} address */
    const access = (_id, bytes, offset, address) => {
      this.#touch((address >>> 0) + (offset >>> 0), bytes);
      return address;
    };
    const values = ["i32", "i64", "f32", "f64"].flatMap((type) => [`load_val_${type}`, `store_val_${type}`]);
    const growth = ["memory_grow_pre", "memory_grow_post"];
    return {
      load_ptr: access,
      store_ptr: access,
      ...Object.fromEntries([...values, ...growth].map((name) => [name, pass])),
    };
  }

  /** What was touched since the last call. @returns {Footprint} */
  take() {
    const result = { accesses: this.#accesses, lines: 0, pages4k: 0, pages64k: 0 };
    let last4k = -1;
    let last64k = -1;
    for (let line = this.#lines.indexOf(1); line >= 0; line = this.#lines.indexOf(1, line + 1)) {
      result.lines++;
      const page4k = line >>> (PAGE_SHIFTS.pages4k - LINE_SHIFT);
      const page64k = line >>> (PAGE_SHIFTS.pages64k - LINE_SHIFT);
      if (page4k !== last4k) result.pages4k++;
      if (page64k !== last64k) result.pages64k++;
      last4k = page4k;
      last64k = page64k;
    }
    this.#lines.fill(0);
    this.#accesses = 0;
    return result;
  }

  /** @param {number} address @param {number} bytes */
  #touch(address, bytes) {
    this.#accesses++;
    const first = address >>> LINE_SHIFT;
    const last = (address + bytes - 1) >>> LINE_SHIFT;
    if (last >= this.#lines.length) {
      const larger = new Uint8Array(Math.max(last + 1, this.#lines.length * 2));
      larger.set(this.#lines);
      this.#lines = larger;
    }
    this.#lines[first] = 1;
    this.#lines[last] = 1;
  }
}

/**
 * Hands the recorder's functions to any instrumented module that is instantiated from now on. The code
 * that instantiates the kernel knows nothing of them, and should not.
 *
 * @param {Recorder} recorder
 */
export function serveInstrumentedModules(recorder) {
  const { Instance } = WebAssembly;
  const instantiate = WebAssembly.instantiate.bind(WebAssembly);
  /** @param {unknown} module @param {WebAssembly.Imports} imports @returns {WebAssembly.Imports} */
  const complete = (module, imports) => {
    const wanted = module instanceof WebAssembly.Module ? WebAssembly.Module.imports(module) : [];
    if (!wanted.some(({ name }) => name === "load_ptr")) return imports;
    return { ...imports, env: { ...imports.env, ...recorder.imports() } };
  };
  WebAssembly.Instance = class extends Instance {
    /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
    constructor(module, imports = {}) {
      super(module, complete(module, imports));
    }
  };
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  const completed = (module, imports = {}) => instantiate(module, complete(module, imports));
  WebAssembly.instantiate = /** @type {typeof WebAssembly.instantiate} */ (
    /** @type {unknown} */ (completed)
  );
}
