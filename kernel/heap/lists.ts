/** The collector's lists as roots of a capture. */
import { nextOf, objectOf } from "../layout/gc-head";
import { reach } from "./reach";

/** Reaches all objects of a list. */
export function reachAll(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) reach(objectOf(head));
}
