/**
 * Options from JavaScript: checks them all and fills in the defaults. A wrong one is an `OptionError` that
 * names the option, the value and what is allowed; nothing is ignored or guessed.
 */
import type { MoultOptions } from "../api.js";
import { OptionError } from "../errors.js";
import { suggestion } from "./suggest.js";
import { API_OPTIONS, type ApiOptionName, COMMAND_NAMES, type Option } from "./table.js";

/** Options that may be off: no limit, and the kernel inside the library. */
type Optional = "memoryLimit" | "kernel";

/** Options with every default filled in. */
export type ResolvedOptions = Readonly<
  Required<Omit<MoultOptions, Optional>> & { [N in Optional]: NonNullable<MoultOptions[N]> | undefined }
>;

/** Checks the options given to `attach`. Throws an `OptionError`. */
export function resolveOptions(api: MoultOptions = {}): ResolvedOptions {
  const given: unknown = api;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new OptionError(`the options must be an object like { plan: "generational" }, not ${quote(given)}`);
  }
  for (const name of Object.keys(given)) checkName(name);
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(API_OPTIONS) as ApiOptionName[]) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) checkValue(name, value);
    values[name] = value === undefined ? API_OPTIONS[name].default : value;
  }
  // Each value passed its kind's `is`, and the compiler holds the table to MoultOptions' types.
  return Object.freeze(values) as unknown as ResolvedOptions;
}

/** Throws an `OptionError` when `attach` has no option of this name. */
export function checkName(name: string): asserts name is ApiOptionName {
  if (Object.hasOwn(API_OPTIONS, name)) return;
  if (COMMAND_NAMES.some((known) => known === name)) {
    throw new OptionError(`"${name}" is an option of the command line only; in JavaScript use moult.on()`);
  }
  throw new OptionError(`unknown option ${quote(name)}${suggestion(name, Object.keys(API_OPTIONS))}`);
}

/** Throws an `OptionError` when the option called `name` does not allow this value. */
export function checkValue(name: ApiOptionName, value: unknown): void {
  const { kind } = API_OPTIONS[name] as unknown as Option<unknown>;
  if (!kind.is(value)) {
    throw new OptionError(`option "${name}" can't be ${quote(value)}; allowed: ${kind.allowed}`);
  }
}

/** A value as an error message shows it: short, on one line, never throwing. */
export function quote(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
