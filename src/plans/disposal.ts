/**
 * Disposal of trash, in CPython's order:
 *
 *   1 legacy      objects with tp_del, and what they reach, are set aside: uncollectable
 *   2 weakrefs    references to trash are cleared; callbacks that are alive are called
 *   3 finalizers  tp_finalize, once for each object
 *   4 again       where Python code ran, trial deletion is repeated: what came back to life is kept
 *   5 clearing    what is left is cleared, and reference counts free it
 *
 * Each step is skipped when the survey of the trash says that there is nothing for it.
 */

import { DEBUG } from "../cpython/debug-flags.js";
import type { Machine } from "../cpython/machine.js";
import { Trait } from "../kernel/kernel.js";

/** What disposal did, in objects. */
export interface Disposed {
  readonly collected: number;
  readonly uncollectable: number;
  readonly resurrected: number;
}

/**
 * Disposes of the objects in the private list `trash`; survivors of any kind go to the list `old`.
 *
 * @param beforeClearing called when Python code will run no more, and nothing has been cleared yet
 * @param putOff takes over the clearing of what is left in `trash`; false when it can't, and it is done here
 */
export function dispose(
  machine: Machine,
  old: number,
  beforeClearing: () => void,
  putOff: () => boolean = () => false,
): Disposed {
  const { kernel, lists, layout, state } = machine;
  const { trash } = lists;
  const { debug } = state;
  const survey = kernel.trashSurvey();
  if (survey & Trait.legacyDel) kernel.takeLegacy(trash, lists.legacy, lists.rest);
  if (debug & DEBUG.collectable) kernel.printObjects(trash, machine.text("collectable"));

  let freedReferences = 0;
  let ran = 0;
  if (survey & (Trait.weakref | Trait.weaklist)) {
    freedReferences = kernel.handleWeakrefs(trash, lists.pending, old, Number(layout.clearsWeakrefsFirst));
    ran += kernel.callbacksCalled();
  }
  if (survey & Trait.finalizer) ran += kernel.finalize(trash, lists.seen);

  let resurrected = 0;
  if (ran > 0) {
    const before = kernel.size(trash);
    keepResurrected(machine, old);
    resurrected = before - kernel.trashCount();
  }
  // Where all were cleared before, those that finalizers made are left to their objects' deallocation.
  if (!layout.clearsWeakrefsFirst && kernel.trashSurvey() & (Trait.weakref | Trait.weaklist)) {
    kernel.clearWeakrefs(trash);
  }

  beforeClearing();
  const collected = freedReferences + kernel.size(trash);
  if (debug & DEBUG.saveAll) kernel.saveTrash(trash, state.garbage, old);
  else if (!putOff()) kernel.clearTrash(trash, lists.cursor, old, Number(!isWatched(machine)));

  const uncollectable = survey & Trait.legacyDel ? kernel.size(lists.legacy) : 0;
  if (uncollectable > 0) {
    if (debug & DEBUG.uncollectable) kernel.printObjects(lists.legacy, machine.text("uncollectable"));
    kernel.keepLegacy(lists.legacy, state.garbage, old, Number((debug & DEBUG.saveAll) !== 0));
  }
  return { collected, uncollectable, resurrected };
}

/** Repeats trial deletion over the trash after Python code has run; what is alive again goes to `old`. */
function keepResurrected(machine: Machine, old: number): void {
  const { kernel, lists } = machine;
  kernel.forgetTypes(); // Classes may have been freed, or have changed.
  kernel.merge(lists.trash, lists.candidates);
  kernel.takeAll(lists.candidates);
  kernel.deduce(lists.candidates, old, lists.trash, 0);
}

/** True while somebody is told of every deallocation (`PyRefTracer_SetTracer`): all must go the usual way. */
export function isWatched({ runtime }: Machine): boolean {
  return runtime.function("PyRefTracer_GetTracer")(0) !== 0;
}
