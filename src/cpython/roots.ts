/** Roots that stay the same for as long as the interpreter lives, apart from frames. */
import type { Kernel } from "../kernel/kernel.js";
import { dictEntry, dictSize, isDict } from "./dicts.js";
import { markFrames, type RootVisitor } from "./frames.js";
import type { GcState } from "./gc-state.js";
import { flagsOf, TypeFlag, typeOf } from "./object-type.js";

/** Entries looked at before a dict is taken for that of the interned strings; it has thousands. */
const LARGE = 500;

/**
 * Where marking begins: sys.modules, the sys module's dict, builtins, the interpreter's own dict, and what
 * belongs to static types, which are in no Python object. Missing one costs time, never correctness.
 *
 *   ╒═ the interpreter's record of a static type ═════════════════════════════════════════════╕
 *   │ type │ is built-in (not in 3.13) │ readying │ ready │ tp_dict │ tp_subclasses │ tp_weaklist │
 *   └──────────────────────────────────────────────────────────────────────────────────────────┘
 */
export class Roots {
  readonly #state: GcState;
  /** Addresses of words that each hold an object, or 0. */
  readonly #words: readonly number[];
  /** Words that each hold the dict of interned strings: it leads nowhere, so a mark is all it needs. */
  readonly #interned: readonly number[];

  constructor(state: GcState) {
    this.#state = state;
    const named = (["importsModules", "sysdict", "builtins"] as const).map((name) =>
      state.interpreterWord(name),
    );
    this.#words = [...named, ...staticTypeWords(state)];
    this.#interned = internedWords(state);
  }

  /** Marks, after everything else, what leads nowhere. */
  markLeaves(kernel: Kernel): void {
    for (const word of this.#interned) kernel.markLeaf(this.#state.runtime.load(word));
  }

  /**
   * What roots hold, frames apart: the interpreter's own dict, sys.modules, the dicts of sys and builtins, and then what belongs
   * to static types. 0 where there is nothing.
   */
  objects(): number[] {
    const { runtime, interpreter } = this.#state;
    const own = runtime.function("PyInterpreterState_GetDict")(interpreter) >>> 0;
    return [own, ...this.#words.map((word) => runtime.load(word))];
  }

  /** The dicts of interned strings, which hold none of them. */
  interned(): number[] {
    return this.#interned.map((word) => this.#state.runtime.load(word));
  }

  /** Proposes all roots to the kernel, or to another visitor. */
  mark(visitor: RootVisitor): void {
    for (const object of this.objects()) visitor.markRoot(object);
    markFrames(this.#state, visitor);
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
  const isStaticType = staticTypeTest(state);
  const words: number[] = [];
  const end = state.interpreter + state.fact("interpreterSize");
  for (let at = state.interpreter; at < end; at += 4) {
    const type = runtime.load(at);
    if (!isStaticType(type)) continue;
    const dict = getDict(type) >>> 0;
    if (dict !== 0) release(dict); // The type keeps it for ever.
    const word = [at + 12, at + 16].find((place) => dict !== 0 && runtime.load(place) === dict);
    if (word === undefined) continue;
    words.push(word);
    const subclasses = runtime.load(word + 4);
    if (subclasses === 0 || isDict(runtime, subclasses)) words.push(word + 4);
  }
  return words;
}

/** The words of the interpreter that hold a large dict whose every key is its own value, and a string. */
function internedWords(state: GcState): number[] {
  const { runtime } = state;
  const stringType = runtime.symbol("PyUnicode_Type");
  const isInterned = (word: number) => {
    if (!isDict(runtime, word) || dictSize(runtime, word) < LARGE) return false;
    for (let place = 0; place < LARGE; place++) {
      const { key, value } = dictEntry(runtime, word, place);
      if (key !== value || (key !== 0 && runtime.load(key + 4) !== stringType)) return false;
    }
    return true;
  };
  const end = state.interpreter + state.fact("interpreterSize");
  const words: number[] = [];
  for (let at = state.interpreter; at < end; at += 4) if (isInterned(runtime.load(at))) words.push(at);
  return words;
}

/** Tells static types that are ready from every other word. */
function staticTypeTest({ runtime }: GcState): (word: number) => boolean {
  const typeType = runtime.symbol("PyType_Type");
  const top = runtime.bytes.length - 256;
  return (word) => {
    if (word % 4 !== 0 || word < 1024 || word > top || typeOf(runtime, word) !== typeType) return false;
    const flags = flagsOf(runtime, word);
    return (flags & TypeFlag.heapType) === 0 && (flags & TypeFlag.ready) !== 0;
  };
}
