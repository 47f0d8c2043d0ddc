/**
 * hiwire: Pyodide's table of the JavaScript objects that JsProxies hold. A slot is a strong reference; a second one is in
 * the map by which Pyodide finds the slot of an object that it has already.
 *
 *   ╒═ slot info, 32 bits ═══════════════════════════════════════════════════════════╕
 *   │ 31 … 26 version │ 25 … 2 reference count │ 1 is in the map │ 0 occupied          │
 *   └────────────────────────────────────────────────────────────────────────────────┘
 */
import type { BridgeModule } from "./pyodide-module.js";

const OCCUPIED = 1;
const COUNT = 0x03fffffc;
const COUNT_SHIFT = 2;
const INDEX = 0x03fffffe;
/** The map is the second immortal value. */
const MAP = 1;

/** A JsRef: number of a slot with its version. */
export type JsRef = number;

/** Typed access to slots, and to the map. */
export class Hiwire {
  readonly #module: BridgeModule;
  readonly map: Map<unknown, JsRef>;

  /** Throws a TypeError where the map is not in its place. */
  constructor(module: BridgeModule) {
    this.#module = module;
    const map = module.__hiwire_immortal_get(MAP);
    if (!(map instanceof Map)) throw new TypeError("hiwire's map is not where it should be");
    this.map = map as Map<unknown, JsRef>;
  }

  /** Slots in use. */
  get size(): number {
    return this.#module._hiwire_num_refs();
  }

  get(slot: number): unknown {
    return this.#module.__hiwire_get(slot);
  }

  set(slot: number, value: unknown): void {
    this.#module.__hiwire_set(slot, value);
  }

  /** How many references there are to a slot; 0 when it is free. */
  count(slot: number): number {
    const info = this.#module.__hiwire_slot_info(slot);
    return info & OCCUPIED ? (info & COUNT) >>> COUNT_SHIFT : 0;
  }

  /** The JsRef in the map, if it stands for this slot. */
  mapped(value: unknown, slot: number): JsRef | undefined {
    const reference = this.map.get(value);
    return reference !== undefined && (reference & INDEX) >>> 1 === slot ? reference : undefined;
  }

  /** Calls `action` with what is in each slot in use, and its number. */
  forEach(action: (value: unknown, slot: number) => void): void {
    let left = this.size;
    for (let slot = 1; left > 0; slot++) {
      if ((this.#module.__hiwire_slot_info(slot) & OCCUPIED) === 0) continue;
      left--;
      action(this.#module.__hiwire_get(slot), slot);
    }
  }
}

/** True for what a WeakRef can refer to and a collector can take. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
