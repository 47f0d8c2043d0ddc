/**
 * How wide a string's characters are. Apart from text.ts, which only the heap tools need: object-size.ts is in every program.
 */
import type { Runtime } from "./runtime.js";

/** Where a string has its state. */
export const STATE = 16;

/**
 * Where in a string's state the bytes of a character stand: found on strings whose characters have one, two and four. Not from
 * inside of the allocator.
 */
export function findCharacterShift(runtime: Runtime): number {
  const states = [0x61, 0x4e00, 0x1f600].map((character) => {
    const string = runtime.function("PyUnicode_FromOrdinal")(character) >>> 0;
    if (string === 0) {
      runtime.function("PyErr_Clear")();
      return 0;
    }
    const state = runtime.load(string + STATE);
    runtime.function("Py_DecRef")(string);
    return state;
  });
  const fits = (shift: number) => states.every((state, i) => ((state >>> shift) & 7) === 1 << i);
  return Array.from({ length: 30 }, (_, shift) => shift).find(fits) ?? 0;
}
