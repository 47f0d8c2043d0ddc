/**
 * Stack switching. Where the engine has it, Pyodide's `run_sync` suspends Python in the middle of a call until a promise is
 * settled. A stack that has JavaScript on it can't be suspended: the engine traps, and the interpreter is lost. When CPython
 * calls the kernel, Moult's JavaScript is on it, and finalizers, callbacks of weak references and `gc.callbacks` run above
 * it. So as long as they do, Pyodide's own switch says what it says whenever JavaScript calls Python: `can_run_sync()` is
 * False, and `run_sync` raises a RuntimeError.
 */
import type { PyodideLike } from "../api.js";
import type { KernelCallbacks } from "./seat.js";

/** Pyodide's switch: true where the stack may be suspended. */
interface Suspender {
  value: boolean;
}

/** The same callbacks, with nothing suspended in them. */
export function withoutSuspending({ _module }: PyodideLike, callbacks: KernelCallbacks): KernelCallbacks {
  const suspender = (_module as { validSuspender?: Suspender } | undefined)?.validSuspender;
  if (suspender === undefined) return callbacks;
  const guarded =
    <A extends number[], R>(callback: (...args: A) => R) =>
    (...args: A): R => {
      const before = suspender.value;
      suspender.value = false;
      try {
        return callback(...args);
      } finally {
        suspender.value = before;
      }
    };
  const { trigger, call, pending } = callbacks;
  return { trigger: guarded(trigger), call: guarded(call), pending: guarded(pending) };
}
