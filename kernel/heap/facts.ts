/**
 * What the TypeScript side says of a type, beyond what tracing needs: which of its fields have names, and what its
 * objects take. It is asked once for each type and capture (src/cpython/type-facts.ts writes them).
 *
 *   ╒═ facts ═══════════════════════════════════════════════════════════════════════════════════════════════╕
 *   │ +0 size u8 │ +1 buffer u8 │ +2 content u8 │ +3 flags u8        rules, see below                        │
 *   │ +4  bytes of the block without what is counted │ +8 of these, how many are before the object            │
 *   │ +12 bytes of an item │ +16 where a frame is, or a pointer to one; 0 for none │ +20 number of members     │
 *   │ +24 members: { offset u32, name u32 } …        fields that hold an object, or 0                         │
 *   └──────────────────────────────────────────────────────────────────────────────────────────────────────────┘
 */
import { describeFacts } from "./host";
import { factsWord, setFactsWord } from "../trace/types";

// ── How large an object is: bytes of the block, and … ──────────────────────────────────────────────
export const SIZE_FIXED: u32 = 0;
/** as many items as ob_size says (negative ones count too) */
export const SIZE_ITEMS: u32 = 1;
/** as many digits as an int has */
export const SIZE_DIGITS: u32 = 2;
export const SIZE_TEXT: u32 = 3;
/** the inline values of an instance */
export const SIZE_VALUES: u32 = 4;
/** as many items as the frame in it has locals and room for its stack */
export const SIZE_FRAME: u32 = 5;

// ── Which other block it owns ──────────────────────────────────────────────────────────────────────
export const BUFFER_NONE: u32 = 0;
export const BUFFER_LIST: u32 = 1;
export const BUFFER_DICT: u32 = 2;
export const BUFFER_SET: u32 = 3;
export const BUFFER_BYTEARRAY: u32 = 4;
/** the keys that the instances of a class share */
export const BUFFER_TYPE: u32 = 5;
/** the characters of an instance of a subclass of str */
export const BUFFER_TEXT: u32 = 6;

// ── What it contains beside its fields: as for kinds, and a tuple ──────────────────────────────────
export const CONTENT_NONE: u32 = 0;
export const CONTENT_LIST: u32 = 1;
export const CONTENT_TUPLE: u32 = 2;
export const CONTENT_DICT: u32 = 3;
export const CONTENT_SET: u32 = 4;

// ── Flags ──────────────────────────────────────────────────────────────────────────────────────────
/** A class: static ones are shorter, and have fewer fields. */
export const IS_TYPE: u32 = 1;
/** `frameOf` is a pointer to a frame. */
export const POINTS_TO_FRAME: u32 = 2;

@inline export function sizeRule(facts: u32): u32 { return load<u8>(facts); }
@inline export function bufferRule(facts: u32): u32 { return load<u8>(facts, 1); }
@inline export function contentRule(facts: u32): u32 { return load<u8>(facts, 2); }
@inline export function factFlags(facts: u32): u32 { return load<u8>(facts, 3); }
@inline export function fixedBytes(facts: u32): u32 { return load<u32>(facts, 4); }
@inline export function bytesBefore(facts: u32): u32 { return load<u32>(facts, 8); }
@inline export function itemBytes(facts: u32): u32 { return load<u32>(facts, 12); }
@inline export function frameAt(facts: u32): u32 { return load<u32>(facts, 16); }
@inline export function memberCount(facts: u32): u32 { return load<u32>(facts, 20); }
@inline export function memberOffset(facts: u32, i: u32): u32 { return load<u32>(facts + (i << 3), 24); }
@inline export function memberName(facts: u32, i: u32): u32 { return load<u32>(facts + (i << 3), 28); }

/** The facts of a type, whose entry in the cache of types is at hand. */
@inline export function factsOf(entry: u32, type: u32, object: u32): u32 {
  const known = factsWord(entry);
  return known != 0 ? known : askFacts(entry, type, object);
}

function askFacts(entry: u32, type: u32, object: u32): u32 {
  const facts = describeFacts(type, object);
  setFactsWord(entry, facts);
  return facts;
}
