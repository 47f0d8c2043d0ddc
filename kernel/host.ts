/**
 * What the kernel calls outside itself: C functions of CPython (wasm to wasm, no JavaScript between)
 * and two questions to the TypeScript side.
 */

// ── CPython ────────────────────────────────────────────────────────────────────────────────────────
@external("python", "_Py_Dealloc")
export declare function _Py_Dealloc(object: u32): void;
@external("python", "PyObject_GC_Del")
export declare function PyObject_GC_Del(object: u32): void;
@external("python", "_PyWeakref_ClearRef")
export declare function _PyWeakref_ClearRef(reference: u32): void;
@external("python", "PyType_IsSubtype")
export declare function PyType_IsSubtype(type: u32, base: u32): i32;
@external("python", "PyObject_CallOneArg")
export declare function PyObject_CallOneArg(callable: u32, argument: u32): u32;
@external("python", "PyErr_Occurred")
export declare function PyErr_Occurred(): u32;
@external("python", "PyErr_Clear")
export declare function PyErr_Clear(): void;
@external("python", "PyErr_FormatUnraisable")
export declare function PyErr_FormatUnraisable(format: u32, arguments_: u32): void;
@external("python", "PyErr_WriteUnraisable")
export declare function PyErr_WriteUnraisable(object: u32): void;
@external("python", "PySys_FormatStderr")
export declare function PySys_FormatStderr(format: u32, arguments_: u32): void;
@external("python", "PyList_Append")
export declare function PyList_Append(list: u32, item: u32): i32;
// C's own, of which the pool is made:
@external("python", "memalign")
export declare function memalign(alignment: u32, size: u32): u32;
@external("python", "malloc_usable_size")
export declare function malloc_usable_size(block: u32): u32;

// ── Moult's TypeScript side ────────────────────────────────────────────────────────────────────────
/** Calls `tp_traverse` of a type seen for the first time where a trap can be caught; 0: it trapped. */
@external("moult", "probeTraverse")
export declare function probeTraverse(type: u32, object: u32): i32;
/** One referent of the object under inspection (verification and probes only). */
@external("moult", "record")
export declare function record(object: u32): void;
/** A built-in function of the gc module that Moult took over: which one, and its C arguments. */
@external("moult", "call")
export declare function call(slot: u32, self: u32, args: u32, nargs: u32, kwnames: u32): u32;
/** CPython's trigger: the private callback was called. Returns a new reference, or 0 with an error set. */
@external("moult", "trigger")
export declare function trigger(args: u32): u32;
/** Python reached the safe point that was asked for. */
@external("moult", "pending")
export declare function pending(): void;
/** The pool, switched off before, has given back its last page. */
@external("moult", "poolDrained")
export declare function poolDrained(): void;
