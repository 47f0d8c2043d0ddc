/** Who refers to an object: the lists are searched, and only they. */
import { PyList_Append } from "../host";
import { headOf, isLinked, nextOf, objectOf, prevOf } from "../layout/gc-head";
import { Find, edgesOf } from "./edges";

let wanted: u32 = 0;
/** References to the object that the one being visited has. */
let found: u32 = 0;

@inline export function find(object: u32): void { found += u32(object == wanted); }

/** Looks at one object; returns how many references are left to find, or -1 on an error. */
function lookAt(referrer: u32, into: u32, but: u32, left: i32): i32 {
  if (referrer == into || referrer == but) return left;
  found = 0;
  edgesOf<Find>(referrer);
  if (found == 0) return left;
  return PyList_Append(into, referrer) < 0 ? -1 : max(left - <i32>found, 0);
}

/**
 * Appends the objects of a list that refer to `object` to a Python list, but for that list and one other object; ends early when
 * `references` have been found. Returns how many of them are left to find, or -1 on an error.
 */
export function findReferrers(list: u32, object: u32, into: u32, but: u32, references: i32): i32 {
  wanted = object;
  let left = references;
  for (let head = nextOf(list); head != list && left > 0; head = nextOf(head)) left = lookAt(objectOf(head), into, but, left);
  return left;
}

/** The list that `findAround` has searched; 0 for none. */
let searched: u32 = 0;
export function searchedList(): u32 { return searched; }

/**
 * The same for the list that the object itself is in, from its place on in both directions: what refers to an object has often
 * been made at about the same time. Heads of lists are between `first` and `end`.
 */
export function findAround(object: u32, into: u32, but: u32, references: i32, first: u32, end: u32): i32 {
  wanted = object;
  searched = 0;
  if (!isLinked(object)) return references;
  let left = lookAt(object, into, but, references);
  let after = nextOf(headOf(object)), before = prevOf(headOf(object));
  while (left > 0) {
    const isEnd = after >= first && after < end, isStart = before >= first && before < end;
    if (isEnd && isStart) break;
    if (!isEnd) {
      left = lookAt(objectOf(after), into, but, left);
      after = nextOf(after);
    }
    if (!isStart && left > 0) {
      left = lookAt(objectOf(before), into, but, left);
      before = prevOf(before);
    }
  }
  searched = after;
  return left;
}
