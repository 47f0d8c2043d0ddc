/**
 * CPython's trigger. The collector's list of callbacks is replaced by a private one that holds a single
 * built-in function of ours; so CPython calls us at its own safe points, before and after each collection,
 * whoever asked for it. The user's `gc.callbacks` stays the module's attribute, and we call its entries.
 *
 *   start   our collection runs; then the lists are hidden, so that CPython's own pass finds nothing
 *   stop    the lists are shown again, and what that pass wrote is put back as it was
 *
 * CPython makes a dict for each call. Where there is no memory for it, the call is left out: who relies on a stop asks `isSilent`.
 */
import type { Generation } from "../api.js";
import type { Machine } from "./machine.js";
import type { Python } from "./python.js";

const METH_FASTCALL = 0x80;
const METHOD_DEF_SIZE = 16;
/** Length of the phase "start"; the only other one is "stop". */
const START_LENGTH = 5;

/** What the info dict says. */
export interface Info {
  readonly generation: Generation;
  readonly collected: number;
  readonly uncollectable: number;
  /** From 3.15 on. */
  readonly candidates: number;
  /** Seconds; from 3.15 on. */
  readonly duration: number;
}

/** A call of CPython's to the callbacks. */
export interface Call {
  /** What CPython says; the generation of an automatic collection of 3.14.0 to 3.14.4 is always 1. */
  get<K extends keyof Info>(key: K): Info[K];
  /** Calls the user's `gc.callbacks` with this phase and CPython's info dict, in which what it has of `info` is put right. */
  tellUsers(info: Partial<Info>): void;
}

/** What happens at CPython's two calls. */
export interface TriggerHandler {
  start(call: Call): void;
  stop(call: Call): void;
}

/** Installs and removes the private list of callbacks. */
export class Trigger {
  readonly #machine: Machine;
  readonly #python: Python;
  readonly #handler: TriggerHandler;
  /** The list that `gc.callbacks` names. */
  readonly #users: number;
  readonly #list: number;
  readonly #definition: number;
  #silent = false;

  constructor(machine: Machine, python: Python, handler: TriggerHandler) {
    const { runtime, state } = machine;
    this.#machine = machine;
    this.#python = python;
    this.#handler = handler;
    this.#users = state.callbacks;
    const definition = runtime.allocate(METHOD_DEF_SIZE);
    this.#definition = definition;
    runtime.store(definition, machine.text("moult_trigger"));
    runtime.store(definition + 4, machine.tableIndex("onTrigger"));
    runtime.store(definition + 8, METH_FASTCALL);
    const callback = python.must("PyCMethod_New", definition, 0, 0, 0);
    this.#list = python.must("PyList_New", 0);
    python.call("PyList_Append", this.#list, callback);
    python.release(callback);
    // Nobody is to meet them in gc.get_objects().
    for (const object of [this.#list, callback]) python.call("PyObject_GC_UnTrack", object);
  }

  install(): void {
    this.#machine.state.callbacks = this.#list;
  }

  /** Takes the private list away, for good: its function is gone with it. */
  uninstall(): void {
    this.#machine.state.callbacks = this.#users;
    this.#python.release(this.#list);
    this.#machine.runtime.free(this.#definition);
  }

  /** Answers the kernel: CPython called the private function with the phase and the info dict. */
  readonly onCall = (args: number): number => {
    const { runtime } = this.#machine;
    const exception = this.#python.call("PyErr_GetRaisedException");
    const call = this.#callOf(args);
    if (runtime.load(runtime.load(args) + 8) === START_LENGTH) this.#handler.start(call);
    else this.#handler.stop(call);
    if (exception !== 0) this.#python.call("PyErr_SetRaisedException", exception);
    return this.#python.none();
  };

  /** Leaves CPython's own pass nothing to find; or, with `handOver`, just the private list of trash. */
  silence(handOver: boolean): void {
    const { hidden, kernel, layout, lists, runtime, state } = this.#machine;
    this.#silent = true;
    state.saveBookkeeping();
    hidden.hide();
    if (handOver) {
      layout.handOver(runtime, kernel, state.address, hidden.heads, lists.trash);
      kernel.merge(lists.trash, state.generation(0));
    } else layout.quiet(runtime, state.address);
  }

  /** The lists are hidden. Outside of a collection that means that CPython had no memory to tell of the last one's end. */
  get isSilent(): boolean {
    return this.#silent;
  }

  /** Undoes `silence`. */
  unsilence(): void {
    const { hidden, state } = this.#machine;
    if (!this.#silent) return;
    this.#silent = false;
    hidden.show();
    state.restoreBookkeeping();
  }

  #callOf(args: number): Call {
    const { runtime } = this.#machine;
    const dict = runtime.load(args + 4);
    return {
      get: <K extends keyof Info>(key: K) =>
        this.#python.dictNumber(dict, this.#machine.text(key)) as Info[K],
      tellUsers: (info) => {
        if (runtime.load(this.#users + 8) === 0) return; // Nobody listens, so nobody reads it.
        this.#correct(dict, info);
        this.#callUsers(args);
      },
    };
  }

  #correct(dict: number, { candidates, duration, ...others }: Partial<Info>): void {
    const python = this.#python;
    const numbers = this.#machine.state.statistics.complete ? { ...others, candidates } : others;
    for (const [key, value] of Object.entries(numbers))
      if (value !== undefined) python.setDictNumber(dict, this.#machine.text(key as keyof Info), value);
    if (this.#machine.state.statistics.complete && duration !== undefined)
      python.setDictObject(dict, this.#machine.text("duration"), python.float(duration));
  }

  /** As CPython does it: by index, so that a list that changes meanwhile does no harm. */
  #callUsers(args: number): void {
    const { runtime } = this.#machine;
    const size = () => runtime.load(this.#users + 8);
    for (let i = 0; i < size(); i++) {
      const callback = runtime.load(runtime.load(this.#users + 12) + 4 * i);
      this.#python.hold(callback);
      const result = this.#python.call("PyObject_Vectorcall", callback, args, 2, 0);
      if (result === 0) this.#python.unraisable("Exception ignored while calling GC callback %R", callback);
      else this.#python.release(result);
      this.#python.release(callback);
    }
  }
}
