/**
 * A bridge pass: which JsProxies are reachable only through references that PyProxies own?
 *
 *   1 mark      from Python's roots, in slices if need be; what that reaches is no concern of ours
 *   2 take      what PyProxies own of what is left is a node, and what nodes refer to; in a thorough pass every tracked object
 *               that is left, so that references from Python's own garbage are explained as well
 *   3 explain   each reference between nodes, and each that a PyProxy owns, explains one count of its target
 *   4 rescue    a node with counts unexplained, too few or too many, is held from outside: it is live, and what it reaches
 *   5 reach     from what PyProxies own, among the rest
 *   6 hold      from finalizers that have not run, and where asked from objects with weak references: what these could
 *               still reach is as good as live, since Python code may come to it without a PyProxy
 *
 * What is reached, and neither live nor held, is what `edges.ts` draws. From 2 on nothing of Python runs, and nothing is
 * written but scratch memory. Every walk uses one tracing function; `step` says what a visit means.
 */
import { delOf, weaklistOffset } from "../layout/type";
import { FINALIZED, headOf, isTracked, nextOf, objectOf, prevWord } from "../layout/gc-head";
import { dictOfProxy, isJsProxy, signatureOf } from "../layout/js-proxy";
import { isImmortal, typeOf } from "../layout/object";
import { BRIDGE_FREES_LIVE, BRIDGE_FORGETS_FINALIZER } from "../sabotage";
import { Bridge, traceFound } from "../trace/trace";
import { DICT, HAS_FINALIZER, HAS_WEAKLIST, LEAF, TUPLE, entryOf, hasHead, kindOf, traitsOf } from "../trace/types";
import { drawEdge } from "./edges";
import {
  HELD, LIVE, NODE, OWNED, PROXY, REACHED, add, endOfNodes, explain, findNode, has, link, node, nodeOf, objectIn,
  setLink, unexplained,
} from "./nodes";
import { finalizerIsIdle } from "./idle-finalizers";
import { isReached, reach, takeReached } from "./reached";

const MARK: u32 = 0;
const EXPLAIN: u32 = 1;
/** Walks that give a flag to what they come to: the flag says which. */
const SPREAD: u32 = 2;
const DRAW: u32 = 3;

let step: u32 = MARK;
/** Of SPREAD: the flag, nodes with any of these are not entered, and the stack. */
let flag: u32 = 0, shunned: u32 = 0, stack: u32 = 0;
/** JsProxies that PyProxies reach and that got the flag HELD in the last walk. */
let proxiesHeld: u32 = 0;

/** One reference, in whatever walk is under way. */
export function bridgeReferent(object: u32): void {
  if (step == MARK) {
    reach(object);
    return;
  }
  if (isReached(object)) return;
  if (step == EXPLAIN) {
    const at = nodeFor(object);
    if (at != 0) explain(at);
    return;
  }
  const at = findNode(object);
  if (at == 0) return;
  if (step == SPREAD) spread(at);
  else drawEdge(at);
}

/** The visitor for tp_traverse: it stands in the place of CPython's visit_decref for as long as a pass lasts. */
export function visitBridge(object: u32, _argument: u32): i32 {
  if (object != 0) bridgeReferent(object);
  return 0;
}

/** Visits what an object refers to. */
function trace(object: u32): void {
  const type = typeOf(object), entry = entryOf(type, object);
  if (kindOf(entry) != LEAF) {
    if (hasHead(entry, object)) traceFound<Bridge>(object, entry);
  } else if (isJsProxy(type)) {
    if (dictOfProxy(object) != 0) bridgeReferent(dictOfProxy(object));
    if (signatureOf(object) != 0) bridgeReferent(signatureOf(object));
  }
}

// ── 1 ──────────────────────────────────────────────────────────────────────────────────────────────

/** Marks from a root; 0 is allowed. */
export function bridgeRoot(object: u32): void {
  step = MARK;
  if (object != 0) reach(object);
}

/** Visits up to `count` of what is reached; true when nothing is left. */
export function bridgeMark(count: u32): bool {
  step = MARK;
  for (; count != 0; count--) {
    const object = takeReached();
    if (object == 0) return true;
    trace(object);
  }
  return false;
}

// ── 2 and 3 ────────────────────────────────────────────────────────────────────────────────────────

/** Makes nodes of those objects of a list that marking did not reach. */
export function bridgeTake(list: u32): void {
  for (let head = nextOf(list); head != list; head = nextOf(head)) {
    if (!isReached(objectOf(head))) nodeFor(objectOf(head));
  }
}

/** The node of an object that can refer to others; 0 for other objects. */
function nodeFor(object: u32): u32 {
  const at = findNode(object);
  if (at != 0) return at;
  const type = typeOf(object), entry = entryOf(type, object), kind = kindOf(entry);
  if (kind == LEAF) return isJsProxy(type) ? nodeOf(object, PROXY) : 0;
  if (!hasHead(entry, object) || (!isTracked(object) && kind != TUPLE && kind != DICT)) return 0;
  return nodeOf(object, isJsProxy(type) ? PROXY : 0);
}

/** A PyProxy owns a reference to the object. */
export function bridgeOwn(object: u32): void {
  if (object == 0 || isReached(object)) return;
  const at = nodeFor(object);
  if (at == 0) return;
  add(at, OWNED);
  explain(at);
}

/** Explains what the nodes refer to; those that are met on the way join them. */
export function bridgeExplain(): void {
  step = EXPLAIN;
  for (let at = node(0); at < endOfNodes(); at += NODE) trace(objectIn(at));
}

// ── 4, 5, 6 ────────────────────────────────────────────────────────────────────────────────────────

@inline function spread(at: u32): void {
  if (has(at, flag | shunned)) return;
  add(at, flag);
  if (flag == HELD && has(at, PROXY) && has(at, REACHED)) proxiesHeld++;
  setLink(at, stack);
  stack = at;
}

/** Gives `flag_` to a node and all that it reaches, but for what has it, or one of `shunned_`. */
function spreadFrom(at: u32, flag_: u32, shunned_: u32): void {
  step = SPREAD;
  flag = flag_;
  shunned = shunned_;
  stack = 0;
  spread(at);
  while (stack != 0) {
    const next = stack;
    stack = link(next);
    trace(objectIn(next));
  }
}

let outside: u32 = 0;
/** Nodes that somebody holds who is neither a node nor a PyProxy in the ledger. */
export function bridgeOutside(): u32 { return outside; }

export function bridgeRescue(): void {
  outside = 0;
  if (BRIDGE_FREES_LIVE) return;
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (unexplained(at) == 0) continue;
    if (!isImmortal(objectIn(at))) outside++;
    spreadFrom(at, LIVE, 0);
  }
}

export function bridgeReach(): void {
  for (let at = node(0); at < endOfNodes(); at += NODE) if (has(at, OWNED)) spreadFrom(at, REACHED, LIVE);
}

/** Holds what objects with weak references reach. */
export function bridgeHoldReferenced(): void {
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    const object = objectIn(at), type = typeOf(object);
    if (!(traitsOf(entryOf(type, object)) & HAS_WEAKLIST)) continue;
    if (load<u32>(object + weaklistOffset(type)) != 0) spreadFrom(at, HELD, LIVE);
  }
}

/**
 * Holds what the finalizer of the next such node from number `from` on reaches. Returns the number after it, or 0 when
 * there is no more; `bridgeHolder` is its object when that kept a JsProxy from being let go, and otherwise 0.
 */
export function bridgeHoldFinalizer(from: u32): u32 {
  holder = 0;
  for (let at = node(from); at < endOfNodes(); at += NODE, from++) {
    if (has(at, LIVE) || !mayFinalize(objectIn(at))) continue;
    proxiesHeld = 0;
    if (!BRIDGE_FORGETS_FINALIZER) spreadFrom(at, HELD, LIVE);
    if (proxiesHeld != 0 && has(at, REACHED)) holder = objectIn(at);
    return from + 1;
  }
  return 0;
}

let holder: u32 = 0;
export function bridgeHolder(): u32 { return holder; }
/** JsProxies that it holds. */
export function bridgeHeldProxies(): u32 { return proxiesHeld; }

/** True when Python code may run when the object dies. */
function mayFinalize(object: u32): bool {
  const type = typeOf(object), traits = traitsOf(entryOf(type, object));
  if (delOf(type) != 0) return true;
  if (!(traits & HAS_FINALIZER)) return false;
  return !(prevWord(headOf(object)) & FINALIZED) && !finalizerIsIdle(object, type);
}

// ── For edges.ts ───────────────────────────────────────────────────────────────────────────────────

/** Tells `drawEdge` of everything that a node refers to. */
export function traceEdges(at: u32): void {
  step = DRAW;
  trace(objectIn(at));
}
