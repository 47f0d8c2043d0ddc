/** When a program's imports are over. */
import { dictSize, isDict } from "./dicts.js";
import type { Machine } from "./machine.js";
import type { Python } from "./python.js";

/** Looks at sys.modules, and at the locks that importlib has on modules while it imports them. */
export class Imports {
  readonly #machine: Machine;
  readonly #python: Python;
  /** How many modules there were at the last look. */
  #modules = 0;

  constructor(machine: Machine, python: Python) {
    this.#machine = machine;
    this.#python = python;
  }

  /** True when no import is under way, in any thread, and no module has come since the last call. */
  areOver(): boolean {
    const { runtime, state } = this.#machine;
    const before = this.#modules;
    this.#modules = dictSize(runtime, runtime.load(state.interpreterWord("importsModules")));
    return this.#modules === before && !this.#underWay();
  }

  #underWay(): boolean {
    const { runtime } = this.#machine;
    const importlib = this.#python.must("PyImport_ImportModule", this.#machine.text("_frozen_importlib"));
    const locks = this.#python.must("PyObject_GetAttrString", importlib, this.#machine.text("_module_locks"));
    this.#python.release(importlib);
    const some = !isDict(runtime, locks) || dictSize(runtime, locks) > 0;
    this.#python.release(locks);
    return some;
  }
}
