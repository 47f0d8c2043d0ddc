/** Who refers to an object: the lists are searched, and only they. */
import { PyList_Append } from "../host";
import { nextOf, objectOf } from "../layout/gc-head";
import { Find, edgesOf } from "./edges";

let wanted: u32 = 0;
/** References to the object that the one being visited has. */
let found: u32 = 0;

@inline export function find(object: u32): void { found += u32(object == wanted); }

/**
 * Appends the objects of a list that refer to `object` to a Python list, but for that list and one other object; ends early when
 * `references` have been found. Returns how many of them are left to find, or -1 on an error.
 */
export function findReferrers(list: u32, object: u32, into: u32, but: u32, references: i32): i32 {
  wanted = object;
  let left = references;
  for (let head = nextOf(list); head != list && left > 0; head = nextOf(head)) {
    const referrer = objectOf(head);
    if (referrer == into || referrer == but) continue;
    found = 0;
    edgesOf<Find>(referrer);
    if (found == 0) continue;
    left -= found;
    if (PyList_Append(into, referrer) < 0) return -1;
  }
  return max(left, 0);
}
