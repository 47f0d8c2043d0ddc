/**
 * The incremental collector of CPython 3.14.0 to 3.14.4 (pyodide 314), which 3.14.5 withdrew: a young
 * list and two old spaces, told apart by a bit in every `_gc_next`.
 *
 *   ╒═ gc state ═══════════════════════════════════════════════════════════════════════════════╕
 *   │ +8 enabled │ +12 debug │ +16 young │ +32 old[0] │ +48 old[1] │ +64 permanent             │
 *   │ +80 stats 3×{3} │ +116 collecting │ +120 garbage │ +124 callbacks │ +128 heap_size       │
 *   │ +132 work_to_do │ +136 visited_space │ +140 phase                                        │
 *   └──────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * Under Moult the three lists are the classic generations, and the space bits mean nothing.
 */
import type { Layout } from "./layout.js";

const increments = { workToDo: 132, visitedSpace: 136, phase: 140 };
const COLLECT_PHASE = 1;
/** So far in debt that no automatic pass of CPython's ever begins. */
const NO_WORK = -(2 ** 30);

export const incrementalLayout: Layout = {
  name: "incremental",
  describes: "CPython 3.14.0 to 3.14.4",
  versions: [0x030e0000, 0x030e0500],
  debugTable: {
    interpretersHead: 5,
    interpreterSize: 6,
    gc: 11,
    importsModules: 12,
    sysdict: 13,
    builtins: 14,
    currentFrame: 26,
    framePrevious: 32,
    frameLocals: 35,
    frameOwner: 36,
    codeFilename: 40,
    gcSize: 81,
    gcCollecting: 82,
  },
  gc: {
    enabled: 8,
    debug: 12,
    generations: [16, 32, 48],
    permanent: 64,
    stats: { words: 80 },
    collecting: 116,
    garbage: 120,
    callbacks: 124,
    increments,
  },
  frameStack: { pointer: 32 },
  generatorStates: { created: -3, suspended: -2, finished: 1 },
  firstInternalFrameOwner: 3,
  tupleItems: 16,
  immortalFrom: 2 ** 30,
  untracksDicts: false,
  clearsWeakrefsFirst: true,
  choosesGeneration: false,
  formatsUnraisable: true,
  survivesMemoryErrors: true,
  quiet(runtime, gc) {
    runtime.store(gc + increments.workToDo, NO_WORK);
  },
  handOver(runtime, kernel, gc, hidden, trash) {
    // Only what is not yet visited would be looked at further: nothing but the trash is to be.
    const visited = runtime.load(gc + increments.visitedSpace) & 1;
    for (const list of [...hidden, trash]) kernel.setSpace(list, visited);
    runtime.store(gc + increments.workToDo, 0);
    runtime.store(gc + increments.phase, COLLECT_PHASE);
  },
  normalize(runtime, kernel, gc) {
    // Everything becomes young and not yet visited, as after a fresh start; frozen objects count as visited.
    const visited = runtime.load(gc + increments.visitedSpace) & 1;
    const [young, ...old] = incrementalLayout.gc.generations;
    for (const list of old) kernel.merge(gc + list, gc + young);
    kernel.setSpace(gc + young, visited ^ 1);
    kernel.setSpace(gc + incrementalLayout.gc.permanent, visited);
    runtime.store(gc + increments.workToDo, 0);
    runtime.store(gc + increments.phase, 0);
  },
};
