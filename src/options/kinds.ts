/**
 * Kinds of option values. A kind knows the values it allows, reads one from the text of a flag or a
 * variable, and prints one back; what an error or a manual page says about a value comes from here.
 * A new kind (a date, a list) is one more function in this file.
 */
import type { HeapToolsModule } from "../heap/api.js";
import { bytesOf, SIZES } from "./bytes.js";

/** The values that an option allows. Invariant in `T`: a table entry must match its field exactly. */
export interface Kind<T> {
  /** Its TypeScript type, as the documentation prints it. */
  readonly type: string;
  /** What is allowed, to end a sentence: "an integer from 0 to 3". */
  readonly allowed: string;
  /** The argument in `--help`, e.g. "<level>"; undefined for a switch that takes none. */
  readonly argument?: string;
  /** The values one by one, where they are few. */
  readonly choices?: readonly string[];
  readonly is: (value: unknown) => value is T;
  /** Reads the text of a flag or a variable; undefined when it is not allowed. */
  readonly parse: (text: string) => T | undefined;
  readonly show: (value: T) => string;
}

/** One of a few words. */
export function choice<const W extends readonly string[]>(argument: string, words: W): Kind<W[number]> {
  const is = (value: unknown): value is W[number] => typeof value === "string" && words.includes(value);
  return {
    type: words.map((word) => JSON.stringify(word)).join(" | "),
    allowed: words.map((word) => JSON.stringify(word)).join(" or "),
    argument: `<${argument}>`,
    choices: words,
    is,
    parse: (text) => (is(text) ? text : undefined),
    show: (value) => value,
  };
}

/** One of a few consecutive whole numbers. */
export function level<const N extends readonly number[]>(argument: string, levels: N): Kind<N[number]> {
  const is = (value: unknown): value is N[number] => typeof value === "number" && levels.includes(value);
  const choices = levels.map(String);
  return {
    type: choices.join(" | "),
    allowed: `an integer from ${choices[0]} to ${choices[choices.length - 1]}`,
    argument: `<${argument}>`,
    choices,
    is,
    parse: (text) => levels.find((candidate) => String(candidate) === text.trim()),
    show: String,
  };
}

/** A time in milliseconds, above 0. */
export function milliseconds(): Kind<number> {
  const is = (value: unknown): value is number =>
    typeof value === "number" && Number.isFinite(value) && value > 0;
  return {
    type: "number",
    allowed: "a number of milliseconds above 0",
    argument: "<ms>",
    is,
    parse: (text) => (text.trim() !== "" && is(Number(text)) ? Number(text) : undefined),
    show: String,
  };
}

/** A size of memory. It stays as it was written; `bytesOf` reads it. */
export function size(): Kind<number | string> {
  const is = (value: unknown): value is number | string => bytesOf(value) !== undefined;
  return {
    type: "number | string",
    allowed: SIZES,
    argument: "<size>",
    is,
    parse: (text) => (is(text) ? text : undefined),
    show: String,
  };
}

const WORDS: Readonly<Record<string, boolean>> = {
  "1": true,
  true: true,
  yes: true,
  on: true,
  "0": false,
  false: false,
  no: false,
  off: false,
};

/** True or false; a flag without an argument. */
export function toggle(): Kind<boolean> {
  return {
    type: "boolean",
    allowed: "true or false",
    is: (value): value is boolean => typeof value === "boolean",
    parse: (text) => {
      const word = text.trim().toLowerCase();
      return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    },
    show: String,
  };
}

/** The name of a file. */
export function file(): Kind<string> {
  const is = (value: unknown): value is string => typeof value === "string" && value !== "";
  return {
    type: "string",
    allowed: "the name of a file",
    argument: "<file>",
    is,
    parse: (text) => (is(text) ? text : undefined),
    show: (value) => value,
  };
}

/** Whether the heap tools are loaded, or the tools themselves; those have no text form. */
export function heapTools(): Kind<"auto" | "off" | HeapToolsModule> {
  const words = choice("mode", ["auto", "off"]);
  return {
    type: `${words.type} | HeapToolsModule`,
    allowed: `${words.allowed}, or what "moult/heap" exports as tools`,
    argument: "<mode>",
    choices: ["auto", "off"],
    is: (value): value is "auto" | "off" | HeapToolsModule =>
      words.is(value) || typeof (value as Partial<HeapToolsModule> | null | undefined)?.bind === "function",
    parse: words.parse,
    show: (value) => (typeof value === "string" ? value : "(loaded tools)"),
  };
}

/** A compiled WebAssembly module; it has no text form. */
export function wasmModule(): Kind<WebAssembly.Module> {
  return {
    type: "WebAssembly.Module",
    allowed: "a WebAssembly.Module",
    // By its tag, not by instanceof: a module may come from another realm (an iframe, a vm context).
    is: (value): value is WebAssembly.Module =>
      Object.prototype.toString.call(value) === "[object WebAssembly.Module]",
    parse: () => undefined,
    show: () => "(a module)",
  };
}
