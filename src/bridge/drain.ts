/**
 * Releasing what PyProxies owned that are gone. One by one, objects would die as their counts reach zero, and a finalizer
 * could see another one half dead. So the references go into one list that refers to itself, and a collection finds it and
 * all that it holds in one piece: weak references, their callbacks and finalizers keep their order.
 */

import type { Machine } from "../cpython/machine.js";
import { Python } from "../cpython/python.js";
import type { Ledger, LedgerEntry } from "./ledger.js";

/** The entries of the ledger whose targets are gone. */
export function deadEntries(ledger: Ledger): LedgerEntry[] {
  return ledger.entries().filter((entry) => entry.deref() === undefined);
}

/**
 * Makes garbage of what they own, for the next collection. Without memory for the list nothing is done: Pyodide's own
 * registry will release them, in its own time.
 *
 * @returns false when there was no memory
 */
export function bury(machine: Machine, dead: readonly LedgerEntry[]): boolean {
  const python = new Python(machine);
  const list = python.call("PyList_New", dead.length);
  if (list === 0) {
    python.call("PyErr_Clear");
    return false;
  }
  dead.forEach((entry, i) => {
    python.call("PyList_SetItem", list, i, entry.ptr);
  });
  if ((python.call("PyList_Append", list, list) | 0) < 0) python.call("PyErr_Clear");
  python.release(list);
  return true;
}
