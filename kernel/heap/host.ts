/** What the heap kernel asks of the TypeScript side, beside what types and tracing need (kernel/host.ts). */

/** Address of the facts of a type (facts.ts); 0 never. */
@external("moult", "describeFacts")
export declare function describeFacts(type: u32, object: u32): u32;
/** So many words of the buffer are full: it may be written over afterwards. */
@external("moult", "flush")
export declare function flush(words: u32): void;
