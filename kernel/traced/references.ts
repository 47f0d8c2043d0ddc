/**
 * References that JavaScript holds: Pyodide takes and drops them by calling CPython's exports for that, in whose place these stand.
 */
import { held } from "./host";

@external("python", "Py_IncRef")
declare function Py_IncRef(object: u32): void;
@external("python", "Py_DecRef")
declare function Py_DecRef(object: u32): void;

export function incrementReference(object: u32): void {
  held(object, 1);
  Py_IncRef(object);
}

export function decrementReference(object: u32): void {
  held(object, -1);
  Py_DecRef(object);
}
