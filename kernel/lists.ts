/** The list operations that the TypeScript side uses. */
import { COLLECTING, clearCollecting, nextOf, objectOf, prevOf } from "./layout/gc-head";
import { PyList_Append } from "./host";

export { initList, merge, moveFirst, size } from "./layout/gc-head";

/** Clears COLLECTING on every object of `list`. */
export function clearCollectingAll(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) clearCollecting(head);
}

/** Sets the two low bits of every `_gc_next` in `list` to `bits`, as CPython 3.14's spaces want them. */
export function setSpace(list: u32, bits: u32): void {
  for (let head = nextOf(list); head != list; ) {
    const next = nextOf(head);
    store<u32>(head, next | bits);
    head = next;
  }
}

/** Appends the objects of a list to a Python list, but for that list itself; -1 on an error. */
export function appendObjects(list: u32, to: u32): i32 {
  for (let head = nextOf(list); head != list; head = nextOf(head)) {
    if (objectOf(head) != to && PyList_Append(to, objectOf(head)) < 0) return -1;
  }
  return 0;
}

/** True when the links of `list` agree in both directions and no object is in a set under collection. */
export function isWellFormed(list: u32): bool {
  let prev = list, head = nextOf(list);
  for (; head != list; head = nextOf(head)) {
    if (prevOf(head) != prev || load<u32>(head, 4) & COLLECTING) return false;
    prev = head;
  }
  return prevOf(list) == prev;
}
