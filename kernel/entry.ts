/**
 * Where CPython comes in: the private callback that stands for its trigger, and the built-in functions of
 * the gc module that were redirected. Each only hands over to the TypeScript side; they are here because a
 * function pointer of CPython's must be a WebAssembly function of the right signature.
 */
import { call, pending, trigger } from "./host";

/** METH_FASTCALL: the private callback in the collector's list of callbacks. */
export function onTrigger(_self: u32, args: u32, _nargs: u32): u32 { return trigger(args); }

/** A pending call (Py_AddPendingCall): Python is at a safe point, and no collection is under way. */
export function onPending(_argument: u32): i32 {
  pending();
  return 0;
}

// One entry a slot and calling convention; the slot says which function it stands for.

// METH_NOARGS, METH_O, METH_VARARGS:
export function plain0(self: u32, args: u32): u32 { return call(0, self, args, 0, 0); }
export function plain1(self: u32, args: u32): u32 { return call(1, self, args, 0, 0); }
export function plain2(self: u32, args: u32): u32 { return call(2, self, args, 0, 0); }
export function plain3(self: u32, args: u32): u32 { return call(3, self, args, 0, 0); }
export function plain4(self: u32, args: u32): u32 { return call(4, self, args, 0, 0); }
export function plain5(self: u32, args: u32): u32 { return call(5, self, args, 0, 0); }
export function plain6(self: u32, args: u32): u32 { return call(6, self, args, 0, 0); }
export function plain7(self: u32, args: u32): u32 { return call(7, self, args, 0, 0); }
export function plain8(self: u32, args: u32): u32 { return call(8, self, args, 0, 0); }
export function plain9(self: u32, args: u32): u32 { return call(9, self, args, 0, 0); }
export function plain10(self: u32, args: u32): u32 { return call(10, self, args, 0, 0); }
export function plain11(self: u32, args: u32): u32 { return call(11, self, args, 0, 0); }
// METH_FASTCALL:
export function fast0(self: u32, args: u32, nargs: u32): u32 { return call(0, self, args, nargs, 0); }
export function fast1(self: u32, args: u32, nargs: u32): u32 { return call(1, self, args, nargs, 0); }
export function fast2(self: u32, args: u32, nargs: u32): u32 { return call(2, self, args, nargs, 0); }
export function fast3(self: u32, args: u32, nargs: u32): u32 { return call(3, self, args, nargs, 0); }
export function fast4(self: u32, args: u32, nargs: u32): u32 { return call(4, self, args, nargs, 0); }
export function fast5(self: u32, args: u32, nargs: u32): u32 { return call(5, self, args, nargs, 0); }
export function fast6(self: u32, args: u32, nargs: u32): u32 { return call(6, self, args, nargs, 0); }
export function fast7(self: u32, args: u32, nargs: u32): u32 { return call(7, self, args, nargs, 0); }
export function fast8(self: u32, args: u32, nargs: u32): u32 { return call(8, self, args, nargs, 0); }
export function fast9(self: u32, args: u32, nargs: u32): u32 { return call(9, self, args, nargs, 0); }
export function fast10(self: u32, args: u32, nargs: u32): u32 { return call(10, self, args, nargs, 0); }
export function fast11(self: u32, args: u32, nargs: u32): u32 { return call(11, self, args, nargs, 0); }
// METH_FASTCALL | METH_KEYWORDS:
export function keyword0(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(0, self, args, nargs, names); }
export function keyword1(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(1, self, args, nargs, names); }
export function keyword2(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(2, self, args, nargs, names); }
export function keyword3(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(3, self, args, nargs, names); }
export function keyword4(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(4, self, args, nargs, names); }
export function keyword5(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(5, self, args, nargs, names); }
export function keyword6(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(6, self, args, nargs, names); }
export function keyword7(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(7, self, args, nargs, names); }
export function keyword8(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(8, self, args, nargs, names); }
export function keyword9(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(9, self, args, nargs, names); }
export function keyword10(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(10, self, args, nargs, names); }
export function keyword11(self: u32, args: u32, nargs: u32, names: u32): u32 { return call(11, self, args, nargs, names); }
