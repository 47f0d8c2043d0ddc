/**
 * The functions of the gc module that Moult answers. Their C function pointers are redirected, so references
 * taken before attach lead here too. The rest of the module works as it is: between collections the lists
 * are where CPython expects them.
 */
import type { Generation, GenerationStats } from "../api.js";
import type { AutomaticCollection } from "./automatic.js";
import { DEBUG } from "./debug-flags.js";
import type { Machine } from "./machine.js";
import type { Python } from "./python.js";

const METH_VARARGS = 1;
const METH_KEYWORDS = 2;
const METH_FASTCALL = 0x80;
/** PyCFunctionObject: the method definition; in it: the function and its flags. */
const DEFINITION = 8;
const FUNCTION = 4;
const FLAGS = 8;

/** The arguments of a C function as CPython passes them. */
export interface CArguments {
  readonly self: number;
  readonly args: number;
  readonly nargs: number;
  readonly kwnames: number;
}

/** Answers a redirected function; `original` calls what was there. Returns a new reference, or 0 with an error set. */
export type Replacement = (args: CArguments, original: () => number) => number;

/** The functions that may be redirected. */
type FunctionName =
  | "collect"
  | "disable"
  | "enable"
  | "get_count"
  | "get_debug"
  | "get_objects"
  | "get_referrers"
  | "get_stats"
  | "get_threshold"
  | "isenabled"
  | "set_debug";
type Replacements = { [name in FunctionName]?: Replacement };

interface Redirected {
  readonly name: string;
  readonly definition: number;
  readonly original: number;
  readonly replacement: Replacement;
  readonly convention: "plain" | "fast" | "keyword";
}

/** What the functions need of the collector. */
export interface GcModuleBackend {
  /** Runs `collect`, the stock function, such that its collection counts as explicit; the objects found. */
  explicitly(collect: () => number): { result: number; found: number | undefined };
  generationStats(): readonly GenerationStats[];
  /** The program is about to get hold of objects that nobody gave it. */
  beforeLooking(): void;
}

/** Redirects functions of the gc module, and puts them back. */
export class GcModule {
  readonly #machine: Machine;
  readonly #python: Python;
  readonly #slots: Redirected[] = [];
  /** The function object `gc.collect`: the program may put something else under its name. */
  readonly #collect: number;
  #debugStats = false;

  /** @param collects the answers are Moult's; otherwise those of CPython's own collector, which works as ever */
  constructor(
    machine: Machine,
    python: Python,
    automatic: AutomaticCollection,
    backend: GcModuleBackend,
    collects: boolean,
  ) {
    this.#machine = machine;
    this.#python = python;
    this.#collect = this.functionObject("collect");
    python.hold(this.#collect);
    const collect: Replacement = (_args, original) => {
      const { result, found } = backend.explicitly(original);
      if (result === 0 || found === undefined) return result;
      python.release(result);
      return python.integer(found);
    };
    const replacements: Replacements = {
      collect,
      // CPython's own count may be put ahead (GcState.triggerNext).
      get_count: () => this.#three((i) => machine.state.count(i)),
      get_debug: () => python.integer(machine.state.debug | Number(this.#debugStats)),
      set_debug: (_args, original) => {
        backend.beforeLooking(); // DEBUG_SAVEALL shows what dies.
        const result = original();
        if (result !== 0) this.#takeDebugStats();
        return result;
      },
    };
    const look: Replacement = (_args, original) => {
      backend.beforeLooking();
      return original();
    };
    if (!machine.state.statistics.complete)
      replacements.get_stats = (_args, original) => this.#extendStats(original(), backend.generationStats());
    replacements.get_referrers = look;
    replacements.get_objects = look;
    Object.assign(replacements, this.#switch(automatic));
    if (collects && !machine.layout.choosesGeneration)
      Object.assign(replacements, this.#classicFunctions(look));
    for (const [name, replacement] of Object.entries(replacements))
      this.#add(name as FunctionName, replacement);
  }

  /** True while DEBUG_STATS is set: Moult prints, and CPython's own pass must not. */
  get debugStats(): boolean {
    return this.#debugStats;
  }

  /** Redirects the functions: all, or only those named. */
  install(only?: readonly string[]): void {
    const { runtime } = this.#machine;
    if (only === undefined) this.#takeDebugStats();
    this.#slots.forEach(({ name, definition, convention }, slot) => {
      if (only !== undefined && !only.includes(name)) return;
      runtime.store(definition + FUNCTION, this.#machine.tableIndex(`${convention}${slot}`));
    });
  }

  uninstall(): void {
    if (this.#debugStats) this.#machine.state.debug |= DEBUG.stats;
    this.#debugStats = false;
    for (const { definition, original } of this.#slots) {
      this.#machine.runtime.store(definition + FUNCTION, original);
    }
    this.#python.release(this.#collect);
  }

  /** Answers the kernel: a redirected function was called. */
  readonly onCall = (slot: number, self: number, args: number, nargs: number, kwnames: number): number => {
    const { kernel } = this.#machine;
    const { original, replacement, convention } = this.#slots[slot]!;
    const callOriginal = () => {
      if (convention === "keyword") return kernel.callKeyword(original, self, args, nargs, kwnames) >>> 0;
      if (convention === "fast") return kernel.callFast(original, self, args, nargs) >>> 0;
      return kernel.callPlain(original, self, args) >>> 0;
    };
    return replacement({ self, args, nargs, kwnames }, callOriginal);
  };

  /** Keeps the bit DEBUG_STATS here instead of in CPython's state, where its own pass would see it. */
  #takeDebugStats(): void {
    const { state } = this.#machine;
    this.#debugStats = (state.debug & DEBUG.stats) !== 0;
    state.debug &= ~DEBUG.stats;
  }

  /** Calls gc.collect as a program does; the number of unreachable objects. An exception on its way stays so. */
  collect(generation: Generation): number {
    const python = this.#python;
    const exception = python.call("PyErr_GetRaisedException");
    try {
      const number = python.integer(generation);
      const result = python.must("PyObject_CallOneArg", this.#collect, number);
      python.release(number);
      const found = python.call("PyLong_AsLong", result) | 0;
      python.release(result);
      return found;
    } finally {
      if (exception !== 0) python.call("PyErr_SetRaisedException", exception);
    }
  }

  /** The C function object that a name of the module stands for. */
  functionObject(name: FunctionName | "freeze"): number {
    const module = this.#python.must("PyImport_ImportModule", this.#machine.text("gc"));
    const found = this.#python.must("PyObject_GetAttrString", module, this.#machine.text(name));
    this.#python.release(found); // The module keeps it.
    this.#python.release(module);
    return found;
  }

  #add(name: FunctionName, replacement: Replacement): void {
    const { runtime } = this.#machine;
    const definition = runtime.load(this.functionObject(name) + DEFINITION);
    const flags = runtime.load(definition + FLAGS);
    const convention = flags & METH_FASTCALL ? (flags & METH_KEYWORDS ? "keyword" : "fast") : "plain";
    if (convention === "plain" && flags & METH_VARARGS && flags & METH_KEYWORDS) {
      throw new Error(`gc.${name} takes its arguments in a way that no entry of the kernel has`);
    }
    this.#slots.push({
      name,
      definition,
      original: runtime.load(definition + FUNCTION),
      replacement,
      convention,
    });
  }

  /** gc.enable and its like: in a region without collections they set and tell what is to be after it. */
  #switch(automatic: AutomaticCollection): Replacements {
    const set =
      (value: number): Replacement =>
      (_args, original) => {
        if (!automatic.suspended) return original();
        automatic.wanted = value;
        return this.#python.none();
      };
    return {
      enable: set(1),
      disable: set(0),
      isenabled: (_args, original) =>
        automatic.suspended ? this.#python.call("PyBool_FromLong", automatic.wanted) : original(),
    };
  }

  /** 3.15's two further numbers, in the dicts of the stock answer of a CPython that has them not. */
  #extendStats(list: number, generations: readonly GenerationStats[]): number {
    if (list === 0) return 0;
    generations.forEach(({ candidates, duration }, i) => {
      const dict = this.#python.call("PyList_GetItem", list, i);
      this.#python.setDictNumber(dict, this.#machine.text("candidates"), candidates);
      this.#python.setDictObject(dict, this.#machine.text("duration"), this.#python.float(duration));
    });
    return list;
  }

  /** A tuple of a number for each generation. */
  #three(what: (index: Generation) => number): number {
    return this.#python.integers(what(0), what(1), what(2));
  }

  /**
   * The functions whose stock answers belong to the incremental collector, as every other CPython answers them:
   * three thresholds, three counts, a middle generation that exists.
   */
  #classicFunctions(look: Replacement): Replacements {
    const { state, kernel, runtime } = this.#machine;
    const python = this.#python;
    return {
      get_threshold: () => this.#three((i) => state.threshold(i)),
      get_objects: (given, original) => {
        const { args, nargs, kwnames } = given;
        const stock = look(given, original); // Checks the arguments and raises the audit event.
        if (stock === 0 || (nargs === 0 && kwnames === 0)) return stock;
        const argument = runtime.load(args);
        if (argument === runtime.symbol("_Py_NoneStruct")) return stock;
        const generation = python.call("PyLong_AsLong", argument) | 0;
        if (generation <= 0) return stock; // -1 stands for None.
        const list = python.call("PyList_New", 0);
        python.release(stock);
        if (list === 0 || kernel.appendObjects(state.generation(generation as 1 | 2), list) >= 0) return list;
        python.release(list);
        return 0;
      },
    };
  }
}
