/**
 * A kernel that tells of every store it makes: comparing memory before and after can't see a write of what was there
 * already, and such a write makes a copy-on-write page a page of its own too. `memory.fill` and `memory.copy` are not
 * told: the kernel uses them on its bitmaps only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { projectRoot } from "../corpus/cases.js";

/** The addresses of words that the kernel has written. */
export class WriteLog {
  readonly kernel: WebAssembly.Module;
  #words: Set<number> | undefined;

  private constructor(kernel: WebAssembly.Module) {
    this.kernel = kernel;
  }

  /** @param file in `build/`: the kernel, or one of the sabotaged ones */
  static of(file = "kernel.wasm"): WriteLog {
    const module = binaryen.readBinary(readFileSync(join(projectRoot(), "build", file)));
    module.setFeatures(binaryen.Features.All);
    module.runPasses(["instrument-memory"]);
    const log = new WriteLog(new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>));
    module.dispose();
    return log;
  }

  /** Runs `action`, in which the kernel is instantiated: the functions that it calls on every access are given to it. */
  async instantiating<T>(action: () => Promise<T>): Promise<T> {
    const { Instance } = WebAssembly;
    const env = this.#functions();
    WebAssembly.Instance = class extends Instance {
      constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
        super(module, { ...imports, env: { ...env, ...imports?.env } });
      }
    };
    try {
      return await action();
    } finally {
      WebAssembly.Instance = Instance;
    }
  }

  /** The words that the kernel writes while `action` runs. */
  during(action: () => void): Set<number> {
    const words = new Set<number>();
    this.#words = words;
    try {
      action();
    } finally {
      this.#words = undefined;
    }
    return words;
  }

  #functions(): WebAssembly.ModuleImports {
    const seen = (_site: number, value: unknown) => value;
    const functions: Record<string, (...args: never[]) => unknown> = {
      load_ptr: (_site: number, _bytes: number, _offset: number, address: number) => address,
      store_ptr: (_site: number, bytes: number, offset: number, address: number) => {
        const at = (address >>> 0) + offset;
        for (let byte = at & ~3; byte < at + bytes; byte += 4) this.#words?.add(byte);
        return address;
      },
      memory_grow_pre: (_site: number, pages: number) => pages,
      memory_grow_post: seen,
    };
    for (const type of ["i32", "i64", "f32", "f64"]) {
      functions[`load_val_${type}`] = seen;
      functions[`store_val_${type}`] = seen;
      for (const kind of ["struct_get", "struct_set", "array_get", "array_set"])
        functions[`${kind}_val_${type}`] = seen;
    }
    functions.array_get_index = functions.array_set_index = seen;
    return functions as unknown as WebAssembly.ModuleImports;
  }
}
