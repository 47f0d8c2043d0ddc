/**
 * Clearing: breaks the cycles of trash, so that reference counts free it.
 *
 * CPython calls tp_clear on one object after the other, and deallocation recurses from wherever a count
 * falls to zero. Where the layout is known (instances, lists, dicts, sets) the kernel drops the references
 * itself, and an object of the set whose count falls to zero before its turn waits for its turn: no
 * recursion, however long the chain. Freeing is always CPython's own, and only at a count of zero: an object that
 * something still refers to, against all proof, is left empty but not freed. It is `_Py_Dealloc`, but for an empty
 * instance of a plain class (no finalizer, nothing but `object` below it): of all that its deallocation would do,
 * only PyObject_GC_Del and dropping the class are left.
 *
 * Invariant: an object with a count of zero that is still in the list has COLLECTING set, and lies ahead.
 */
import { PyErr_Clear, PyErr_FormatUnraisable, PyErr_Occurred, PyList_Append, PyObject_GC_Del, _Py_Dealloc } from "../host";
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, dictKeys, dictValues, emptyDict, emptyList, emptySet, entriesOf,
  entryCount, isGeneral, isSplit, isValid, listItems, setMask, setTable, valueSlots,
} from "../layout/containers";
import {
  clearCollecting, headOf, initList, isCollecting, merge, nextOf, objectOf, setNext, setPrev, unlink, untrack,
} from "../layout/gc-head";
import { dropsLast, managedDict, refcount, setRefcount, typeOf, varSize } from "../layout/object";
import { basicSize, clearOf, deallocOf, nameOf, weaklistOffset } from "../layout/type";
import {
  DICT, FREES_PLAINLY, HAS_INLINE, HAS_MANAGED_DICT, HAS_SLOTS, HAS_WEAKLIST, INSTANCE, LEAF, LIST, SET, entryOf, hasHead, holdTypes, kindOf,
  offsetsOf, releaseTypes, traitsOf, valuesInUse,
} from "../trace/types";
import { argumentsAt, clearErrorText } from "./texts";

let subtypeClear: u32 = 0, subtypeDealloc: u32 = 0;
/** What a Python class has in tp_clear and tp_dealloc: instances of others are left to their own. */
export function setInstanceFunctions(clear: u32, dealloc: u32): void {
  subtypeClear = clear;
  subtypeDealloc = dealloc;
}

let freesPlainly: bool = false;

/** The object being cleared, for a report when its code traps. */
let current: u32 = 0;
export function currentObject(): u32 { return current; }

/**
 * Clears everything in `trash`; what survives is appended to `old`. `cursor` is room for one header. With `plainly`
 * false all freeing goes through `_Py_Dealloc`, which tells those who watch it.
 */
export function clearTrash(trash: u32, cursor: u32, old: u32, plainly: bool): void {
  freesPlainly = plainly;
  holdTypes();
  for (let head = nextOf(trash); head != trash; ) {
    const object = objectOf(head);
    current = object;
    if (isKnown(object)) {
      setRefcount(object, refcount(object) + 1);
      clearKnown(object);
      // Empty now, and its type is held: nothing else can vanish with it.
      clearCollecting(head);
      head = nextOf(head);
      if (dropsLast(object)) free(object);
    } else {
      // Anything may vanish with it, its neighbours too: a header of our own keeps the place.
      insertAfter(cursor, head);
      disposeUnknown(head);
      head = nextOf(cursor);
      unlink(cursor);
    }
  }
  current = 0;
  merge(trash, old);
  releaseTypes();
}

// ── The same in slices, with Python running between them ───────────────────────────────────────────

/**
 * Stores the addresses of all of `trash` at `into`, with a reference held to each, and moves it to `old`. So nothing of
 * it can be freed before its turn, and nobody can tell it from what is alive.
 */
export function holdTrash(trash: u32, into: u32, old: u32): void {
  for (let head = nextOf(trash); head != trash; head = nextOf(head), into += 4) {
    const object = objectOf(head);
    setRefcount(object, refcount(object) + 1);
    clearCollecting(head);
    store<u32>(into, object);
  }
  merge(trash, old);
}

/** Clears the objects whose addresses are from `from` to before `end`, and lets go of them. */
export function clearHeld(from: u32, end: u32, plainly: bool): void {
  freesPlainly = plainly;
  holdTypes();
  for (; from < end; from += 4) {
    const object = load<u32>(from);
    current = object;
    if (isKnown(object)) {
      clearKnown(object);
      if (dropsLast(object)) free(object);
    } else {
      clearUnknown(object);
      if (dropsLast(object)) _Py_Dealloc(object);
    }
  }
  current = 0;
  releaseTypes();
}

/** Frees an object that is empty and whose type is held. */
@inline function free(object: u32): void {
  const type = typeOf(object), traits = traitsOf(entryOf(type, object));
  if (!freesPlainly || !(traits & FREES_PLAINLY) || (traits & HAS_WEAKLIST && load<u32>(object + weaklistOffset(type)) != 0)) {
    _Py_Dealloc(object);
    return;
  }
  untrack(headOf(object));
  PyObject_GC_Del(object);
  if (dropsLast(type)) _Py_Dealloc(type);
}

/** DEBUG_SAVEALL: appends all of `trash` to gc.garbage, clears nothing, and moves it to `old`. */
export function saveTrash(trash: u32, garbage: u32, old: u32): void {
  for (let head = nextOf(trash); head != trash; head = nextOf(head)) {
    if (PyList_Append(garbage, objectOf(head)) < 0) PyErr_Clear();
    clearCollecting(head);
  }
  merge(trash, old);
}

@inline function insertAfter(cursor: u32, head: u32): void {
  const next = nextOf(head);
  initList(cursor);
  setPrev(cursor, head);
  setNext(cursor, next);
  setNext(head, cursor);
  setPrev(next, cursor);
}

/** Calls an object's own tp_clear. */
function clearUnknown(object: u32): void {
  const type = typeOf(object), clear = clearOf(type);
  if (clear == 0) return;
  call_indirect<i32>(clear, object);
  if (PyErr_Occurred() != 0) PyErr_FormatUnraisable(clearErrorText(), argumentsAt(nameOf(type), 0, 0));
}

/** Leaves an object to its own tp_clear and tp_dealloc. */
function disposeUnknown(head: u32): void {
  const object = objectOf(head);
  if (refcount(object) == 0) {
    // It died waiting for its turn. CPython would have deallocated it there and then, without tp_clear.
    clearCollecting(head);
    _Py_Dealloc(object);
    return;
  }
  setRefcount(object, refcount(object) + 1);
  clearUnknown(object);
  if (nextOf(head) != 0) clearCollecting(head);
  if (dropsLast(object)) _Py_Dealloc(object);
}

/** True for an instance without anything in it: one that was cleared before, if it is of the trash. */
function isEmptied(object: u32, entry: u32): bool {
  const traits = traitsOf(entry);
  if (kindOf(entry) != INSTANCE || (traits & HAS_MANAGED_DICT && managedDict(object) != 0)) return false;
  if (traits & HAS_INLINE) {
    const values = object + basicSize(typeOf(object));
    if (!isValid(values)) return false;
    let slot = valueSlots(values);
    for (let i = valuesInUse(entry, values); i != 0; i--, slot += 4) if (load<u32>(slot) != 0) return false;
  }
  if (traits & HAS_SLOTS) {
    let offsets = offsetsOf(entry);
    for (let i: u32 = load<u16>(offsets); i != 0; i--) {
      offsets += 2;
      if (load<u32>(object + load<u16>(offsets)) != 0) return false;
    }
  }
  return true;
}

/** Drops a reference that a cleared object held. */
function drop(object: u32): void {
  if (!dropsLast(object)) return;
  const entry = entryOf(typeOf(object), object);
  if (kindOf(entry) == LEAF || !hasHead(entry, object)) _Py_Dealloc(object);
  else if (isCollecting(headOf(object))) return; // Its turn comes.
  else if (isEmptied(object, entry)) free(object);
  else _Py_Dealloc(object);
}

/** True when the kernel can empty the object by itself; otherwise it is left to tp_clear. */
function isKnown(object: u32): bool {
  const type = typeOf(object), entry = entryOf(type, object), traits = traitsOf(entry);
  // A finalizer made a weak reference: its callback will run when the object is deallocated.
  if (traits & HAS_WEAKLIST && load<u32>(object + weaklistOffset(type)) != 0) return false;
  switch (kindOf(entry)) {
    case INSTANCE:
      if (clearOf(type) != subtypeClear || deallocOf(type) != subtypeDealloc) return false;
      return !(traits & HAS_MANAGED_DICT) || managedDict(object) == 0;
    case DICT: return dictValues(object) == 0 && !isSplit(dictKeys(object));
    case LIST:
    case SET: return true;
  }
  return false;
}

/** Empties an object that `isKnown`, but for its type. */
function clearKnown(object: u32): void {
  const type = typeOf(object), entry = entryOf(type, object);
  switch (kindOf(entry)) {
    case INSTANCE: {
      const traits = traitsOf(entry);
      if (traits & HAS_INLINE) {
        const values = object + basicSize(type);
        if (isValid(values)) dropRun(valueSlots(values), valuesInUse(entry, values));
      }
      if (traits & HAS_SLOTS) dropOffsets(object, offsetsOf(entry));
      break;
    }
    case LIST: {
      const count = varSize(object);
      emptyList(object);
      dropRun(listItems(object), count);
      break;
    }
    case DICT: clearDict(object); break;
    case SET: clearSet(object);
  }
}

/** Empties a run of references; each is 0 before what it referred to can run anything. */
function dropRun(items: u32, count: u32): void {
  for (const end = items + (count << 2); items < end; items += 4) dropAt(items);
}

@inline function dropAt(address: u32): void {
  const object = load<u32>(address);
  if (object == 0) return;
  store<u32>(address, 0);
  drop(object);
}

function dropOffsets(object: u32, offsets: u32): void {
  for (let i: u32 = load<u16>(offsets); i != 0; i--) {
    offsets += 2;
    dropAt(object + load<u16>(offsets));
  }
}

function clearDict(dict: u32): void {
  const keys = dictKeys(dict);
  const count = entryCount(keys);
  let entry = entriesOf(keys);
  emptyDict(dict);
  if (isGeneral(keys)) {
    for (const end = entry + count * GENERAL_ENTRY; entry < end; entry += GENERAL_ENTRY) {
      dropAt(entry + 4);
      dropAt(entry + 8);
    }
  } else {
    for (const end = entry + count * STRING_ENTRY; entry < end; entry += STRING_ENTRY) {
      dropAt(entry);
      dropAt(entry + 4);
    }
  }
}

function clearSet(set: u32): void {
  let entry = setTable(set);
  const end = entry + (setMask(set) + 1) * SET_ENTRY;
  emptySet(set);
  for (; entry < end; entry += SET_ENTRY) dropAt(entry);
}
