/**
 * The built-in containers.
 *
 *   ╒═ list ════════════╕  ╒═ tuple ══════════════════════╕  ╒═ set, frozenset ═══════════════╕
 *   │ +8   size         │  │ +8   size                    │  │ +8  fill   +12 used   +16 mask │
 *   │ +12  items ─▶ [ ] │  │ +12 or +16 (3.14)  items [ ] │  │ +20 table ─▶ {key, hash} [ ]   │
 *   └───────────────────┘  └──────────────────────────────┘  └────────────────────────────────┘
 *
 *   ╒═ dict ═════════════════╕   ╒═ keys ═══════════════════════════════════════════════════════╕
 *   │ +8   used              │   │ +4 log2 of size │ +5 log2 of index bytes │ +6 kind: 0 general,  │
 *   │ +24  keys ────────────────▶│ 1 str, 2 split │ +16 nentries │ +20 indices, then the entries:    │
 *   │ +28  values (split) ─┐ │   │     general {hash,key,value} 12 bytes, string {key,value} 8   │
 *   └──────────────────────│─┘   └───────────────────────────────────────────────────────────────┘
 *                          ▼
 *   ╒═ values (a split dict's, or inline in an instance at basicsize) ═╕
 *   │ +0 capacity u8 │ +2 embedded u8 │ +3 valid u8 │ +4 values [ ]    │
 *   └──────────────────────────────────────────────────────────────────┘
 */

let tupleItemsAt: u32 = 0;
export function setTupleItems(offset: u32): void { tupleItemsAt = offset; }

@inline export function listItems(list: u32): u32 { return load<u32>(list, 12); }
@inline export function emptyList(list: u32): void { store<u32>(list, 0, 8); }
@inline export function tupleItems(tuple: u32): u32 { return tuple + tupleItemsAt; }

@inline export function setMask(set: u32): u32 { return load<u32>(set, 16); }
@inline export function setTable(set: u32): u32 { return load<u32>(set, 20); }
@inline export function emptySet(set: u32): void { store<u64>(set, 0, 8); }
export const SET_ENTRY: u32 = 8;

@inline export function dictKeys(dict: u32): u32 { return load<u32>(dict, 24); }
@inline export function dictValues(dict: u32): u32 { return load<u32>(dict, 28); }
@inline export function isGeneral(keys: u32): bool { return load<u8>(keys, 6) == 0; }
@inline export function isSplit(keys: u32): bool { return load<u8>(keys, 6) == 2; }
@inline export function emptyDict(dict: u32): void { store<u32>(dict, 0, 8); }
@inline export function entryCount(keys: u32): u32 { return load<u32>(keys, 16); }
@inline export function entriesOf(keys: u32): u32 { return keys + 20 + (<u32>1 << <u32>load<u8>(keys, 5)); }
/** Bytes of keys whose entries are of so many: two thirds of the index are usable. */
@inline export function keysBytes(keys: u32, entry: u32): u32 {
  return entriesOf(keys) - keys + ((<u32>1 << <u32>load<u8>(keys, 4)) * 2 / 3) * entry;
}
export const GENERAL_ENTRY: u32 = 12;
export const STRING_ENTRY: u32 = 8;

@inline export function capacity(values: u32): u32 { return load<u8>(values); }
@inline export function isEmbedded(values: u32): bool { return load<u8>(values, 2) != 0; }
@inline export function isValid(values: u32): bool { return load<u8>(values, 3) != 0; }
/**
 * Whether a dict made of an instance's inline values visits them, and the instance only the dict (3.15, CPython gh-130327);
 * before, the instance visits the values, and nobody the dict.
 */
let dictVisitsInline: bool = false;
export function setDictVisitsInline(visits: bool): void { dictVisitsInline = visits; }
@inline export function dictVisitsInlineValues(): bool { return dictVisitsInline; }
@inline export function valueSlots(values: u32): u32 { return values + 4; }
