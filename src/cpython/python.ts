/** The few things of CPython's C API that the gc module's functions and callbacks are made of. */
import { MoultError } from "../errors.js";
import type { Text } from "./installation.js";
import type { Machine } from "./machine.js";

/** C API calls over one machine; objects are addresses, and reference counts are the caller's business. */
export class Python {
  readonly #machine: Machine;
  readonly #none: number;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#none = machine.runtime.symbol("_Py_NoneStruct");
  }

  /** Calls an exported function. */
  call(name: string, ...args: number[]): number {
    return (this.#machine.runtime.function(name)(...args) ?? 0) >>> 0;
  }

  /** Calls a function that returns a new object; throws when it can't. */
  must(name: string, ...args: number[]): number {
    const object = this.call(name, ...args);
    if (object !== 0) return object;
    this.call("PyErr_Clear");
    throw new MoultError("out-of-memory", `${name} failed: Python has no memory left`);
  }

  hold(object: number): void {
    this.call("Py_IncRef", object);
  }

  release(object: number): void {
    this.call("Py_DecRef", object);
  }

  /** A new reference to None, which is immortal and does not count them. */
  none(): number {
    return this.#none;
  }

  integer(value: number): number {
    return this.call("PyLong_FromSsize_t", value);
  }

  float(value: number): number {
    return this.call("PyFloat_FromDouble", value);
  }

  /** A tuple of integers; 0 with MemoryError set when there is no memory. */
  integers(...values: number[]): number {
    const tuple = this.call("PyTuple_New", values.length);
    if (tuple === 0) return 0;
    values.forEach((value, i) => {
      this.call("PyTuple_SetItem", tuple, i, this.integer(value));
    });
    return tuple;
  }

  /** The integer under a key of a dict; 0 when it is not there. */
  dictNumber(dict: number, key: number): number {
    const item = this.call("PyDict_GetItemString", dict, key);
    return item === 0 ? 0 : this.call("PyLong_AsLong", item) | 0;
  }

  setDictNumber(dict: number, key: number, value: number): void {
    this.setDictObject(dict, key, this.integer(value));
  }

  /** Stores a new reference under a key, and gives it up. An error is dropped: there is nobody to tell. */
  setDictObject(dict: number, key: number, value: number): void {
    if (value === 0 || (this.call("PyDict_SetItemString", dict, key, value) | 0) < 0)
      this.call("PyErr_Clear");
    if (value !== 0) this.release(value);
  }

  /** Reports the pending exception as unraisable, as this CPython does; `format` has one place, for `object`. */
  unraisable(format: Text, object: number): void {
    const { runtime, argumentArea, layout } = this.#machine;
    if (!layout.formatsUnraisable) {
      this.call("PyErr_WriteUnraisable", object);
      return;
    }
    runtime.store(argumentArea, object);
    this.call("PyErr_FormatUnraisable", this.#machine.text(format), argumentArea);
  }

  /** Writes to sys.stderr, as CPython's debug output does. */
  writeError(text: string): void {
    const { runtime, argumentArea } = this.#machine;
    const copy = runtime.tryCString(text);
    if (copy === 0) return; // No memory: a line of debug text is the least of anybody's troubles.
    runtime.store(argumentArea, copy);
    this.call("PySys_FormatStderr", this.#machine.text("%s"), argumentArea);
    runtime.free(copy);
  }
}
