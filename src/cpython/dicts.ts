/** Reading dicts from outside; kernel/layout/containers.ts has the picture of their layout. */
import type { Runtime } from "./runtime.js";

const USED = 8;
const KEYS = 24;
const LOG2_INDEX_BYTES = 5;
const KIND = 6;
const INDICES = 20;
/** Kind of keys of any type: entries are { hash, key, value }, otherwise { key, value }. */
const GENERAL = 0;
/** The lowest address that an object can have. */
const LOWEST = 1024;

/** True when the word is the address of a dict. */
export function isDict(runtime: Runtime, word: number): boolean {
  if (word % 8 !== 0 || word < LOWEST || word + 64 > runtime.bytes.length) return false;
  return runtime.load(word + 4) === runtime.symbol("PyDict_Type");
}

/** How many items a dict has. */
export function dictSize(runtime: Runtime, dict: number): number {
  return runtime.load(dict + USED);
}

/** Address of a dict's keys object, which instances of a class share. */
export function dictKeys(runtime: Runtime, dict: number): number {
  return runtime.load(dict + KEYS);
}

/** Key and value at a place of a dict that shares its keys with nobody; 0 where there is none. */
export function dictEntry(runtime: Runtime, dict: number, place: number): { key: number; value: number } {
  const keys = dictKeys(runtime, dict);
  const general = runtime.bytes[keys + KIND] === GENERAL;
  const entries = keys + INDICES + 2 ** (runtime.bytes[keys + LOG2_INDEX_BYTES] ?? 0);
  const key = entries + (general ? 12 * place + 4 : 8 * place);
  return { key: runtime.load(key), value: runtime.load(key + 4) };
}
