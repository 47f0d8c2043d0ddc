/**
 * Types whose objects are full of what came from elsewhere: bytes of files, or random numbers. A sixtieth of all such words looks like
 * the address of something, and kept it; the libraries that CPython loads its modules from are zip files. And types whose objects name what
 * they don't own: entries of the compiler's symbol table, and managed buffers.
 */
import type { Runtime } from "../cpython/runtime.js";

/** A leaf or another of them stands for a type that is not there. */
const TYPES = `import _io, _symtable, gc
try: from _random import Random
except ImportError: Random = float
try: from array import array
except ImportError: array = bytearray
[id(t) for t in (type(_symtable.symtable("", "", "exec")), type(gc.get_referents(memoryview(b""))[0]), Random, bytearray, array, _io.BufferedReader, _io.BufferedWriter, _io.BufferedRandom)]`;

/**
 * Their addresses: first the two that borrow, as `setBorrowingKinds` takes them, then the one that has numbers in it, and then those
 * with a block of bytes, as `setBytesKinds` does. They are told apart by address, so they must not die.
 */
export function opaqueTypes(runtime: Runtime): number[] {
  return runtime.withNames((names) => runtime.evaluateIntegers(TYPES, names));
}
