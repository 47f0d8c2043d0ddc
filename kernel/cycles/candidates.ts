/**
 * Which objects go into trial deletion, and the lists before and after it.
 *
 * A full collection takes those that marking did not reach; a young one takes its whole generation. While
 * they are candidates they are singly linked (`_gc_prev` counts), and `relink` makes proper lists again.
 */
import {
  COLLECTING, FINALIZED, initList, isCollecting, nextOf, objectOf, prevOf, prevWord, setNext, setPrev,
  setPrevWord, untrack,
} from "../layout/gc-head";
import { tupleItems } from "../layout/containers";
import { isImmortal, refcount, typeOf, varSize } from "../layout/object";
import { weaklistOffset } from "../layout/type";
import { isMarked } from "../mark/grey";
import { addCandidate, beginCandidates, dropCandidate, forgetCandidates } from "./candidate-set";
import { WRITES_LIVE } from "../sabotage";
import {
  HAS_FINALIZER, HAS_LEGACY_DEL, HAS_WEAKLIST, IS_WEAKREF, entryOf, hasHead, isTuple, traitsOf,
} from "../trace/types";

let examined: u32 = 0, candidates: u32 = 0, trash: u32 = 0, survey: u32 = 0;
/** Objects in the generations of the last collection. */
export function examinedCount(): u32 { return examined; }
/** Objects that went into its trial deletion. */
export function candidateCount(): u32 { return candidates; }
/** Objects that it proved dead. */
export function trashCount(): u32 { return trash; }
/** Traits found among them: HAS_FINALIZER, HAS_LEGACY_DEL, IS_WEAKREF, HAS_WEAKLIST. */
export function trashSurvey(): u32 { return survey; }

/** Its count begins as all of its references. */
@inline export function makeCandidate(head: u32): void {
  setPrevWord(head, (prevWord(head) & FINALIZED) | COLLECTING | (refcount(objectOf(head)) << 2));
  addCandidate(objectOf(head));
}

/** So many candidates were made elsewhere. */
export function countCandidates(count: u32): void {
  examined = count;
  candidates = count;
}

/**
 * Splits `list` by the mark bits: the rest goes to `into` as candidates. What is marked stays, and only the neighbours of
 * what leaves are written to.
 */
export function takeUnmarked(list: u32, into: u32): void {
  beginCandidates();
  initList(into);
  examined = 0;
  candidates = 0;
  let kept = list, taken = into;
  for (let head = nextOf(list); head != list; ) {
    const next = nextOf(head), object = objectOf(head);
    examined++;
    if (isMarked(object)) {
      if (isImmortal(object) || (isTuple(typeOf(object)) && canUntrackTuple(object))) forget(head);
      else {
        if (prevOf(head) != kept) {
          setNext(kept, head);
          setPrev(head, kept);
        }
        if (WRITES_LIVE) setPrevWord(head, prevWord(head) | FINALIZED);
        kept = head;
      }
    } else if (isImmortal(object)) forget(head);
    else {
      setNext(taken, head);
      makeCandidate(head);
      taken = head;
      candidates++;
    }
    head = next;
  }
  if (prevOf(list) != kept) {
    setNext(kept, list);
    setPrev(list, kept);
  }
  setNext(taken, into);
}

/** Makes every object of `list` a candidate; returns how many that is. */
export function takeAll(list: u32): u32 {
  beginCandidates();
  examined = 0;
  let taken = list;
  for (let head = nextOf(list); head != list; ) {
    const next = nextOf(head);
    examined++;
    if (isImmortal(objectOf(head))) forget(head);
    else {
      setNext(taken, head);
      makeCandidate(head);
      taken = head;
    }
    head = next;
  }
  setNext(taken, list);
  candidates = examined;
  return examined;
}

/** Untracks an object that is being left out of a list under reconstruction. */
@inline function forget(head: u32): void {
  store<u32>(head, 0);
  setPrevWord(head, prevWord(head) & FINALIZED);
}

/**
 * After trial deletion: appends the survivors among `from` to `reachable` and the others to `unreachable`,
 * both proper lists again, and surveys what disposal will have to do. With `untracksTuples`, tuples that
 * survive and can hold no cycle are left out of every list, as CPython does it. Returns the number of the others.
 */
export function relink(from: u32, reachable: u32, unreachable: u32, untracksTuples: bool): u32 {
  trash = 0;
  survey = 0;
  let alive = prevOf(reachable), dead = prevOf(unreachable);
  for (let head = nextOf(from); head != from; ) {
    const next = nextOf(head);
    dropCandidate(objectOf(head));
    if (isCollecting(head)) {
      setPrevWord(head, (prevWord(head) & FINALIZED) | COLLECTING | dead);
      setNext(dead, head);
      dead = head;
      trash++;
      survey |= surveyOf(head);
    } else if (untracksTuples && isTuple(typeOf(objectOf(head))) && canUntrackTuple(objectOf(head))) forget(head);
    else {
      setPrevWord(head, (prevWord(head) & FINALIZED) | alive);
      setNext(alive, head);
      alive = head;
    }
    head = next;
  }
  setNext(alive, reachable);
  setPrev(reachable, alive);
  setNext(dead, unreachable);
  setPrev(unreachable, dead);
  initList(from);
  forgetCandidates();
  return trash;
}

@inline function surveyOf(head: u32): u32 {
  const object = objectOf(head), type = typeOf(object);
  const traits = traitsOf(entryOf(type, object));
  let found = traits & (HAS_LEGACY_DEL | IS_WEAKREF);
  if (traits & HAS_FINALIZER && !(prevWord(head) & FINALIZED)) found |= HAS_FINALIZER;
  if (traits & HAS_WEAKLIST && load<u32>(object + weaklistOffset(type)) != 0) found |= HAS_WEAKLIST;
  return found;
}

/** The last item is asked first: where keys and values go in pairs, keys are the simple ones. */
export function canUntrackTuple(tuple: u32): bool {
  const items = tupleItems(tuple);
  for (let item = items + (varSize(tuple) << 2); item > items; ) {
    item -= 4;
    const object = load<u32>(item);
    if (object == 0 || mayBeTracked(object)) return false;
  }
  return true;
}

/** True unless the object can never be tracked, or is a tuple that no longer is. */
export function mayBeTracked(object: u32): bool {
  const type = typeOf(object);
  if (!hasHead(entryOf(type, object), object)) return false;
  return !isTuple(type) || load<u32>(object - 8) != 0;
}
