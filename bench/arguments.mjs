/** What the command lines of benchmarks have in common. */
import { InvalidArgumentError } from "commander";

/** @param {string} text */
export function positive(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 up");
  return value;
}
