/**
 * Which objects are dead: a bit for eight bytes of memory, where the object begins and not its block. So whether a word refers to
 * a dead object is told without asking what is there.
 */
import { clearBit, hasBit, setBit } from "./bits";

let bits: u32 = 0;

/** Gives it cleared memory. */
@inline export function setDeadSet(bitmap: u32): void { bits = bitmap; }
@inline export function isDead(object: u32): bool { return hasBit(bits, object); }
@inline export function addDead(object: u32): void { setBit(bits, object); }
@inline export function removeDead(object: u32): void { clearBit(bits, object); }
