/** Looking for gates: frozen objects that refer to something which is not frozen. */
import { bytesForMemory } from "../bitmap";
import { isLinked } from "../layout/gc-head";
import { lookThrough } from "../trace/trace";
import { frozenBits, frozenIn, setGatesIn } from "./frozen";

/** The next word of the bitmap to look at. */
let position: u32 = 0;

/** Begins to look for gates; those known remain such until they are looked at again. */
export function beginGates(): void { position = 0; }

/** Looks at about `count` frozen objects; true when it is through. Python may run in between. */
export function findGates(count: i32): bool {
  if (frozenBits() == 0) return true;
  for (const end = bytesForMemory(); position < end; position += 8) {
    if (count <= 0) return false;
    const objects = frozenIn(position);
    if (objects == 0) continue;
    let found: u64 = 0;
    for (let rest = objects; rest != 0; rest &= rest - 1, count--) {
      const bit = ctz(rest), object = (position << 6) + (<u32>bit << 3);
      if (isLinked(object) && lookThrough(object)) found |= <u64>1 << bit;
    }
    setGatesIn(position, found);
  }
  return true;
}
