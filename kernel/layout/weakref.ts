/**
 * PyWeakReference.
 *
 *   ╒═ weakref.ref, weakref.proxy ════════════════════════════════════════╕
 *   │ +8  wr_object (borrowed) │ +12 wr_callback │ +20 wr_prev │ +24 wr_next │
 *   └──────────────────────────────────────────────────────────────────────┘
 */
@inline export function referentOf(reference: u32): u32 { return load<u32>(reference, 8); }
@inline export function callbackOf(reference: u32): u32 { return load<u32>(reference, 12); }
@inline export function nextReference(reference: u32): u32 { return load<u32>(reference, 24); }
