/**
 * For probes and verification: the kernel's idea of an object beside CPython's, and the ways in to
 * functions of the host's table that JavaScript may not call by itself in every engine.
 */
import { typeOf } from "./layout/object";
import { traverseOf } from "./layout/type";
import { Inspect, trace, visitInspect } from "./trace/trace";
import { entryOf, forgetTypes, hasHead, kindOf } from "./trace/types";

/** The kind that tracing takes the object for. */
export function kindOfObject(object: u32): u32 { return kindOf(entryOf(typeOf(object), object)); }

/** True when the object has a collector's header. */
export function isGcObject(object: u32): bool { return hasHead(entryOf(typeOf(object), object), object); }

/** Records the referents of an object as the kernel finds them. */
export function inspect(object: u32): void { trace<Inspect>(object); }

/** Calls tp_traverse of the object's type with the given visitor; may trap. */
export function callTraverse(object: u32, visitor: u32): i32 {
  return call_indirect<i32>(traverseOf(typeOf(object)), object, visitor, object);
}

/** Calls a visitor by its table index. */
export function callVisitor(visitor: u32, object: u32, argument: u32): i32 {
  return call_indirect<i32>(visitor, object, argument);
}

/** Calls a built-in function that was redirected, by its table index, as its flags want it called. */
export function callPlain(target: u32, self: u32, args: u32): u32 { return call_indirect<u32>(target, self, args); }
export function callFast(target: u32, self: u32, args: u32, nargs: u32): u32 {
  return call_indirect<u32>(target, self, args, nargs);
}
export function callKeyword(target: u32, self: u32, args: u32, nargs: u32, names: u32): u32 {
  return call_indirect<u32>(target, self, args, nargs, names);
}

/** A visitor that does nothing, for trying an unknown tp_traverse. */
export function visitNothing(_object: u32, _argument: u32): i32 { return 0; }

/** A tp_traverse that tells which visitor it was given. */
export function traverseProbe(_self: u32, visitor: u32, _argument: u32): i32 {
  if (probeCount == 0) firstVisitor = visitor;
  probeCount++;
  return 0;
}

let probeCount: u32 = 0, firstVisitor: u32 = 0;
export function startProbe(): void { probeCount = 0; firstVisitor = 0; }
export function probedVisitor(): u32 { return firstVisitor; }

export { forgetTypes, visitInspect };
