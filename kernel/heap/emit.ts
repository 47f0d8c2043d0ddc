/**
 * What was reached, object after object in the order of addresses, through a buffer that the TypeScript side empties
 * whenever it is full.
 *
 *   ╒═ object, 4 words ═══════════════════════════════════╕   ╒═ its references, 2 words each ═════════════════════╕
 *   │ address │ 3 │ type │ reference count │ bytes        │   │ address of the other │ kind │ what names it        │
 *   └──────────────────────────────────────────────────────┘   └───────────────────────────────────────────────────────┘
 *   kind 0   what names it: an index, or with the top bit its number among those without a name
 *   kind 1   an object, with how in its low bits (BY_KEY and so on)
 *   kind 2   a name that the TypeScript side has given a number
 */
import { refcount, typeOf } from "../layout/object";
import { entryOf } from "../trace/types";
import { Emit, edgesOf } from "./edges";
import { factsOf } from "./facts";
import { flush } from "./host";
import { nextReached, isReached } from "./reach";
import { bytesOf } from "./sizes";

export const BY_NUMBER: u32 = 0;
export const BY_OBJECT: u32 = 1;
export const BY_NAME: u32 = 2;
const OBJECT: u32 = 3;

/** In the low bits of an object that names a reference: it is the key of a value, … */
export const BY_KEY: u32 = 0;
/** … the name of an attribute, … */
export const BY_ATTRIBUTE: u32 = 1;
/** … the key itself is referred to, … */
export const IS_KEY: u32 = 2;
/** … or it is the name of a local variable. */
export const BY_LOCAL: u32 = 3;
/** In a number: no index, but the how manieth of those without a name. */
export const NAMELESS: u32 = 1 << 31;

let buffer: u32 = 0, bufferEnd: u32 = 0, at: u32 = 0;

/** Gives it a buffer, of a multiple of 16 bytes. */
export function setBuffer(address: u32, bytes: u32): void {
  buffer = at = address;
  bufferEnd = address + bytes;
}

/** Tells of all objects that `finishReach` found. */
export function emitAll(): void {
  for (let object = nextReached(0); object != 0; object = nextReached(object + 4)) {
    const type = typeOf(object), facts = factsOf(entryOf(type, object), type, object);
    if (at + 16 > bufferEnd) empty();
    store<u32>(at, object | OBJECT);
    store<u32>(at, type, 4);
    store<u32>(at, refcount(object), 8);
    store<u32>(at, bytesOf(object, facts), 12);
    at += 16;
    edgesOf<Emit>(object);
  }
  empty();
}

/** A reference of the object that was told of last. */
@inline export function emitEdge(object: u32, kind: u32, name: u32): void {
  if (!isReached(object)) return;
  if (at == bufferEnd) empty();
  store<u32>(at, object | kind);
  store<u32>(at, name, 4);
  at += 8;
}

function empty(): void {
  flush((at - buffer) >> 2);
  at = buffer;
}
