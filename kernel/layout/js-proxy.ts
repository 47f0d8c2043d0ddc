/**
 * JsProxy: Pyodide's Python object for a JavaScript one. No collector's object, apart from JsException.
 *
 *   ╒═ JsProxy ═════════════════════════════════════════════════════════════════════╕
 *   │ +8   __dict__                   (of a JsException: the exception's own)         │
 *   │ +12  this_, a JsRef             (callables only; elsewhere other things)        │
 *   │ +36  js, a JsRef                                                               │
 *   │ +40  signature                                                                 │
 *   └───────────────────────────────────────────────────────────────────────────────┘
 *
 *   ╒═ JsRef, 32 bits ════════════════════════════════════════════╕
 *   │ 31 … 26 version │ 25 … 1 index of the slot in hiwire │ 0: 1   │  bit 0 clear: immortal, in another table
 *   └─────────────────────────────────────────────────────────────┘
 *
 * JsProxies are of classes that Pyodide makes as it needs them, straight from one static type.
 */
import { refcount, typeOf } from "./object";
import { HAVE_GC, baseOf, flagsOf } from "./type";

const HAVE_VECTORCALL: u32 = 1 << 11;
const INDEX: u32 = 0x03fffffe;

/** The base of all their classes; 0: it is not known, and nothing is a JsProxy. */
let jsProxyBase: u32 = 0;
export function setJsProxyBase(type: u32): void { jsProxyBase = type; }

@inline export function isJsProxy(type: u32): bool { return baseOf(type) == jsProxyBase && jsProxyBase != 0; }
@inline export function jsReference(proxy: u32): u32 { return load<u32>(proxy, 36); }
/** The `this` that a method is bound to; 0 for none. */
@inline export function thisReference(proxy: u32): u32 {
  return (flagsOf(typeOf(proxy)) & (HAVE_VECTORCALL | HAVE_GC)) == HAVE_VECTORCALL ? load<u32>(proxy, 12) : 0;
}
@inline export function dictOfProxy(proxy: u32): u32 { return load<u32>(proxy, 8); }
@inline export function signatureOf(proxy: u32): u32 { return load<u32>(proxy, 40); }

/** The slot that a JsRef names; 0 for immortal ones, and for none. */
@inline export function slotOf(reference: u32): u32 { return reference & 1 ? (reference & INDEX) >> 1 : 0; }

/** For probes: what stands where. */
export function jsProxySlot(proxy: u32): u32 { return isJsProxy(typeOf(proxy)) && refcount(proxy) != 0 ? slotOf(jsReference(proxy)) : 0; }
export function jsProxyThisSlot(proxy: u32): u32 { return slotOf(thisReference(proxy)); }
