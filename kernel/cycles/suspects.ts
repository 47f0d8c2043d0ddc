/**
 * The old generation of the incremental plan, once marking is over. Python runs between the slices, and every object
 * is in one of CPython's own lists all the time.
 *
 *   1 sort     along the list, which stays as it is; what is not marked becomes a suspect
 *   2 groups   a suspect, all suspects that it refers to near and far, and another, until the group is large enough:
 *              the candidates of one trial deletion. Trash falls apart into many small islands, so this finds most
 *   3 hearing  those that a group left alive, because a suspect outside it refers to them, once more and all together
 *
 * Suspects are a set of addresses. Some may die before they are taken, and their memory be put to another use: what is
 * taken is any tracked object there, and whether it is the same one does not matter. Trial deletion is exact for
 * any set.
 */
import {
  FINALIZED, headOf, initList, isLinked, nextOf, objectOf, prevWord, setNext, setPrevWord, unlink, untrack,
} from "../layout/gc-head";
import { isImmortal, typeOf } from "../layout/object";
import { addSuspect, clearHearing, clearSuspects, dropSuspect, hearAgain, isMarked, takeSuspect } from "../mark/grey";
import { WRITES_LIVE } from "../sabotage";
import { slotsIfLarge } from "../mark/large";
import { Gather, traceFound } from "../trace/trace";
import { entryOf, isTuple } from "../trace/types";
import { beginCandidates } from "./candidate-set";
import { canUntrackTuple, countCandidates, makeCandidate } from "./candidates";

/** Addresses between which the heads of CPython's own lists lie. */
let firstHead: u32 = 0, endOfHeads: u32 = 0;
export function setListHeads(first: u32, end: u32): void {
  firstHead = first;
  endOfHeads = end;
}
@inline function isListHead(head: u32): bool { return head >= firstHead && head < endOfHeads; }

let sorted: u32 = 0;
/** Objects that the last `sortOld` looked at. */
export function sortedCount(): u32 { return sorted; }

/** Begins to sort, which `wipe` comes before: there are no suspects. */
export function beginSort(): void { clearSuspects(); }

/**
 * Sorts up to `count` objects of `list` that come after the header `last`, or, where that is `list`, from the front. What
 * CPython untracks in a full collection is untracked; nothing else is written.
 *
 * Returns the last header sorted, where to go on; `list` when all are; 0 when `last` is in that list no longer. Its object
 * may have died since, and another, of another list, stand in its place: then the walk ends at the head of that one, and
 * suspects a few too many.
 */
export function sortOld(list: u32, last: u32, count: u32): u32 {
  sorted = 0;
  if (last != list && !isLinked(objectOf(last))) return 0;
  for (let head = nextOf(last); sorted < count; sorted++) {
    if (isListHead(head)) return head == list ? list : 0;
    const next = nextOf(head), object = objectOf(head);
    const marked = isMarked(object);
    if (isImmortal(object) || (marked && isTuple(typeOf(object)) && canUntrackTuple(object))) untrack(head);
    else {
      if (!marked) addSuspect(object);
      if (WRITES_LIVE) setPrevWord(head, prevWord(head) | FINALIZED);
      last = head;
    }
    head = next;
  }
  return last;
}

// ── Groups ─────────────────────────────────────────────────────────────────────────────────────────

/** The last header of the group being gathered, its size, and the slots of its largest container, where that is a large one. */
let last: u32 = 0, size: u32 = 0, largest: u32 = 0;
/** Slots of the largest container in the group, which its proof does not cut; 0 when none is large. */
export function slotsOfLargest(): u32 { return largest; }

/** Begins to make groups, which `wipe` comes before: nobody has been left alive yet. */
export function beginGroups(): void { clearHearing(); }

/**
 * Takes a group of at least `least` suspects, where there are so many, out of their lists: the candidates `into`. Returns
 * how many.
 */
export function takeGroup(into: u32, least: u32): u32 {
  beginCandidates();
  initList(into);
  last = into;
  size = 0;
  largest = 0;
  let head = into;
  while (size < least) {
    const object = takeSuspect();
    if (object == 0) break;
    gather(object);
    for (; head != last; ) {
      head = nextOf(head);
      const object = objectOf(head), entry = entryOf(typeOf(object), object);
      largest = max(largest, slotsIfLarge(object, entry));
      traceFound<Gather>(object, entry);
    }
  }
  setNext(last, into);
  countCandidates(size);
  return size;
}

/** A suspect joins the group, if it is still there. */
export function gather(object: u32): void {
  dropSuspect(object);
  if (!isLinked(object)) return;
  const head = headOf(object);
  unlink(head);
  setNext(last, head);
  makeCandidate(head);
  last = head;
  size++;
}

/** All of `list` get a second hearing. */
export function hearAll(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) hearAgain(objectOf(head));
}
