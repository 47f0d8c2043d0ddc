/**
 * PyObject and PyVarObject.
 *
 *   ╒═ PyObject ═══════════════════╕
 *   │ +0  ob_refcnt                │  immortal from `immortalFrom` on
 *   │ +4  ob_type                  │
 *   │ +8  ob_size (PyVarObject)    │
 *   └──────────────────────────────┘
 *     -12  managed __dict__      (types with MANAGED_DICT)
 *     -16  managed weakref list  (types with MANAGED_WEAKREF)
 */

let immortalFrom: u32 = 0;
export function setImmortal(count: u32): void { immortalFrom = count; }

@inline export function refcount(object: u32): u32 { return load<u32>(object); }
@inline export function setRefcount(object: u32, count: u32): void { store<u32>(object, count); }
@inline export function typeOf(object: u32): u32 { return load<u32>(object, 4); }
@inline export function varSize(object: u32): u32 { return load<u32>(object, 8); }
@inline export function isImmortal(object: u32): bool { return refcount(object) >= immortalFrom; }
@inline export function managedDict(object: u32): u32 { return load<u32>(object - 12); }

@inline export function incref(object: u32): void {
  const count = refcount(object);
  if (count < immortalFrom) setRefcount(object, count + 1);
}

/** Drops a reference; true when it was the last one: the caller then deallocates. */
@inline export function dropsLast(object: u32): bool {
  const count = refcount(object);
  if (count >= immortalFrom) return false;
  setRefcount(object, count - 1);
  return count == 1;
}
