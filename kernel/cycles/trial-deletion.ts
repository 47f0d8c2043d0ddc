/**
 * Trial deletion (Christopher 1984; CPython's own method): an object whose every reference comes from
 * inside the set is dead, unless one that is alive refers to it.
 *
 *   1 subtract   each reference from a candidate to a candidate explains one count
 *   2 rescue     a candidate with counts unexplained is alive, and so is what it refers to
 *   3 relink     the rest is trash
 *
 * The answer is exact for the set as it stands; nothing of Python runs in between. A wrong tp_traverse that
 * visits too little leaves counts unexplained, and one that visits too much makes them wrap: both keep.
 */
import { nextOf, objectOf, prevWord } from "../layout/gc-head";
import { FINDS_NOTHING, FREES_LIVE } from "../sabotage";
import { Subtract, beginRescue, finishRescue, rescueRoot, suspect, trace } from "../trace/trace";
import { relink } from "./candidates";

/**
 * Divides `candidates` into `reachable` and `unreachable`, appended to both; `relink` says what of tuples.
 * Returns how many are unreachable.
 */
export function deduce(candidates: u32, reachable: u32, unreachable: u32, untracksTuples: bool): u32 {
  for (let head = nextOf(candidates); head != candidates; head = nextOf(head)) trace<Subtract>(objectOf(head));
  beginRescue();
  for (let head = nextOf(candidates); head != candidates; head = nextOf(head)) {
    const unexplained = prevWord(head) >> 2;
    if (unexplained > <u32>(FREES_LIVE ? 1 : 0) || FINDS_NOTHING) rescueRoot(head);
    else suspect();
  }
  finishRescue();
  return relink(candidates, reachable, unreachable, untracksTuples);
}
