/** What the traced kernel tells the TypeScript side. */

/** JavaScript takes a reference to an object, or drops one. */
@external("moult", "held")
export declare function held(object: u32, change: i32): void;
