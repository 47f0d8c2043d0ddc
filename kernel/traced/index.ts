/**
 * The traced kernel: the collector of a CPython whose counts are sticky. It is instantiated twice over CPython's memory, each time
 * with a pool of its own: one for objects, in which it collects, and one for their parts. The kernel's rules are its own as well: no
 * static data, no memory.grow, no allocation.
 */
export { setSystemAllocator } from "../layout/allocator";
export { bytesInUse, setAlarm, setDomains, setTrigger } from "../pool/alarm";
export { arenaBytes, mapAddress, mapEntries } from "../pool/arenas";
export { poolCalloc, poolFree, poolMalloc, poolRealloc, poolScratch, setPool, startPool } from "../pool/pool";
export { gatherDead, recount, release, setMade } from "./dead";
export { setDeadSet } from "./dead-set";
export { claimFree, setFreeBits } from "./free";
export {
  forgetKinds, kindsScratch, setBorrowingKinds, setBytesKinds, setContainerKinds, setKinds, setLeafKinds, setNumbersKind, setWeakrefKinds,
} from "./kinds";
export { setLeafBits } from "./leaves";
export { beginMarks, bitsFor, queueFor } from "./marks";
export { decrementReference, incrementReference } from "./references";
export { hideBlock, markDicts, markForeign, markObject, markStatic, setConstants } from "./roots";
export { drain } from "./scan";
export { countLarge, countSmall, endOfChunks, lookAround, setFirstChunk, tabulateLarge } from "./spaces";
