/**
 * The generational collector of CPython 3.15 (pyodide 315): the classic lists again, and statistics outside of the gc state,
 * in rings of records that a debugger can read from another process.
 *
 *   ╒═ gc state ═══════════════════════════════════════════════════════════════════════════════╕
 *   │ +0 enabled │ +4 debug │ +8 gen 0 │ +24 gen 1 │ +40 gen 2 │ +56 permanent │ +72 statistics ─▶ │
 *   │ +76 collecting │ +80 frame │ +84 garbage │ +88 callbacks │ +92 heap_size                   │
 *   │ +96 long_lived_total │ +100 long_lived_pending │ +104 generation0 pointer                  │
 *   └──────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * What a record is: statistics.ts.
 */
import { classicPass } from "./classic-pass.js";
import type { Layout } from "./layout.js";

export const generationalRingsLayout: Layout = {
  name: "generational-rings",
  describes: "CPython 3.15",
  versions: [0x030f0000, 0x03100000],
  debugTable: {
    interpretersHead: 5,
    interpreterSize: 6,
    gc: 11,
    importsModules: 12,
    sysdict: 13,
    builtins: 14,
    currentFrame: 26,
    framePrevious: 40,
    frameLocals: 43,
    frameOwner: 44,
    codeFilename: 48,
    gcSize: 94,
    gcCollecting: 95,
  },
  gc: {
    enabled: 0,
    debug: 4,
    generations: [8, 24, 40],
    permanent: 56,
    stats: { rings: 72, records: [11, 3, 3] },
    collecting: 76,
    garbage: 84,
    callbacks: 88,
    longLived: { total: 96, pending: 100 },
  },
  frameStack: { pointer: 32 },
  generatorStates: { created: 0, suspended: 1, finished: 5 },
  firstInternalFrameOwner: 3,
  tupleItems: 16,
  immortalFrom: 2 ** 30,
  untracksDicts: false,
  clearsWeakrefsFirst: false,
  formatsUnraisable: true,
  // 3.15.0rc1 in pyodide 315.0.0-alpha.2: tests/memory/stock-memory-errors.test.ts.
  survivesMemoryErrors: false,
  ...classicPass,
};
