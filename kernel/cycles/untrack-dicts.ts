/** CPython up to 3.13 untracks, in full collections, dicts that can hold no cycle; later versions do not. */
import {
  GENERAL_ENTRY, STRING_ENTRY, dictKeys, dictValues, entriesOf, entryCount, isGeneral, valueSlots,
} from "../layout/containers";
import { nextOf, objectOf, untrack } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { isDict } from "../trace/types";
import { mayBeTracked } from "./candidates";

/** Untracks the dicts of `list` whose keys and values can never be part of a cycle. */
export function untrackDicts(list: u32): void {
  for (let head = nextOf(list); head != list; ) {
    const next = nextOf(head), object = objectOf(head);
    if (isDict(typeOf(object)) && canUntrack(object)) untrack(head);
    head = next;
  }
}

function canUntrack(dict: u32): bool {
  const keys = dictKeys(dict), values = dictValues(dict), count = entryCount(keys);
  if (values != 0) return harmless(valueSlots(values), 4, count);
  const entries = entriesOf(keys);
  if (!isGeneral(keys)) return harmless(entries + 4, STRING_ENTRY, count);
  return harmless(entries + 8, GENERAL_ENTRY, count) && harmless(entries + 4, GENERAL_ENTRY, count);
}

/** True when none of `count` references, `step` bytes apart, may be tracked. */
function harmless(reference: u32, step: u32, count: u32): bool {
  for (; count != 0; count--, reference += step) {
    const object = load<u32>(reference);
    if (object != 0 && mayBeTracked(object)) return false;
  }
  return true;
}
