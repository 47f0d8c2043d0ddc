/**
 * Types, read without running Python.
 *
 *   ╒═ object ═════════╕   ╒═ type ═══════════════════════════════════════════╕
 *   │ +0 count +4 type │   │ +12 name │ +16 basic size │ +20 item size │ +84 flags │
 *   └──────────────────┘   └──────────────────────────────────────────────────┘
 */
import type { Host } from "./runtime.js";

const OB_TYPE = 4;
const TP_NAME = 12;
const TP_BASICSIZE = 16;
const TP_ITEMSIZE = 20;
const TP_FLAGS = 84;
/** Bytes of the collector's header, and of the two words that may be before it. */
const HEADER = 8;

/** Bits of tp_flags (Include/object.h). */
export const TypeFlag = {
  inlineValues: 1 << 2,
  managedWeakref: 1 << 3,
  managedDict: 1 << 4,
  heapType: 1 << 9,
  ready: 1 << 12,
  gc: 1 << 14,
} as const;

/** Bits of tp_flags by which CPython tells builtin types and their subclasses. */
export const Subclass = {
  int: 1 << 24,
  list: 1 << 25,
  tuple: 1 << 26,
  bytes: 1 << 27,
  str: 1 << 28,
  dict: 1 << 29,
  type: 1 << 31,
} as const;

/** The address of an object's type. */
export function typeOf(host: Host, object: number): number {
  return host.load(object + OB_TYPE);
}

/** A type's tp_flags. */
export function flagsOf(host: Host, type: number): number {
  return host.load(type + TP_FLAGS);
}

/** A type's own name, with the module for types of C code. */
export function nameOf(host: Host, type: number): string {
  return host.readString(host.load(type + TP_NAME));
}

/** As `type(object).__name__`, with the module for types of C code. */
export function typeName(host: Host, object: number): string {
  return nameOf(host, typeOf(host, object));
}

/** Bytes of its objects' own fields. */
export function basicSize(host: Host, type: number): number {
  return host.load(type + TP_BASICSIZE);
}

/** Offsets of the words of an object, its head apart, as many as its type says that all of its objects have. */
export function wordOffsets(host: Host, object: number): number[] {
  return Array.from({ length: (basicSize(host, typeOf(host, object)) - 8) / 4 }, (_, i) => 8 + 4 * i);
}

/** Bytes of an item of its objects. */
export function itemSize(host: Host, type: number): number {
  return host.load(type + TP_ITEMSIZE);
}

/** Bytes of its objects' blocks that are before the object: the collector's header, and what is managed. */
export function bytesBefore(flags: number): number {
  const isManaged = (flags & (TypeFlag.managedWeakref | TypeFlag.managedDict)) !== 0;
  return ((flags & TypeFlag.gc) !== 0 ? HEADER : 0) + (isManaged ? HEADER : 0);
}
