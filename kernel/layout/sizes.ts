/**
 * Lengths that only the size of an object depends on.
 *
 *   ╒═ list ══════════╕  ╒═ bytearray ════════════════╕  ╒═ int ════════════════════════╕
 *   │ +16 allocated   │  │ +12 allocated │ +16 bytes ─▶│  │ +8  digits << 3 │ sign         │
 *   └─────────────────┘  └────────────────────────────┘  └──────────────────────────────┘
 *   ╒═ str ═══════════════════════════════════════════════════════════════════════════════════════════════╕
 *   │ +8 length │ +16 state: bytes of a character (3 bits), compact, ascii │ +20 characters of ASCII           │
 *   │ otherwise: +20 bytes of UTF-8 │ +24 UTF-8 ─▶ │ +28 characters, or of a str subclass: their address        │
 *   └─────────────────────────────────────────────────────────────────────────────────────────────────────────┘
 *   The bytes of a bytearray are a block; from 3.15 on those in a bytes object that is the bytearray's own.
 */
@inline export function allocatedItems(list: u32): u32 { return load<u32>(list, 16); }
@inline export function allocatedBytes(bytearray: u32): u32 { return load<u32>(bytearray, 12); }
/** The block with the bytes of a bytearray; 0 for none. */
@inline export function bytearrayBlock(bytearray: u32): u32 {
  const bytes = load<u32>(bytearray, 16);
  return allocatedBytes(bytearray) == 0 || bytes == 0 ? 0 : bytes - bytearrayBefore;
}
/** Bytes asked for that block. */
@inline export function bytearrayBytes(bytearray: u32): u32 { return bytearrayBefore + allocatedBytes(bytearray) + bytearrayAfter; }
@inline export function digits(integer: u32): u32 { return load<u32>(integer, 8) >> 3; }

let bytearrayBefore: u32 = 0, bytearrayAfter: u32 = 0;
/** What is in the block before a bytearray's bytes, and after those that it has allocated. */
export function setBytearrayFrame(before: u32, after: u32): void {
  bytearrayBefore = before;
  bytearrayAfter = after;
}

const STATE: u32 = 16;
const ASCII_FIELDS: u32 = 20;
const FIELDS: u32 = 28;

/** Where in a string's state the bytes of a character stand. */
let characterShift: u32 = 0;
export function setCharacterShift(shift: u32): void { characterShift = shift; }

@inline function state(text: u32): u32 { return load<u32>(text, STATE) >> characterShift; }
@inline function isCompact(text: u32): bool { return (state(text) & 8) != 0; }
@inline function isAscii(text: u32): bool { return (state(text) & 16) != 0; }

/** Bytes of a character. */
@inline export function textWidth(text: u32): u32 { return state(text) & 7; }
/** The block with the characters of a string that is not of one piece. */
@inline export function separateText(text: u32): u32 { return load<u32>(text, FIELDS); }

/** Bytes of a string of one piece. */
export function textBytes(text: u32): u32 {
  const characters = (load<u32>(text, 8) + 1) * textWidth(text);
  return (isAscii(text) ? ASCII_FIELDS : FIELDS) + characters;
}

/** The block with the text as UTF-8, where it has one; 0 for none. */
@inline export function utf8Block(text: u32): u32 { return isCompact(text) && !isAscii(text) ? load<u32>(text, 24) : 0; }
@inline export function utf8Bytes(text: u32): u32 { return load<u32>(text, 20); }
