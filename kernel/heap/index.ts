/**
 * The heap kernel: a second module beside the kernel, for looking at the heap only. It shares CPython's memory and function
 * table, keeps the kernel's rules (no static data, no memory.grow, no allocation), and writes to nothing but its scratch
 * memory: no object is changed, and no Python code runs.
 */
export { setBuffer, emitAll } from "./emit";
export { setHeapVisitors, visitEmit, visitFind, visitReach } from "./edges";
export { beginReach, bitmapBytes, finishReach, looksLikeObject, reach } from "./reach";
export { findAround, findReferrers, searchedList } from "./referrers";
export { reachAll } from "./lists";
export { setFrameFields } from "../layout/frame";
export { setBytearrayFrame, setCharacterShift } from "../layout/sizes";
export { setDictVisitsInline, setTupleItems } from "../layout/containers";
export { forgetTypes, setContainerTypes, setLearned, setSharedKeys, setTypeFunctions, setTypesScratch, setWeakrefTypes, typesScratch } from "../trace/types";
