/** Roots that stay the same for as long as the interpreter lives, apart from frames. */
import type { Kernel } from "../kernel/kernel.js";
import { markFrames } from "./frames.js";
import type { GcState } from "./gc-state.js";

const TP_FLAGS = 84;
const HEAPTYPE = 1 << 9;
const READY = 1 << 12;

/**
 * Where marking begins: sys.modules, the sys module's dict, builtins, the interpreter's own dict, and the
 * dicts of static types, which are in no Python object. Missing one costs time, never correctness.
 */
export class Roots {
  readonly #state: GcState;
  /** A block of `#fixedCount` addresses of objects that are never freed. */
  readonly #fixed: number;
  readonly #fixedCount: number;

  constructor(state: GcState) {
    const { runtime } = state;
    const objects = [
      runtime.function("PyInterpreterState_GetDict")(state.interpreter) >>> 0,
      ...staticDicts(state),
    ];
    this.#state = state;
    this.#fixedCount = objects.length;
    this.#fixed = runtime.allocate(objects.length * 4);
    objects.forEach((object, i) => {
      runtime.store(this.#fixed + 4 * i, object);
    });
  }

  /** Proposes all roots to the kernel. */
  mark(kernel: Kernel): void {
    const { runtime } = this.#state;
    for (const name of ["importsModules", "sysdict", "builtins"] as const) {
      kernel.markRoot(runtime.load(this.#state.interpreterWord(name)));
    }
    kernel.markRoots(this.#fixed, this.#fixedCount);
    markFrames(this.#state, kernel);
  }

  free(): void {
    this.#state.runtime.free(this.#fixed);
  }
}

/** The dicts of the static types that CPython exports. */
function staticDicts(state: GcState): number[] {
  const { runtime } = state;
  const getDict = runtime.function("PyType_GetDict");
  const release = runtime.function("Py_DecRef");
  const typeType = runtime.symbol("PyType_Type");
  const dicts: number[] = [];
  for (const name of runtime.symbolNames()) {
    if (!name.endsWith("_Type")) continue;
    const type = runtime.symbol(name);
    const flags = runtime.load(type + TP_FLAGS);
    if (runtime.load(type + 4) !== typeType || (flags & HEAPTYPE) !== 0 || (flags & READY) === 0) continue;
    const dict = getDict(type) >>> 0;
    if (dict === 0) continue;
    release(dict); // The type keeps it for ever.
    dicts.push(dict);
  }
  return dicts;
}
