/** Memory for a collection: one block of malloc's, which marking must not take for C code's. */
import type { Runtime } from "../cpython/runtime.js";

/** Asked for so much more than needed, so that it is seldom moved. */
const SLACK = 1.25;
/** Whatever else may be allocated while it is. */
const SPARE = 64;

/** Bitmaps over all memory, and those among them that are kept from one collection to the next. */
const [MAPS, KEPT] = [6, 3];

/** What has to be in it. */
export interface ScratchNeeds {
  /** Bytes of a bitmap over all memory. */
  readonly bits: number;
  /** Bytes of the queue of pages. */
  readonly queue: number;
  /** All blocks that are in use. */
  readonly blocks: number;
  /** Those among them that are malloc's. */
  readonly large: number;
}

/**
 *   ╒═ scratch ══════════════════════════════════════════════════════════════════════════════════════════╕
 *   │ made, free, leaves (kept) │ marks │ waiting │ the dead │ queue │ list of the unreached │ large blocks │
 *   └────────────────────────────────────────────────────────────────────────────────────────────────────┘
 */
export class Scratch {
  readonly #runtime: Runtime;
  #address = 0;
  #bytes = 0;
  /** Bytes of each bitmap. */
  #map = 0;
  #parts = { marks: 0, waiting: 0, dead: 0, queue: 0, list: 0, table: 0 };

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get address(): number {
    return this.#address;
  }

  get made(): number {
    return this.#address;
  }

  get free(): number {
    return this.#address + this.#map;
  }

  get leaves(): number {
    return this.#address + 2 * this.#map;
  }

  get marks(): number {
    return this.#address + this.#parts.marks;
  }

  get waiting(): number {
    return this.#address + this.#parts.waiting;
  }

  get dead(): number {
    return this.#address + this.#parts.dead;
  }

  get queue(): number {
    return this.#address + this.#parts.queue;
  }

  get list(): number {
    return this.#address + this.#parts.list;
  }

  get table(): number {
    return this.#address + this.#parts.table;
  }

  /** Makes it large enough; the bitmaps at its beginning are kept. False without memory. */
  cover({ bits, queue, blocks, large }: ScratchNeeds): boolean {
    const list = align(4 * (blocks + SPARE));
    const others = align(queue) + list + 8 * (large + SPARE);
    if (bits > this.#map || MAPS * this.#map + others > this.#bytes) {
      const map = Math.max(align(bits * SLACK), this.#map);
      if (!this.#move(map, MAPS * map + align(others * SLACK))) return false;
    }
    const first = MAPS * this.#map;
    this.#parts = {
      marks: KEPT * this.#map,
      waiting: (KEPT + 1) * this.#map,
      dead: (KEPT + 2) * this.#map,
      queue: first,
      list: first + align(queue),
      table: first + align(queue) + list,
    };
    return true;
  }

  release(): void {
    if (this.#address !== 0) this.#runtime.free(this.#address);
    this.#address = this.#bytes = this.#map = 0;
  }

  #move(map: number, bytes: number): boolean {
    const address = this.#runtime.tryAllocate(bytes);
    if (address === 0) return false;
    const { bytes: memory } = this.#runtime;
    memory.fill(0, address, address + KEPT * map);
    if (this.#address !== 0) {
      for (let i = 0; i < KEPT; i++) {
        const from = this.#address + i * this.#map;
        memory.copyWithin(address + i * map, from, from + this.#map);
      }
      this.#runtime.free(this.#address);
    }
    this.#address = address;
    this.#bytes = bytes;
    this.#map = map;
    return true;
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
