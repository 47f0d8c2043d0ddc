/** The kernel inside CPython, with all that it needs of a running interpreter: lists, scratch memory, texts. */
import type { GcState } from "./gc-state.js";
import { HIDDEN_LISTS_SIZE, HiddenLists } from "./hidden-lists.js";
import type { Seat } from "./seat.js";

const HEAD_SIZE = 16;
/** Private list heads, by purpose. */
const LISTS = ["candidates", "trash", "rest", "legacy", "seen", "pending", "cursor"] as const;
/** Bytes for the arguments of C functions with variable arguments. */
const ARGUMENT_AREA = 64;
/** Bytes of the queue in front of the mark stack. */
const MARK_QUEUE = 64;

/** Every constant C string: made at once, since there may be no memory for one later. */
const TEXTS = [
  "%s",
  "_frozen_importlib",
  "_module_locks",
  "candidates",
  "collect",
  "collectable",
  "collected",
  "disable",
  "duration",
  "enable",
  "freeze",
  "gc",
  "generation",
  "get_count",
  "get_debug",
  "get_objects",
  "get_referrers",
  "get_stats",
  "get_threshold",
  "isenabled",
  "moult_trigger",
  "set_debug",
  "uncollectable",
  "Exception ignored in tp_clear of %s",
  "Exception ignored on calling weakref callback %R",
  "Exception ignored while calling GC callback %R",
  "gc: %s <%s %p>\n",
] as const;

/** A constant C string. */
export type Text = (typeof TEXTS)[number];

/** Addresses of the private list heads. */
export type PrivateLists = Readonly<Record<(typeof LISTS)[number], number>>;

/** A kernel in its seat, and what belongs to it. */
export interface Installation extends Seat {
  readonly lists: PrivateLists;
  readonly hidden: HiddenLists;
  readonly argumentArea: number;
  text(content: Text): number;
}

/** Gives a kernel what it needs of a running interpreter. Throws MoultError "out-of-memory". */
export function installKernel(state: GcState, seat: Seat): Installation {
  const { runtime } = state;
  const { kernel } = seat;
  const heads = runtime.allocate(LISTS.length * HEAD_SIZE + HIDDEN_LISTS_SIZE);
  const lists = Object.fromEntries(LISTS.map((name, i) => [name, heads + i * HEAD_SIZE])) as PrivateLists;
  for (const head of Object.values(lists)) kernel.initList(head);
  const texts = new Map(TEXTS.map((content) => [content, runtime.cString(content)]));
  const text = (content: Text) => texts.get(content)!;
  const argumentArea = runtime.allocate(ARGUMENT_AREA);
  kernel.setTrigger(...state.triggerWords);
  kernel.setTypesScratch(runtime.allocate(kernel.typesScratch()));
  kernel.setListHeads(state.address, state.address + state.fact("gcSize"));
  kernel.setMarkQueue(runtime.allocate(MARK_QUEUE));
  kernel.setWaiting(runtime.allocate(kernel.waitingScratch()));
  kernel.setTexts(
    state.layout.formatsUnraisable ? text("Exception ignored on calling weakref callback %R") : 0,
    text("Exception ignored in tp_clear of %s"),
    text("gc: %s <%s %p>\n"),
    argumentArea,
  );
  const hidden = new HiddenLists(state, kernel, heads + LISTS.length * HEAD_SIZE);
  return { ...seat, lists, hidden, argumentArea, text };
}
