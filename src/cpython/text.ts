/** Reading strings, and what other keys of dicts look like, from memory alone: no Python code runs. */
import { findCharacterShift, STATE } from "./characters.js";
import { flagsOf, nameOf, Subclass, typeName, typeOf } from "./object-type.js";
import type { Runtime } from "./runtime.js";

const LENGTH = 8;
const ASCII_CHARACTERS = 20;
const CHARACTERS = 28;
const BYTES_START = 16;
/** Digits of an int are of 30 bits; two of them fit a number. */
const DIGIT = 2 ** 30;
const NONE_SIGN = 1;
const NEGATIVE = 2;
/** Items of a tuple that are shown. */
const SHOWN = 4;

/** Reads texts. Characters beyond `limit` are cut, and "…" stands for them. */
export class TextReader {
  readonly #runtime: Runtime;
  readonly #tupleItems: number;
  readonly #constants: ReadonlyMap<number, string>;
  /** Where in a string's state the bytes of a character stand. */
  readonly characterShift: number;

  /** Not from inside of the allocator: strings are made to learn from. */
  constructor(runtime: Runtime, tupleItems: number) {
    this.#runtime = runtime;
    this.#tupleItems = tupleItems;
    this.characterShift = findCharacterShift(runtime);
    this.#constants = new Map([
      [runtime.symbol("_Py_NoneStruct"), "None"],
      [runtime.symbol("_Py_TrueStruct"), "True"],
      [runtime.symbol("_Py_FalseStruct"), "False"],
    ]);
  }

  /** True for strings, and instances of subclasses. */
  isText(object: number): boolean {
    return this.#isA(object, Subclass.str);
  }

  /** The text of a string. */
  text(string: number, limit = Number.POSITIVE_INFINITY): string {
    const runtime = this.#runtime;
    const length = runtime.load(string + LENGTH);
    const state = runtime.load(string + STATE) >>> this.characterShift;
    const [width, isCompact, isAscii] = [state & 7, (state & 8) !== 0, (state & 16) !== 0];
    const compact = string + (isAscii ? ASCII_CHARACTERS : CHARACTERS);
    const start = isCompact ? compact : runtime.load(string + CHARACTERS);
    const shown = Math.min(length, limit);
    const bytes = runtime.bytes;
    let text = "";
    for (let i = 0; i < shown; i++) {
      const at = start + i * width;
      let code = bytes[at]!;
      if (width > 1) code |= bytes[at + 1]! << 8;
      if (width > 2) code |= (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      text += width > 2 ? characterOf(code) : String.fromCharCode(code);
    }
    return shown < length ? `${text}…` : text;
  }

  /** A key as Python would write it, as far as that can be read. */
  key(object: number, limit: number, depth = 0): string {
    const constant = this.#constants.get(object);
    if (constant !== undefined) return constant;
    if (this.#isA(object, Subclass.str)) return JSON.stringify(this.text(object, limit));
    if (this.#isA(object, Subclass.int)) return this.#integer(object) ?? this.#address(object);
    if (this.#isA(object, Subclass.bytes)) return this.#bytes(object, limit);
    if (this.#isA(object, Subclass.type)) return nameOf(this.#runtime, object);
    if (depth < 2 && this.#isA(object, Subclass.tuple)) return this.#tuple(object, limit, depth);
    return this.#address(object);
  }

  #isA(object: number, flag: number): boolean {
    return (flagsOf(this.#runtime, typeOf(this.#runtime, object)) & flag) !== 0;
  }

  #address(object: number): string {
    return `<${typeName(this.#runtime, object)} at 0x${object.toString(16)}>`;
  }

  /** Undefined for those that are too long. */
  #integer(object: number): string | undefined {
    const word = this.#runtime.load(object + LENGTH);
    const digits = word >>> 3;
    const sign = word & 3;
    if (sign === NONE_SIGN) return "0";
    if (digits > 2) return undefined;
    const low = this.#runtime.load(object + 12);
    const value = BigInt(low) + (digits > 1 ? BigInt(this.#runtime.load(object + 16)) * BigInt(DIGIT) : 0n);
    return String(sign === NEGATIVE ? -value : value);
  }

  #bytes(object: number, limit: number): string {
    const length = this.#runtime.load(object + LENGTH);
    const start = object + BYTES_START;
    const shown = this.#runtime.bytes.subarray(start, start + Math.min(length, limit));
    const text = Array.from(shown, (byte) =>
      byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
    );
    return `b"${text.join("")}${shown.length < length ? "…" : ""}"`;
  }

  #tuple(object: number, limit: number, depth: number): string {
    const length = this.#runtime.load(object + LENGTH);
    const items = Array.from({ length: Math.min(length, SHOWN) }, (_, i) =>
      this.key(this.#runtime.load(object + this.#tupleItems + 4 * i), limit, depth + 1),
    );
    if (length > SHOWN) items.push("…");
    return length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
  }
}

/** Surrogates alone and what is no character stand for themselves, as U+FFFD. */
function characterOf(code: number): string {
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
