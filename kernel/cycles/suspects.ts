/**
 * The old generation of the incremental plan, once marking is over. Python runs between the slices, and every object
 * is in one of CPython's own lists all the time.
 *
 *   1 sort     from the front of one list to the end of another; what is not marked becomes a suspect
 *   2 groups   a suspect, all suspects that it refers to near and far, and another, until the group is large enough:
 *              the candidates of one trial deletion. Trash falls apart into many small islands, so this finds most
 *   3 hearing  those that a group left alive, because a suspect outside it refers to them, once more and all together
 *
 * Suspects are a set of addresses. Some may die before they are taken, and their memory be put to another use: what is
 * taken is any tracked object there, and whether it is the same one does not matter. Trial deletion is exact for
 * any set.
 */
import { headOf, initList, isLinked, nextOf, objectOf, prevOf, setNext, setPrev, unlink, untrack } from "../layout/gc-head";
import { isImmortal, typeOf } from "../layout/object";
import { addSuspect, clearHearing, clearSuspects, coverAgain, dropSuspect, hearAgain, isMarked, takeSuspect } from "../mark/grey";
import { Gather, trace } from "../trace/trace";
import { isTuple } from "../trace/types";
import { beginCandidates } from "./candidate-set";
import { canUntrackTuple, countCandidates, makeCandidate } from "./candidates";

/** Begins to sort: there are no suspects. */
export function beginSort(): void { clearSuspects(); }

/**
 * Sorts up to `count` objects from the front of `from`, and moves them to the end of `to`; returns how many. What CPython
 * untracks in a full collection is untracked.
 */
export function sortOld(from: u32, to: u32, count: u32): u32 {
  let sorted: u32 = 0;
  let head = nextOf(from);
  for (; head != from && sorted < count; sorted++) {
    const next = nextOf(head), object = objectOf(head);
    const marked = isMarked(object);
    if (isImmortal(object) || (marked && isTuple(typeOf(object)) && canUntrackTuple(object))) untrack(head);
    else if (!marked) addSuspect(object);
    head = next;
  }
  moveFront(from, head, to);
  return sorted;
}

/** Moves everything before `head` from the front of `from` to the end of `to`. */
function moveFront(from: u32, head: u32, to: u32): void {
  const first = nextOf(from);
  if (first == head) return;
  const last = prevOf(head), end = prevOf(to);
  setNext(from, head);
  setPrev(head, from);
  setNext(end, first);
  setPrev(first, end);
  setNext(last, to);
  setPrev(to, last);
}

// ── Groups ─────────────────────────────────────────────────────────────────────────────────────────

/** The last header of the group being gathered, and its size. */
let last: u32 = 0, size: u32 = 0;

/** Begins to make groups: nobody has been left alive yet. */
export function beginGroups(): void { clearHearing(); }

/**
 * Takes a group of at least `least` suspects, where there are so many, out of their lists: the candidates `into`. Returns
 * how many; 0 also where memory has outgrown the bitmaps, for then nobody can say who is a suspect.
 */
export function takeGroup(into: u32, least: u32): u32 {
  beginCandidates();
  initList(into);
  last = into;
  size = 0;
  if (!coverAgain()) return 0;
  let head = into;
  while (size < least) {
    const object = takeSuspect();
    if (object == 0) break;
    gather(object);
    for (; head != last; ) {
      head = nextOf(head);
      trace<Gather>(objectOf(head));
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
