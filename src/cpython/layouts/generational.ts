/**
 * The generational collector of CPython 3.13 (pyodide 0.29): three lists, a pointer to the young one,
 * and the 25 % rule for full collections.
 *
 *   ╒═ gc state ═══════════════════════════════════════════════════════════════════════════╕
 *   │ +8 enabled │ +12 debug │ +16 gen 0 │ +32 gen 1 │ +48 gen 2 │ +64 generation0 pointer │
 *   │ +68 permanent │ +84 stats 3×{3} │ +120 collecting │ +124 garbage │ +128 callbacks     │
 *   │ +132 long_lived_total │ +136 long_lived_pending                                      │
 *   └──────────────────────────────────────────────────────────────────────────────────────┘
 */
import { classicPass } from "./classic-pass.js";
import type { Layout } from "./layout.js";

export const generationalLayout: Layout = {
  name: "generational",
  describes: "CPython 3.13",
  versions: [0x030d0000, 0x030e0000],
  debugTable: {
    interpretersHead: 5,
    interpreterSize: 6,
    gc: 10,
    importsModules: 11,
    sysdict: 12,
    builtins: 13,
    currentFrame: 23,
    framePrevious: 29,
    frameLocals: 32,
    frameOwner: 33,
    codeFilename: 35,
    gcSize: 71,
    gcCollecting: 72,
  },
  gc: {
    enabled: 8,
    debug: 12,
    generations: [16, 32, 48],
    permanent: 68,
    stats: { words: 84 },
    collecting: 120,
    garbage: 124,
    callbacks: 128,
    longLived: { total: 132, pending: 136 },
  },
  frameStack: { count: 32 },
  generatorStates: { created: -3, suspended: -2, finished: 1 },
  firstInternalFrameOwner: 3,
  tupleItems: 12,
  immortalFrom: 0x3fffffff,
  untracksDicts: true,
  clearsWeakrefsFirst: true,
  formatsUnraisable: false,
  survivesMemoryErrors: true,
  ...classicPass,
};
