/**
 * Weak references to trash. Those with a callback that is itself alive are called, all others only
 * cleared; after this nothing reaches trash through a weak reference.
 *
 * Two orders are known. Until 3.14.2 everything is cleared before finalizers run (`clearAll` true); later
 * versions clear those without a callback only afterwards, so that finalizers can still use them.
 */
import { PyErr_FormatUnraisable, PyErr_WriteUnraisable, PyObject_CallOneArg, _PyWeakref_ClearRef, _Py_Dealloc } from "../host";
import { headOf, initList, isCollecting, isEmpty, moveTo, nextOf, objectOf } from "../layout/gc-head";
import { dropsLast, incref, typeOf } from "../layout/object";
import { weaklistOffset } from "../layout/type";
import { callbackOf, nextReference } from "../layout/weakref";
import { HAS_WEAKLIST, IS_WEAKREF, entryOf, traitsOf } from "../trace/types";
import { argumentsAt, callbackErrorText } from "./texts";

let called: u32 = 0, freed: u32 = 0;
/** Callbacks called by the last `handleWeakrefs`: Python code ran when it is not 0. */
export function callbacksCalled(): u32 { return called; }

/**
 * Clears the weak references to the objects of `trash`, and to call callbacks collects references in
 * `pending`; survivors among these go to `old`. Returns how many weakref objects died on the way.
 */
export function handleWeakrefs(trash: u32, pending: u32, old: u32, clearAll: bool): u32 {
  initList(pending);
  called = 0;
  freed = 0;
  for (let head = nextOf(trash); head != trash; ) {
    const next = nextOf(head), object = objectOf(head), type = typeOf(object);
    const traits = traitsOf(entryOf(type, object));
    if (clearAll && traits & IS_WEAKREF) _PyWeakref_ClearRef(object);
    if (traits & HAS_WEAKLIST) detach(object + weaklistOffset(type), pending, clearAll);
    head = next;
  }
  while (!isEmpty(pending)) callBack(nextOf(pending), old);
  return freed;
}

/** Clears every weak reference to the objects of `trash` and those in it; calls nothing. */
export function clearWeakrefs(trash: u32): void {
  for (let head = nextOf(trash); head != trash; head = nextOf(head)) {
    const object = objectOf(head), type = typeOf(object);
    const traits = traitsOf(entryOf(type, object));
    if (traits & IS_WEAKREF) _PyWeakref_ClearRef(object);
    if (!(traits & HAS_WEAKLIST)) continue;
    const list = object + weaklistOffset(type);
    for (let reference = load<u32>(list); reference != 0; reference = load<u32>(list)) _PyWeakref_ClearRef(reference);
  }
}

function detach(list: u32, pending: u32, clearAll: bool): void {
  let next: u32 = 0;
  for (let reference = load<u32>(list); reference != 0; reference = next) {
    next = nextReference(reference); // Clearing takes the reference out of the list.
    const hasCallback = callbackOf(reference) != 0;
    if (!hasCallback && !clearAll) continue;
    _PyWeakref_ClearRef(reference);
    // A callback whose reference is trash too is not owed: it goes the way of its reference.
    if (!hasCallback || isCollecting(headOf(reference))) continue;
    incref(reference);
    moveTo(headOf(reference), pending);
  }
}

function reportFailure(callback: u32): void {
  if (callbackErrorText() != 0) PyErr_FormatUnraisable(callbackErrorText(), argumentsAt(callback, 0, 0));
  else PyErr_WriteUnraisable(callback); // As CPython up to 3.13.
}

function callBack(head: u32, old: u32): void {
  const reference = objectOf(head), callback = callbackOf(reference);
  called++;
  const result = PyObject_CallOneArg(callback, reference);
  if (result == 0) reportFailure(callback);
  else if (dropsLast(result)) _Py_Dealloc(result);
  if (dropsLast(reference)) {
    _Py_Dealloc(reference);
    freed++;
  } else moveTo(head, old);
}
