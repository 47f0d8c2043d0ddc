/** What the command lines of the random tests read in the same way. */
import { readFileSync } from "node:fs";
import type { MoultOptions } from "../../src/api.js";

/** A count given to an option. @throws TypeError when it is none */
export function number(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`--${name} ${text}: want a number`);
  return Number(text);
}

/** The options that make Moult use the kernel in a file, such as a sabotaged one; none for no file. */
export async function withKernel(file: string | undefined): Promise<MoultOptions> {
  return file === undefined ? {} : { kernel: await WebAssembly.compile(readFileSync(file)) };
}
