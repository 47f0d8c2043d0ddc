/**
 * Dicts that the interpreter's state refers to. They are marked before anything else, so that they are looked at as dicts: of the
 * subclasses of `object` the keys are addresses and so are the hashes, and a stale word that leads to the table of such a dict, rather
 * than to the dict, would keep every class there ever was.
 */
import type { GcState } from "../cpython/gc-state.js";
import { objectAt } from "./borrowed.js";

/** The addresses of the dicts. */
export function* knownDicts(state: GcState): Iterable<number> {
  const { runtime } = state;
  const dictType = runtime.symbol("PyDict_Type");
  const end = state.interpreter + state.fact("interpreterSize");
  for (let at = state.interpreter; at < end; at += 4) {
    const object = objectAt(runtime, at);
    if (object !== 0 && runtime.load(object + 4) === dictType) yield object;
  }
}
