/**
 * The edges to mirror, after `pass.ts`: from what PyProxies own to the slots of JsProxies that they reach.
 *
 *   draw     the edges between nodes that are reached, and neither live nor held
 *   narrow   to those that lead to a JsProxy
 *   merge    a node that only one other refers to becomes part of that one's mirror; so a mirror node is made only for
 *            what PyProxies own, and where several paths meet
 *
 * What comes out is a list of pairs, mirror node and what it holds:
 *
 *   ╒═ pair ═══════════════════════════════════════════════════════╕
 *   │ number of the holder │ slot << 1 | 1, or number of a node << 1 │
 *   └──────────────────────────────────────────────────────────────┘
 */
import { jsReference, slotOf, thisReference } from "../layout/js-proxy";
import {
  HELD, LIVE, NODE, OWNED, PROXY, REACHED, USEFUL, add, edgeLimit, edgesEnd, endOfNodes, findNode, firstEdge, firstSource, has,
  isBridgeFull, link, node, numberOf, objectIn, overflow, setEdgesEnd, setLink, setSourcesEnd, sourcesEnd,
} from "./nodes";
import { traceEdges } from "./pass";

/** Where the next edge goes: node addresses in a row, those of one node after those of the one before. */
let edge: u32 = 0;
let mirrors: u32 = 0, pairs: u32 = 0, pair: u32 = 0;

@inline function isDrawn(at: u32): bool { return has(at, REACHED) && !has(at, LIVE | HELD); }

/** An edge of the node being traced. */
export function drawEdge(to: u32): void {
  if (!isDrawn(to)) return;
  if (edge == edgeLimit()) {
    overflow();
    return;
  }
  store<u32>(edge, to);
  edge += 4;
  setSourcesEnd(to, sourcesEnd(to) + 1); // A count, until the sources are known.
}

/** Draws, narrows and merges; returns how many pairs there may be at most. */
export function bridgeDraw(): u32 {
  drawAll();
  if (isBridgeFull()) return 0;
  findSources();
  return merge(narrow());
}

function drawAll(): void {
  edge = firstEdge();
  for (let at = node(0); at < endOfNodes(); at += NODE) setSourcesEnd(at, 0);
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (isDrawn(at)) traceEdges(at);
    setEdgesEnd(at, edge);
  }
}

@inline function edgesBegin(at: u32): u32 { return at == node(0) ? firstEdge() : edgesEnd(at - NODE); }
@inline function sourcesBegin(at: u32): u32 { return at == node(0) ? firstSource() : sourcesEnd(at - NODE); }

/** The same edges by their targets. */
function findSources(): void {
  let end = firstSource();
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    const count = sourcesEnd(at);
    setSourcesEnd(at, end);
    end += count << 2;
  }
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    for (let e = edgesBegin(at); e < edgesEnd(at); e += 4) {
      const to = load<u32>(e), place = sourcesEnd(to);
      store<u32>(place, at);
      setSourcesEnd(to, place + 4);
    }
  }
}

/** Finds the nodes that lead to a JsProxy; returns the number of slots. */
function narrow(): u32 {
  let stack: u32 = 0, slots: u32 = 0;
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (!has(at, PROXY) || !isDrawn(at)) continue;
    slots += 2;
    add(at, USEFUL);
    setLink(at, stack);
    stack = at;
  }
  while (stack != 0) {
    const at = stack;
    stack = link(at);
    for (let s = sourcesBegin(at); s < sourcesEnd(at); s += 4) {
      const from = load<u32>(s);
      if (has(from, USEFUL)) continue;
      add(from, USEFUL);
      setLink(from, stack);
      stack = from;
    }
  }
  return slots;
}

/** Every useful node gets the node whose mirror it is part of. */
function merge(slots: u32): u32 {
  let most = slots;
  for (let at = node(0); at < endOfNodes(); at += NODE) setLink(at, 0);
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (!has(at, USEFUL)) continue;
    most += (edgesEnd(at) - edgesBegin(at)) >> 2;
    if (link(at) == 0) settle(at);
  }
  return most;
}

/** The only node that refers to this one; 0 when there are several, or PyProxies do. */
function soleSource(at: u32): u32 {
  return !has(at, OWNED) && sourcesEnd(at) - sourcesBegin(at) == 4 ? load<u32>(sourcesBegin(at)) : 0;
}

/** Goes up to the first node with a mirror, and back down. What is reached is reached from one: the way up has an end. */
function settle(at: u32): void {
  let top = at;
  for (let from = soleSource(top); from != 0 && link(top) == 0; from = soleSource(top)) top = from;
  const leader = link(top) == 0 ? top : link(top);
  for (let down = at; link(down) == 0; down = soleSource(down)) {
    setLink(down, leader);
    if (down == top) break;
  }
}

/** Numbers the mirror nodes and writes the pairs; returns how many pairs. */
export function bridgeWritePairs(into: u32): u32 {
  mirrors = 0;
  pairs = into;
  pair = into;
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (has(at, USEFUL) && link(at) == at) setEdgesNumber(at, mirrors++);
  }
  for (let at = node(0); at < endOfNodes(); at += NODE) {
    if (!has(at, USEFUL)) continue;
    const holder = edgesNumber(link(at));
    if (has(at, PROXY)) {
      writeSlot(holder, slotOf(jsReference(objectIn(at))));
      writeSlot(holder, slotOf(thisReference(objectIn(at))));
    }
    for (let e = edgesBegin(at); e < edgesEnd(at); e += 4) {
      const to = load<u32>(e);
      if (has(to, USEFUL) && link(to) != link(at)) writePair(holder, edgesNumber(link(to)) << 1);
    }
  }
  return (pair - pairs) >> 3;
}

function writeSlot(holder: u32, slot: u32): void {
  if (slot != 0) writePair(holder, (slot << 1) | 1);
}

@inline function writePair(holder: u32, held: u32): void {
  store<u32>(pair, holder);
  store<u32>(pair, held, 4);
  pair += 8;
}

/** The sources have done their work: where a node's end was, a mirror node has its number. */
@inline function setEdgesNumber(at: u32, number: u32): void { setSourcesEnd(at, number); }
@inline function edgesNumber(at: u32): u32 { return sourcesEnd(at); }

/** How many mirror nodes there are. */
export function bridgeMirrors(): u32 { return mirrors; }

/** The number of the mirror node of an object that PyProxies own, plus 1; 0 when it has none. */
export function bridgeMirrorOf(object: u32): u32 {
  const at = findNode(object);
  return at != 0 && has(at, USEFUL) ? edgesNumber(at) + 1 : 0;
}
