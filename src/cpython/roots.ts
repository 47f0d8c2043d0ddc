/** Roots that stay the same for as long as the interpreter lives, apart from frames. */
import type { Kernel } from "../kernel/kernel.js";
import { markFrames } from "./frames.js";
import type { GcState } from "./gc-state.js";

const TP_FLAGS = 84;
const HEAPTYPE = 1 << 9;
const READY = 1 << 12;

/**
 * Where marking begins: sys.modules, the sys module's dict, builtins, the interpreter's own dict, and what
 * belongs to static types, which are in no Python object. Missing one costs time, never correctness.
 *
 *   ╒═ the interpreter's record of a static type ═══════════════════════════════╕
 *   │ type │ is built-in │ readying │ ready │ tp_dict │ tp_weaklist │ tp_subclasses │
 *   └────────────────────────────────────────────────────────────────────────────┘
 */
export class Roots {
  readonly #state: GcState;
  /** Addresses of words that each hold an object, or 0. */
  readonly #words: readonly number[];

  constructor(state: GcState) {
    this.#state = state;
    const named = (["importsModules", "sysdict", "builtins"] as const).map((name) =>
      state.interpreterWord(name),
    );
    this.#words = [...named, ...staticTypeWords(state)];
  }

  /** Proposes all roots to the kernel. */
  mark(kernel: Kernel): void {
    const { runtime, interpreter } = this.#state;
    kernel.markRoot(runtime.function("PyInterpreterState_GetDict")(interpreter) >>> 0);
    for (const word of this.#words) kernel.markRoot(runtime.load(word));
    markFrames(this.#state, kernel);
  }
}

/**
 * The words of the interpreter that hold the dicts and the subclasses of static types. A record is recognised by a
 * static type and the dict that CPython says is that type's, standing at their distance.
 */
function staticTypeWords(state: GcState): number[] {
  const { runtime } = state;
  const getDict = runtime.function("PyType_GetDict");
  const release = runtime.function("Py_DecRef");
  const dictType = runtime.symbol("PyDict_Type");
  const isStaticType = staticTypeTest(state);
  const words: number[] = [];
  const end = state.interpreter + state.fact("interpreterSize");
  for (let word = state.interpreter + 16; word < end; word += 4) {
    const type = runtime.load(word - 16);
    if (!isStaticType(type)) continue;
    const dict = getDict(type) >>> 0;
    if (dict !== 0) release(dict); // The type keeps it for ever.
    if (dict === 0 || runtime.load(word) !== dict) continue;
    words.push(word);
    const subclasses = runtime.load(word + 8);
    if (subclasses === 0 || runtime.load(subclasses + 4) === dictType) words.push(word + 8);
  }
  return words;
}

/** Tells static types that are ready from every other word. */
function staticTypeTest({ runtime }: GcState): (word: number) => boolean {
  const typeType = runtime.symbol("PyType_Type");
  const top = runtime.bytes.length - 256;
  return (word) => {
    if (word % 4 !== 0 || word < 1024 || word > top || runtime.load(word + 4) !== typeType) return false;
    const flags = runtime.load(word + TP_FLAGS);
    return (flags & HEAPTYPE) === 0 && (flags & READY) !== 0;
  };
}
