/**
 * The kernel: Moult's hot path, a small module that shares CPython's memory and function table.
 *
 * Rules: no static data, no memory.grow, no allocation of its own; what it needs comes through the set…
 * functions at attach. It never decides anything: plans do (src/plans/).
 */
export { bridgeDraw, bridgeMirrorOf, bridgeMirrors, bridgeWritePairs } from "./bridge/edges";
export { setFutures, setGeneratorStates, setGenerators } from "./bridge/idle-finalizers";
export { beginBridgeNodes, bridgeBlock, bridgeNodes, isBridgeFull } from "./bridge/nodes";
export {
  bridgeExplain, bridgeHeldProxies, bridgeHoldFinalizer, bridgeHoldReferenced, bridgeHolder, bridgeMark, bridgeOutside, bridgeOwn,
  bridgeReach, bridgeRescue, bridgeRoot, bridgeTake, visitBridge,
} from "./bridge/pass";
export { beginBridgeMarks, resumeBridgeMark } from "./bridge/reached";
export { callbacksCalled, clearWeakrefs, handleWeakrefs } from "./dispose/weakrefs";
export { candidateCount, examinedCount, takeAll, takeUnmarked, trashCount, trashSurvey } from "./cycles/candidates";
export { untrackDicts } from "./cycles/untrack-dicts";
export { deduce } from "./cycles/trial-deletion";
export { clearHeld, clearTrash, currentObject, holdTrash, saveTrash, setInstanceFunctions } from "./dispose/clear";
export { finalize, keepLegacy, printObjects, takeLegacy } from "./dispose/finalizers";
export { setTexts } from "./dispose/texts";
export * from "./entry";
export {
  callFast, callKeyword, callPlain, callTraverse, callVisitor, forgetTypes, inspect, isGcObject,
  kindOfObject, probedVisitor, startProbe, traverseProbe, visitInspect, visitNothing,
} from "./inspect";
export { jsProxySlot, jsProxyThisSlot, setJsProxyBase } from "./layout/js-proxy";
export { setDictVisitsInline, setTupleItems } from "./layout/containers";
export { appendObjects, clearCollectingAll, initList, isWellFormed, merge, moveFirst, setSpace, size } from "./lists";
export { setImmortal } from "./layout/object";
export { freezeAll, knowsFrozen, setFrozen, thaw } from "./mark/frozen";
export { beginGates, findGates } from "./mark/gates";
export { setWaiting, waitingScratch } from "./mark/large";
export { beginMark, drain, markAll, markLeaf, markSlice, markRoot, resumeMark, setMarkQueue } from "./mark/mark";
export { beginHearing, setMarkStack, setMarks, wipe } from "./mark/grey";
export { beginGroups, beginSort, hearAll, setListHeads, slotsOfLargest, sortOld, sortedCount, takeGroup } from "./cycles/suspects";
export { setCandidateSet, wipeCandidates } from "./cycles/candidate-set";
export { setVisitors, visitFirst, visitGate, visitGather, visitMark, visitRescue } from "./trace/trace";
export { setContainerTypes, setLearned, setPlainFree, setSharedKeys, setTypeFunctions, setTypesScratch, setWeakrefTypes, typesScratch } from "./trace/types";
export { setSystemAllocator } from "./layout/allocator";
export { bytesInUse, setAlarm, setTrigger } from "./pool/alarm";
export { arenaBytes } from "./pool/arenas";
export { pageAfter, pageBlockSize, pageBlocks, pageCapacity, poolFault } from "./pool/enumerate";
export { mallocTwice } from "./pool/twice";
export { poolCalloc, poolFree, poolMalloc, poolRealloc, poolScratch, setPool, startPool, stopPool } from "./pool/pool";
