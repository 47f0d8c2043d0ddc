/**
 * Kinds of option values. A kind knows the values it allows; what an error or a manual page says about a value comes from
 * here. A new kind is one more function in this file. What a text stands for on the command line is in parse.ts.
 */
import type { HeapToolsModule } from "../heap/api.js";
import { bytesOf, SIZES } from "./bytes.js";

/** The values that an option allows. Invariant in `T`: a table entry must match its field exactly. */
export interface Kind<T> {
  /** What is allowed, to end a sentence: "an integer from 0 to 3". */
  readonly allowed: string;
  /** The values one by one, where they are few. */
  readonly choices?: readonly string[];
  readonly is: (value: unknown) => value is T;
  /** Never there: for the compiler alone, which else would let a kind of fewer values pass for one of more. */
  readonly takes?: (value: T) => void;
}

/** One of a few words. */
export function choice<const W extends readonly string[]>(words: W): Kind<W[number]> {
  const is = (value: unknown): value is W[number] => typeof value === "string" && words.includes(value);
  return {
    allowed: words.map((word) => JSON.stringify(word)).join(" or "),
    choices: words,
    is,
  };
}

/** One of a few consecutive whole numbers. */
export function level<const N extends readonly number[]>(levels: N): Kind<N[number]> {
  const is = (value: unknown): value is N[number] => typeof value === "number" && levels.includes(value);
  const choices = levels.map(String);
  return {
    allowed: `an integer from ${choices[0]} to ${choices[choices.length - 1]}`,
    choices,
    is,
  };
}

/** A time in milliseconds, above 0. */
export function milliseconds(): Kind<number> {
  const is = (value: unknown): value is number =>
    typeof value === "number" && Number.isFinite(value) && value > 0;
  return {
    allowed: "a number of milliseconds above 0",
    is,
  };
}

/** A size of memory. It stays as it was written; `bytesOf` reads it. */
export function size(): Kind<number | string> {
  const is = (value: unknown): value is number | string => bytesOf(value) !== undefined;
  return {
    allowed: SIZES,
    is,
  };
}

/** True or false; a flag without an argument. */
export function toggle(): Kind<boolean> {
  return {
    allowed: "true or false",
    is: (value): value is boolean => typeof value === "boolean",
  };
}

/** The name of a file. */
export function file(): Kind<string> {
  const is = (value: unknown): value is string => typeof value === "string" && value !== "";
  return {
    allowed: "the name of a file",
    is,
  };
}

/** Whether the heap tools are loaded, or the tools themselves; those have no text form. */
export function heapTools(): Kind<"auto" | "off" | HeapToolsModule> {
  const words = choice(["auto", "off"]);
  return {
    allowed: `${words.allowed}, or what "moult/heap" exports as tools`,
    choices: ["auto", "off"],
    is: (value): value is "auto" | "off" | HeapToolsModule =>
      words.is(value) || typeof (value as Partial<HeapToolsModule> | null | undefined)?.bind === "function",
  };
}

/** A compiled WebAssembly module; it has no text form. */
export function wasmModule(): Kind<WebAssembly.Module> {
  return {
    allowed: "a WebAssembly.Module",
    // By its tag, not by instanceof: a module may come from another realm (an iframe, a vm context).
    is: (value): value is WebAssembly.Module =>
      Object.prototype.toString.call(value) === "[object WebAssembly.Module]",
  };
}
