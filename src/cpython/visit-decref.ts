/**
 * Finding CPython's own `visit_decref`, which no symbol names.
 *
 * Trial deletion must hand exactly this function to tp_traverse: since 3.14, frames hold borrowed references
 * that tp_traverse leaves out only for that visitor; one of our own would subtract references that nobody
 * owns. It is found by being visited: a throw-away class gets a tp_traverse of ours, CPython collects, and
 * the first visitor that comes by is it. Before use it is tried on a made-up object.
 */
import { UnsupportedRuntimeError } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import type { GcState } from "./gc-state.js";

const TP_TRAVERSE = 92;
const COLLECTING = 2;
const REFERENCE = 4;

/**
 * Returns the table index of visit_decref. The lists must be hidden and gc.callbacks silenced, so that CPython
 * collects little, and quickly.
 */
export function findVisitDecref(state: GcState, kernel: Kernel, probe: number, namespace: unknown): number {
  const { runtime } = state;
  const run = (code: string) => runtime.pyodide.runPython(code, { globals: namespace });
  const [type = 0] = runtime.evaluateIntegers("class Probe: pass\nprobe = Probe()\n[id(Probe)]", namespace);
  const traverse = runtime.load(type + TP_TRAVERSE);
  runtime.store(type + TP_TRAVERSE, probe);
  kernel.startProbe();
  collectNow(state);
  runtime.store(type + TP_TRAVERSE, traverse);
  run("del probe, Probe");
  const visitor = kernel.probedVisitor();
  verifyVisitDecref(state, kernel, visitor);
  return visitor;
}

/** Has CPython's own collector do a full collection, also where 3.13 would not because it is disabled. */
export function collectNow(state: GcState): void {
  state.enabled = 1;
  state.runtime.function("PyGC_Collect")();
  state.enabled = 0;
}

/** It must take one reference off an object under collection, and leave every other alone. */
function verifyVisitDecref(state: GcState, kernel: Kernel, visitor: number): void {
  const { runtime } = state;
  const block = runtime.allocate(64);
  const object = block + 16;
  const count = object - 4;
  runtime.store(object - 8, object - 8);
  runtime.store(object, 1);
  runtime.store(object + 4, runtime.symbol("PyList_Type"));
  const visit = (before: number) => {
    runtime.store(count, before);
    kernel.callVisitor(visitor, object, object);
    return runtime.load(count);
  };
  const five = 5 * REFERENCE;
  const found = visitor === 0 ? [] : [visit(five | COLLECTING), visit(five)];
  runtime.free(block);
  if (found[0] === ((five - REFERENCE) | COLLECTING) && found[1] === five) return;
  throw new UnsupportedRuntimeError("CPython's visit_decref cannot be found", [
    {
      probe: "a visitor that subtracts one",
      expected: "4 and 5 references",
      found: `index ${visitor}: ${found}`,
    },
  ]);
}
