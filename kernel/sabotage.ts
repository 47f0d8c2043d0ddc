/**
 * Faults that only sabotaged kernels have (scripts/build-kernel.mjs builds them beside the real one): they
 * prove that the tests and the checks of `verify` can fail. In the real kernel every one of these is false,
 * and what they guard is compiled away.
 */

/** Trial deletion overlooks one reference from outside: live objects are freed. */
export const FREES_LIVE: bool = isDefined(MOULT_FREES_LIVE);
/** Rescue does not visit the values of dicts: what only they hold is freed. */
export const SKIPS_VISIT: bool = isDefined(MOULT_SKIPS_VISIT);
/** Finalizers are not run. */
export const FORGETS_FINALIZER: bool = isDefined(MOULT_FORGETS_FINALIZER);
/** What is grey is visited unseen after Python has run, and suspects are taken unseen. */
export const TRUSTS_STALE: bool = isDefined(MOULT_TRUSTS_STALE);
/** The pool gives some blocks away that are in use. */
export const GIVES_TWICE: bool = isDefined(MOULT_GIVES_TWICE);
/** Nothing is ever found dead. */
export const FINDS_NOTHING: bool = isDefined(MOULT_FINDS_NOTHING);
/** A full collection leaves a mark in every live object that it looks at. */
export const WRITES_LIVE: bool = isDefined(MOULT_WRITES_LIVE);
/** What gets the memory of a dead frozen object is taken for frozen. */
export const NEVER_THAWS: bool = isDefined(MOULT_NEVER_THAWS);
/** A bridge pass takes what is held from outside for unreachable. */
export const BRIDGE_FREES_LIVE: bool = isDefined(MOULT_BRIDGE_FREES_LIVE);
/** A bridge pass lets go what a finalizer could still reach. */
export const BRIDGE_FORGETS_FINALIZER: bool = isDefined(MOULT_BRIDGE_FORGETS_FINALIZER);
/** A capture of the heap leaves out the values of dicts. */
export const CAPTURE_SKIPS_VALUES: bool = isDefined(MOULT_CAPTURE_SKIPS_VALUES);
/** The traced kernel: lists of tracked objects keep what is in them. */
export const FOLLOWS_LISTS: bool = isDefined(MOULT_FOLLOWS_LISTS);
/** The traced kernel: the first item of a list is not counted when counts are made. */
export const FORGETS_REFERENCE: bool = isDefined(MOULT_FORGETS_REFERENCE);
/** The traced kernel: an object does not keep its class. */
export const FORGETS_CLASS: bool = isDefined(MOULT_FORGETS_CLASS);
/** The traced kernel: a code object does not keep its constants and names. */
export const FORGETS_CODE: bool = isDefined(MOULT_FORGETS_CODE);
/** The traced kernel: no object keeps what its parts refer to, as if all had bytes in them. */
export const CLAIMS_PARTS: bool = isDefined(MOULT_CLAIMS_PARTS);
/** The traced kernel: blocks that were free in one collection are taken for free in the next. */
export const MISSES_CHANGES: bool = isDefined(MOULT_MISSES_CHANGES);
/** The traced kernel: an instance does not keep its attributes' values. */
export const FORGETS_VALUES: bool = isDefined(MOULT_FORGETS_VALUES);
/** The traced kernel: what was a leaf once is taken for one, whatever is there now. */
export const TRUSTS_LEAVES: bool = isDefined(MOULT_TRUSTS_LEAVES);
