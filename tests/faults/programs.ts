/** What the tests of faults have in common: the program that they disturb, and memory that ends. */
import { readFileSync } from "node:fs";

/** Garbage all the time, and what must not be lost: see there. */
export const CHURN = readFileSync("tests/faults/churn.py", "utf8");

/** Runs something with WebAssembly memories that don't grow beyond a limit in bytes. */
export function withFullMemory<T>(limit: number, run: () => T): T {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    if (this.buffer.byteLength + pages * 65_536 > limit)
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    return grow.call(this, pages);
  };
  try {
    return run();
  } finally {
    WebAssembly.Memory.prototype.grow = grow;
  }
}
