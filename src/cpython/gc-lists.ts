/** Walking the collector's lists from TypeScript: slow, and independent of the kernel. */
import type { Runtime } from "./runtime.js";

/** Bytes between a header and its object. */
export const HEAD = 8;

/** The objects of a list, in order. */
export function* objectsOf(runtime: Runtime, list: number): Iterable<number> {
  for (let head = runtime.load(list) & ~3; head !== list; head = runtime.load(head) & ~3)
    yield (head + HEAD) >>> 0;
}
