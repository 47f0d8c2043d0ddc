/**
 * During which calls a collection may come. Collections begin where Python code runs, or where it asks for one; a function that
 * calls neither through the table nor out of the module, nor another that does, never gets there.
 */
import { type Instruction, Op } from "../wasm/instructions.js";
import type { Signatures } from "../wasm/signatures.js";

/** Tells for each function, by its index, whether a collection may come while it runs. */
export function collectingFunctions(
  { functions, imported }: Signatures,
  bodies: readonly (readonly Instruction[])[],
): boolean[] {
  const collects = functions.map((_, index) => index < imported);
  const callers = functions.map((): number[] => []);
  const found: number[] = Array.from({ length: imported }, (_, index) => index);
  const add = (index: number) => {
    if (collects[index]) return;
    collects[index] = true;
    found.push(index);
  };
  bodies.forEach((code, i) => {
    for (const { op, value } of code) {
      if (op === Op.callIndirect) add(imported + i);
      else if (op === Op.call) callers[value]!.push(imported + i);
    }
  });
  for (let index = found.pop(); index !== undefined; index = found.pop()) callers[index]!.forEach(add);
  return collects;
}
