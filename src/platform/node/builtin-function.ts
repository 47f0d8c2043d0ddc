/**
 * C-level functions written in JavaScript: a true `builtin_function_or_method`, without a Python frame that
 * would show in tracebacks. Uses only CPython's public C API (`PyMethodDef` is four words: name, function,
 * flags, doc).
 */
import type { Channel } from "./channel.js";
import type { PythonModule } from "./emscripten.js";

/** PyMethodDef flag: one positional argument. */
const METH_O = 0x8;

/** `_PyTime_round_t`: round up, as time.sleep does (never sleep too short). */
const ROUND_TIMEOUT = 3;

/** Puts a function of one argument into a Python module. It gets and returns PyObject pointers; 0 means that
 * an exception is set. */
export function defineBuiltin(
  python: PythonModule,
  module: string,
  name: string,
  doc: string,
  fn: (argument: number) => number,
): void {
  const cName = python.stringToNewUTF8(name);
  const definition = python._PyMem_RawMalloc(16);
  const index = python.addFunction((_self, argument) => fn(argument!), "iii");
  python.HEAPU32.set([cName, index, METH_O, python.stringToNewUTF8(doc)], definition >>> 2);
  const cModule = python.stringToNewUTF8(module);
  const builtin = python._PyCMethod_New(definition, 0, python._PyUnicode_FromString(cModule), 0);
  python._PyObject_SetAttrString(python._PyImport_ImportModule(cModule), cName, builtin);
}

/**
 * `time.sleep` that sleeps. Emscripten's own burns the processor in a loop and does not hear Ctrl-C. Like
 * CPython's it goes on sleeping when a signal handler returns (PEP 475).
 */
export function defineSleep(python: PythonModule, channel: Channel): void {
  const nanoseconds = python._PyMem_RawMalloc(8);
  const negative = python.stringToNewUTF8("sleep length must be non-negative");
  const doc =
    "sleep(seconds)\n\nDelay execution for a given number of seconds.  The argument may be\n" +
    "a floating-point number for subsecond precision.";
  defineBuiltin(python, "time", "sleep", doc, (seconds) => {
    if (python.__PyTime_FromSecondsObject(nanoseconds, seconds, ROUND_TIMEOUT) < 0) return 0;
    const ms = Number(python.HEAP64[nanoseconds >>> 3]) / 1e6;
    if (ms < 0) {
      python._PyErr_SetString(python.HEAPU32[python._PyExc_ValueError >>> 2]!, negative);
      return 0;
    }
    const deadline = performance.now() + ms;
    while (channel.sleep(deadline - performance.now()) === "interrupted") {
      if (python._PyErr_CheckSignals() < 0) return 0;
    }
    return python.__Py_NoneStruct;
  });
}
