/** The class of an object, read without running Python. */
import type { Host } from "./runtime.js";

const OB_TYPE = 4;
const TP_NAME = 12;
const TP_FLAGS = 84;
/** Flags by which CPython tells subclasses of builtin types (Include/object.h). */
const SUBCLASS = { int: 1 << 24, str: 1 << 28 } as const;

/** The address of its type. */
export function typeOf(host: Host, object: number): number {
  return host.load(object + OB_TYPE);
}

/** As `type(object).__name__`, with the module for types of C code. */
export function typeName(host: Host, object: number): string {
  return host.readString(host.load(typeOf(host, object) + TP_NAME));
}

/** True for the builtin type itself too. */
export function isSubclassOf(host: Host, type: number, builtin: keyof typeof SUBCLASS): boolean {
  return (host.load(type + TP_FLAGS) & SUBCLASS[builtin]) !== 0;
}
