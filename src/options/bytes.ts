/** Sizes of memory as people write them: "256MiB", "1.5GB", or a plain number of bytes. */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** What 32 bits can address: no WebAssembly memory of Pyodide's is larger. */
export const ADDRESSABLE = 2 ** 32;

/** What a size may be, to end a sentence. */
export const SIZES =
  'a size above 0 and up to 4GiB: a number of bytes, or a text with one of the units B, kB, MB, GB, KiB, MiB, GiB, like "256MiB"';

/** The bytes that a size stands for, rounded down; undefined when it is none. */
export function bytesOf(size: unknown): number | undefined {
  if (typeof size === "number") return Number.isInteger(size) ? within(size) : undefined;
  if (typeof size !== "string") return undefined;
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*$/.exec(size) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(UNITS, unit)) return undefined;
  return within(Math.floor(Number(digits) * UNITS[unit]!));
}

function within(bytes: number): number | undefined {
  return bytes > 0 && bytes <= ADDRESSABLE ? bytes : undefined;
}
