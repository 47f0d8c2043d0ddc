/** Values as the text of a flag or a variable. */
import type { Kind } from "./kinds.js";

/** Words for true and false. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "true", "yes", "on"].map((word) => [word, true] as const),
  ...["0", "false", "no", "off"].map((word) => [word, false] as const),
]);

/** The first of what a text can stand for that the kind allows: itself, a truth value, a number. Undefined: none is. */
export function parseValue<T>(kind: Kind<T>, text: string): T | undefined {
  const word = text.trim();
  // Where there are few numbers, they are written in one way only: neither 0x2 nor 2.0.
  const isNumber = kind.choices === undefined ? word !== "" : kind.choices.includes(word);
  const candidates: readonly unknown[] = [
    text,
    WORDS.get(word.toLowerCase()),
    isNumber ? Number(word) : undefined,
  ];
  return candidates.find(kind.is);
}
