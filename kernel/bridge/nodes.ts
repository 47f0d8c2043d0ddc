/**
 * The graph that a bridge pass works on: what marking did not reach, in a block of scratch memory that lives for one
 * pass. Too small a block is no harm: the pass says so (`isBridgeFull`) and is repeated with a larger one.
 *
 *   ╒═ block ═══════════════════════════════════════════════════════════════════════════════════╕
 *   │ nodes, 24 bytes each │ index: node number + 1, by hash of the address │ edges │ sources      │
 *   └───────────────────────────────────────────────────────────────────────────────────────────┘
 *   ╒═ node ══════════════════════════════════════════════════════════════════════════════════════╕
 *   │ +0 object │ +4 references not yet explained │ +8 flags │ +12 link │ +16 edges end │ +20 sources end │
 *   └─────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 *   link  while walking: next node of the stack; in the end: the node that its mirror belongs to, and then its number
 */
import { refcount } from "../layout/object";

export const NODE: u32 = 24;
/** References from outside: somebody whom we don't see holds it. */
export const LIVE: u32 = 1;
/** A finalizer that has not run could reach it. */
export const HELD: u32 = 2;
/** PyProxies own references to it. */
export const OWNED: u32 = 4;
/** PyProxies reach it. */
export const REACHED: u32 = 8;
/** It is a JsProxy. */
export const PROXY: u32 = 16;
/** It leads to a JsProxy whose slots may become weak. */
export const USEFUL: u32 = 32;

/** Entries of the index, and edges, for each node. */
const INDEX_SHARE: u32 = 2;
const EDGE_SHARE: u32 = 4;

let nodes: u32 = 0, capacity: u32 = 0, count: u32 = 0;
let index: u32 = 0, mask: u32 = 0;
let edges: u32 = 0, edgeCapacity: u32 = 0;
let full: bool = false;

/** Bytes of a block for `nodes` nodes, which is a power of two. */
export function bridgeBlock(nodes: u32): u32 { return nodes * (NODE + 4 * INDEX_SHARE + 2 * 4 * EDGE_SHARE); }

/** Begins a pass with an empty graph, in a block of `bridgeBlock(size)` bytes. */
export function beginBridgeNodes(block: u32, size: u32): void {
  nodes = block;
  capacity = size;
  count = 0;
  index = nodes + size * NODE;
  mask = size * INDEX_SHARE - 1;
  memory.fill(index, 0, (mask + 1) << 2);
  edges = index + ((mask + 1) << 2);
  edgeCapacity = size * EDGE_SHARE;
  full = false;
}

/** The block was too small: what the pass found is worth nothing. */
export function isBridgeFull(): bool { return full; }
@inline export function overflow(): void { full = true; }
/** Nodes of the graph. */
export function bridgeNodes(): u32 { return count; }

@inline export function node(number: u32): u32 { return nodes + number * NODE; }
@inline export function numberOf(at: u32): u32 { return (at - nodes) / NODE; }
@inline export function endOfNodes(): u32 { return node(count); }
@inline export function objectIn(at: u32): u32 { return load<u32>(at); }
@inline export function unexplained(at: u32): u32 { return load<u32>(at, 4); }
@inline export function explain(at: u32): void { store<u32>(at, load<u32>(at, 4) - 1, 4); }
@inline export function has(at: u32, flag: u32): bool { return (load<u32>(at, 8) & flag) != 0; }
@inline export function add(at: u32, flag: u32): void { store<u32>(at, load<u32>(at, 8) | flag, 8); }
@inline export function link(at: u32): u32 { return load<u32>(at, 12); }
@inline export function setLink(at: u32, to: u32): void { store<u32>(at, to, 12); }
@inline export function edgesEnd(at: u32): u32 { return load<u32>(at, 16); }
@inline export function setEdgesEnd(at: u32, end: u32): void { store<u32>(at, end, 16); }
@inline export function sourcesEnd(at: u32): u32 { return load<u32>(at, 20); }
@inline export function setSourcesEnd(at: u32, end: u32): void { store<u32>(at, end, 20); }
@inline export function firstEdge(): u32 { return edges; }
@inline export function edgeLimit(): u32 { return edges + (edgeCapacity << 2); }
@inline export function firstSource(): u32 { return edges + (edgeCapacity << 2); }

/** Where the index has the object, or has room for it. */
@inline function placeOf(object: u32): u32 {
  let at = ((object >> 3) * 0x9e3779b1) >> 7;
  let place = index + ((at & mask) << 2);
  for (let number = load<u32>(place); number != 0 && objectIn(node(number - 1)) != object; number = load<u32>(place)) {
    place = index + ((++at & mask) << 2);
  }
  return place;
}

/** The node of an object; 0 when it has none. */
export function findNode(object: u32): u32 {
  const number = load<u32>(placeOf(object));
  return number == 0 ? 0 : node(number - 1);
}

/** The same, made now if need be; 0 when there is no room left. */
export function nodeOf(object: u32, flags: u32): u32 {
  const place = placeOf(object), number = load<u32>(place);
  if (number != 0) return node(number - 1);
  if (count == capacity) {
    full = true;
    return 0;
  }
  const at = node(count);
  store<u32>(place, ++count);
  store<u32>(at, object);
  store<u32>(at, refcount(object), 4);
  store<u32>(at, flags, 8);
  store<u32>(at, 0, 12);
  return at;
}
