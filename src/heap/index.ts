/** `moult/heap`: looking at the heap. Re-exports only. */
export { cycleText, cycleThrough } from "./analysis/cycles.js";
export { type Dominators, dominatorsOf, NONE } from "./analysis/dominators.js";
export { type GrowthRow, growth, type Leak, leaks, newNodes } from "./analysis/growth.js";
export { type HistogramOptions, type HistogramRow, histogram } from "./analysis/histogram.js";
export { label } from "./analysis/labels.js";
export { type PathLine, pathLines, pathToRoot, type Step, stepText } from "./analysis/paths.js";
export { type Retainers, retainersOf } from "./analysis/retainers.js";
export { type Suspect, type SuspectOptions, suspects } from "./analysis/suspects.js";
export type { HeapTools, HeapToolsModule, OpenFile } from "./api.js";
export { readSnapshot } from "./file/read.js";
export { type Sink, writeSnapshot } from "./file/write.js";
export {
  className,
  EdgeType,
  edgeName,
  GC_ROOTS,
  type GraphFacts,
  type HeapGraph,
  NodeType,
  nodeWithId,
  ROOT,
} from "./graph.js";
export { heapToolsWith, loadHeapTools } from "./tools.js";
