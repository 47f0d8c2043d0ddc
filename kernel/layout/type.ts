/**
 * PyTypeObject: the fields that a collector reads.
 *
 *   ╒═ PyTypeObject ════════════════════════════════════════════════════════╕
 *   │ +8   ob_size (number of slots)   │ +96   tp_clear                     │
 *   │ +12  tp_name                     │ +104  tp_weaklistoffset (signed)   │
 *   │ +16  tp_basicsize                │ +128  tp_base                      │
 *   │ +24  tp_dealloc                  │ +144  tp_dictoffset (signed)       │
 *   │ +84  tp_flags                    │ +160  tp_free    +164  tp_is_gc    │
 *   │ +92  tp_traverse                 │ +188  tp_del    +196  tp_finalize  │
 *   └───────────────────────────────────────────────────────────────────────┘
 */

export const INLINE_VALUES: u32 = 1 << 2;
export const MANAGED_DICT: u32 = 1 << 4;
export const HEAPTYPE: u32 = 1 << 9;
export const HAVE_GC: u32 = 1 << 14;
export const LIST_SUBCLASS: u32 = 1 << 25;
export const DICT_SUBCLASS: u32 = 1 << 29;
export const TYPE_SUBCLASS: u32 = 1 << 31;
/** Bytes of a static type: a heap type has more fields behind these. */
export const STATIC_SIZE: u32 = 208;
/** Where a heap type has the keys that the inline values of its instances share, in CPython 3.14. */
const CACHED_KEYS: u32 = 440;

@inline export function slotCount(type: u32): u32 { return load<u32>(type, 8); }
@inline export function nameOf(type: u32): u32 { return load<u32>(type, 12); }
@inline export function basicSize(type: u32): u32 { return load<u32>(type, 16); }
@inline export function deallocOf(type: u32): u32 { return load<u32>(type, 24); }
@inline export function flagsOf(type: u32): u32 { return load<u32>(type, 84); }
@inline export function traverseOf(type: u32): u32 { return load<u32>(type, 92); }
@inline export function clearOf(type: u32): u32 { return load<u32>(type, 96); }
@inline export function weaklistOffset(type: u32): i32 { return load<i32>(type, 104); }
@inline export function baseOf(type: u32): u32 { return load<u32>(type, 128); }
@inline export function dictOffset(type: u32): i32 { return load<i32>(type, 144); }
@inline export function freeOf(type: u32): u32 { return load<u32>(type, 160); }
@inline export function isGcOf(type: u32): u32 { return load<u32>(type, 164); }
@inline export function delOf(type: u32): u32 { return load<u32>(type, 188); }
@inline export function cachedKeys(type: u32): u32 { return load<u32>(type, CACHED_KEYS); }
@inline export function finalizeOf(type: u32): u32 { return load<u32>(type, 196); }

/**
 * PyMemberDef, one per slot, right behind the type object: `type + basicsize(metatype)`.
 *
 *   ╒═ PyMemberDef, 20 bytes ══════════════════════════════════╕
 *   │ +0 name │ +4 type │ +8 offset in the instance │ +12 flags │
 *   └──────────────────────────────────────────────────────────┘
 */
export const MEMBER_SIZE: u32 = 20;
/** `Py_T_OBJECT_EX`: a slot holding an object. */
const OBJECT_EX: u32 = 16;

@inline export function membersOf(type: u32): u32 { return type + basicSize(load<u32>(type, 4)); }
@inline export function isObjectSlot(member: u32): bool { return load<u32>(member, 4) == OBJECT_EX; }
@inline export function slotOffset(member: u32): u32 { return load<u32>(member, 8); }
