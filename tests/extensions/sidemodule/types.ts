/**
 * The types of the hand-built extension `gctypes`. Each row is one mistake (or none) that a C extension
 * can make towards the collector; the functions are in functions.wat.
 */

/** One heap type; the names in the slots are functions of functions.wat. */
export interface TypeRow {
  readonly name: string;
  /** What is right or wrong with it, in one line; it becomes the type's docstring. */
  readonly doc: string;
  /** False: no Py_TPFLAGS_HAVE_GC, so no header, no tp_traverse. */
  readonly gc: boolean;
  readonly traverse?: string;
  readonly clear?: string;
  readonly finalize?: string;
  readonly dealloc: string;
}

const gcType = (name: string, doc: string, traverse: string, clear = "clear_good"): TypeRow => ({
  name,
  doc,
  gc: true,
  traverse,
  clear,
  dealloc: "dealloc_gc",
});

/** In the order in which the module adds them. */
export const types: readonly TypeRow[] = [
  gcType("Good", "visits its type and both references", "traverse_good"),
  gcType("Missing", "owns a and b, visits nothing", "traverse_missing"),
  gcType("Partial", "owns a and b, visits a only", "traverse_partial"),
  gcType("Untyped", "visits a and b but not its type", "traverse_untyped"),
  gcType("Overvisit", "owns a once and visits it twice", "traverse_twice"),
  gcType("NonZero", "visits everything and returns 1", "traverse_nonzero"),
  gcType("BadSignature", "tp_traverse lacks a parameter: calling it traps", "traverse_bad_signature"),
  gcType("TrapInTraverse", "tp_traverse executes unreachable", "traverse_trap"),
  gcType("TrapInClear", "tp_clear executes unreachable", "traverse_good", "clear_trap"),
  gcType("ClearRaises", "tp_clear clears, then sets an exception", "traverse_good", "clear_raises"),
  {
    name: "NoClear",
    doc: "visits everything and has no tp_clear",
    gc: true,
    traverse: "traverse_good",
    dealloc: "dealloc_gc",
  },
  {
    name: "Finalizes",
    doc: "tp_finalize calls a(self) when a is callable",
    gc: true,
    traverse: "traverse_good",
    clear: "clear_good",
    finalize: "finalize_calls_a",
    dealloc: "dealloc_finalize",
  },
  { name: "NonGc", doc: "owns a and b without Py_TPFLAGS_HAVE_GC", gc: false, dealloc: "dealloc_plain" },
];
