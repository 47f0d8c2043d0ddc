/**
 * C's malloc, asked a second time when it has failed while CPython collects: for the call to `gc.callbacks` by which we
 * learn of a collection, and with a memory limit only. The first failure makes the limit release a reserve, which that call can
 * only use by asking again. A program's own allocation fails at the first, as the limit promises.
 */
import { systemMalloc } from "../layout/allocator";

/** @param collecting where CPython has its flag of that name: the context that it passes */
export function mallocTwice(collecting: u32, size: u32): u32 {
  let block = systemMalloc(size);
  if (block == 0 && load<u32>(collecting) != 0) block = systemMalloc(size);
  return block;
}
