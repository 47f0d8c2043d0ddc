/**
 * Large containers, in portions: no slice of marking is longer for one of them.
 *
 *   ╒═ waiting, newest last ════════════════╕
 *   │ { object u32, next slot u32 }  …      │  up to 16
 *   └───────────────────────────────────────┘
 *
 * Python may run between two portions, and change or free the container: each portion looks at it anew, and ends where it
 * ends now. What escapes marking by being moved meanwhile is only suspected.
 *
 * Subclasses of dict, list and set, OrderedDict and defaultdict among them, are marked by tp_traverse. Those visit what
 * they have besides their content first; so it is stopped after a few referents, and the content follows in portions.
 */
import { isLinked } from "../layout/gc-head";
import { typeOf } from "../layout/object";
import { markFirst, markSlots, slotsOf } from "../trace/trace";
import { GENERIC, LEAF, contentOf, entryOf, kindOf } from "../trace/types";

/** Slots from which on a container is large. */
const LARGE: u32 = 2048;
const MOST_WAITING: u32 = 16;
const WAITING_SIZE: u32 = 8;

let waiting: u32 = 0, top: u32 = 0;
/** Gives the kernel room for those that wait. */
export function setWaiting(address: u32): void {
  waiting = address;
  top = address;
}
/** Bytes of scratch memory that `setWaiting` wants. */
export function waitingScratch(): u32 { return MOST_WAITING * WAITING_SIZE; }

/** Begins: none is waiting. */
export function forgetWaiting(): void { top = waiting; }
@inline export function isAnyWaiting(): bool { return top != waiting; }

/** The slots of a large container; 0 for any other object. */
export function slotsIfLarge(object: u32, entry: u32): u32 {
  const content = contentOf(entry);
  if (content == LEAF) return 0;
  const slots = slotsOf(object, content);
  return slots < LARGE ? 0 : slots;
}

/** True when the object is a large container, which waits from now on; else it is to be traced at once. */
export function putOff(object: u32, entry: u32): bool {
  if (slotsIfLarge(object, entry) == 0) return false;
  if (top == waiting + MOST_WAITING * WAITING_SIZE) return false;
  if (kindOf(entry) == GENERIC) markFirst(object, entry);
  store<u32>(top, object);
  store<u32>(top, 0, 4);
  top += WAITING_SIZE;
  return true;
}

/** Marks what up to `slots` slots of the newest refer to; it waits no longer when that were the last. */
export function markPortion(slots: u32): void {
  const place = top - WAITING_SIZE, object = load<u32>(place), from = load<u32>(place, 4);
  if (isLinked(object)) {
    const content = contentOf(entryOf(typeOf(object), object));
    if (content != LEAF && from < slotsOf(object, content)) {
      markSlots(object, content, from, slots);
      store<u32>(place, from + slots, 4);
      return;
    }
  }
  top = place;
}
