/** How many bytes an object takes: its own block, and blocks that it alone owns. */
import { blockBytes } from "../layout/allocator";
import {
  GENERAL_ENTRY, SET_ENTRY, STRING_ENTRY, capacity, dictKeys, dictValues, isEmbedded, isGeneral, isSplit, keysBytes, setMask,
  setTable,
} from "../layout/containers";
import { allocatedItems, bytearrayBlock, bytearrayBytes, digits, separateText, textBytes, textWidth, utf8Block, utf8Bytes } from "../layout/sizes";
import { slotsOfFrame } from "../layout/frame";
import { varSize } from "../layout/object";
import { sharedKeysOf } from "../trace/types";
import {
  BUFFER_BYTEARRAY, BUFFER_DICT, BUFFER_LIST, BUFFER_SET, BUFFER_TEXT, BUFFER_TYPE, IS_TYPE, SIZE_DIGITS, SIZE_FRAME, SIZE_ITEMS, SIZE_TEXT, SIZE_VALUES, bufferRule,
  bytesBefore, factFlags, fixedBytes, frameAt, itemBytes, sizeRule,
} from "./facts";
import { HEAPTYPE, STATIC_SIZE, flagsOf } from "../layout/type";

/** Bytes of an object; what C code has taken for it beside that is not seen. */
export function bytesOf(object: u32, facts: u32): u32 {
  if (factFlags(facts) & IS_TYPE && !(flagsOf(object) & HEAPTYPE)) return STATIC_SIZE;
  const rule = sizeRule(facts);
  let bytes = fixedBytes(facts);
  if (rule == SIZE_TEXT) bytes = textBytes(object);
  else if (rule == SIZE_ITEMS) bytes += <u32>abs<i32>(<i32>varSize(object)) * itemBytes(facts);
  else if (rule == SIZE_DIGITS) bytes += max(digits(object), 1) * itemBytes(facts);
  else if (rule == SIZE_VALUES) bytes += valuesBytes(object + bytes - bytesBefore(facts));
  else if (rule == SIZE_FRAME) bytes += slotsOfFrame(object + frameAt(facts)) * itemBytes(facts);
  return blockBytes(object - bytesBefore(facts), bytes) + bufferBytes(object, facts);
}

function bufferBytes(object: u32, facts: u32): u32 {
  const rule = bufferRule(facts);
  if (rule == BUFFER_LIST) return ownedBytes(load<u32>(object, 12), allocatedItems(object) << 2);
  if (rule == BUFFER_DICT) return dictBytes(object);
  if (rule == BUFFER_SET) return setTable(object) - object < 256 ? 0 : ownedBytes(setTable(object), (setMask(object) + 1) * SET_ENTRY);
  if (rule == BUFFER_BYTEARRAY) return ownedBytes(bytearrayBlock(object), bytearrayBytes(object));
  if (rule == BUFFER_TEXT) return ownedBytes(separateText(object), (varSize(object) + 1) * textWidth(object));
  if (rule == BUFFER_TYPE) return sharedKeysBytes(object);
  return sizeRule(facts) == SIZE_TEXT && utf8Block(object) != 0 ? ownedBytes(utf8Block(object), utf8Bytes(object) + 1) : 0;
}

/** Of a block that is there, or not. */
@inline function ownedBytes(block: u32, bytes: u32): u32 { return block == 0 ? 0 : blockBytes(block, bytes); }

@inline function valuesBytes(values: u32): u32 { return 4 + 5 * capacity(values); }

function dictBytes(dict: u32): u32 {
  const keys = dictKeys(dict), values = dictValues(dict);
  if (values == 0) return tableBytes(keys);
  return isEmbedded(values) ? 0 : blockBytes(values, valuesBytes(values));
}

/** Of keys that a dict has for itself; those of empty dicts are static. */
function tableBytes(keys: u32): u32 {
  if (load<u8>(keys, 4) == 0) return 0;
  return blockBytes(keys, keysBytes(keys, isGeneral(keys) ? GENERAL_ENTRY : STRING_ENTRY));
}

function sharedKeysBytes(type: u32): u32 {
  const keys = sharedKeysOf(type);
  return keys != 0 && isSplit(keys) ? tableBytes(keys) : 0;
}
