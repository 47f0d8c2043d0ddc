/** Finalizers: PEP 442's tp_finalize, once for each object, and tp_del from before it. */
import { PyErr_Clear, PyList_Append, PySys_FormatStderr, _Py_Dealloc } from "../host";
import { relink } from "../cycles/candidates";
import {
  FINALIZED, initList, isEmpty, merge, moveTo, nextOf, objectOf, prevWord, setPrevWord,
} from "../layout/gc-head";
import { dropsLast, incref, typeOf } from "../layout/object";
import { delOf, finalizeOf, nameOf } from "../layout/type";
import { FORGETS_FINALIZER } from "../sabotage";
import { beginRescue, finishRescue, rescueRoot, suspect } from "../trace/trace";
import { argumentsAt, debugLineText } from "./texts";

/**
 * Runs the finalizers of `trash`, using `seen` as a second list: a finalizer may free any object, so always
 * the first one is taken. Returns how many ran.
 */
export function finalize(trash: u32, seen: u32): u32 {
  let ran: u32 = 0;
  initList(seen);
  while (!isEmpty(trash)) {
    const head = nextOf(trash), object = objectOf(head);
    moveTo(head, seen);
    if (prevWord(head) & FINALIZED) continue;
    const finalizer = finalizeOf(typeOf(object));
    if (finalizer == 0 || FORGETS_FINALIZER) continue;
    setPrevWord(head, prevWord(head) | FINALIZED);
    incref(object);
    ran++;
    call_indirect<void>(finalizer, object);
    if (dropsLast(object)) _Py_Dealloc(object);
  }
  merge(seen, trash);
  return ran;
}

/**
 * Moves objects with tp_del, and all that they reach, from `trash` to `legacy`: nobody knows in which order
 * they could be freed. `rest` is scratch.
 */
export function takeLegacy(trash: u32, legacy: u32, rest: u32): void {
  initList(legacy);
  initList(rest);
  beginRescue();
  for (let head = nextOf(trash); head != trash; head = nextOf(head)) {
    if (delOf(typeOf(objectOf(head))) != 0) rescueRoot(head);
    else suspect();
  }
  finishRescue();
  relink(trash, legacy, rest, false);
  merge(rest, trash);
}

/** Appends to gc.garbage the objects of `legacy` with tp_del, or all with `all`, and moves all to `old`. */
export function keepLegacy(legacy: u32, garbage: u32, old: u32, all: bool): void {
  for (let head = nextOf(legacy); head != legacy; head = nextOf(head)) {
    const object = objectOf(head);
    if (!all && delOf(typeOf(object)) == 0) continue;
    if (PyList_Append(garbage, object) < 0) {
      PyErr_Clear();
      break;
    }
  }
  merge(legacy, old);
}

/** Writes a line to stderr for every object of `list`, as DEBUG_COLLECTABLE and _UNCOLLECTABLE want. */
export function printObjects(list: u32, message: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) {
    const object = objectOf(head);
    PySys_FormatStderr(debugLineText(), argumentsAt(message, nameOf(typeOf(object)), object));
  }
}
