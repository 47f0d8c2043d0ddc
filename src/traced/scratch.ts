/** Memory for a collection: one block of malloc's, which marking must not take for C code's. */
import type { Runtime } from "../cpython/runtime.js";

/** Asked for so much more than needed, so that it is seldom moved. */
const SLACK = 1.25;
/** Whatever else may be allocated while it is. */
const SPARE = 64;

/** What has to be in it. */
export interface ScratchNeeds {
  /** Bytes of a bitmap over all memory. */
  readonly bits: number;
  /** All blocks that are in use. */
  readonly blocks: number;
  /** Those among them that are malloc's. */
  readonly large: number;
}

/**
 *   ╒═ scratch ══════════════════════════════════════════════════════════════════════════╕
 *   │ bits made (kept) │ marks │ the dead │ stack │ list of the unreached │ table of large blocks │
 *   └────────────────────────────────────────────────────────────────────────────────────┘
 */
export class Scratch {
  readonly #runtime: Runtime;
  #address = 0;
  #bytes = 0;
  /** Bytes of the bitmap that is kept. */
  #made = 0;
  #parts = { marks: 0, dead: 0, stack: 0, list: 0, table: 0 };

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get address(): number {
    return this.#address;
  }

  get made(): number {
    return this.#address;
  }

  get marks(): number {
    return this.#address + this.#parts.marks;
  }

  get dead(): number {
    return this.#address + this.#parts.dead;
  }

  get stack(): number {
    return this.#address + this.#parts.stack;
  }

  get list(): number {
    return this.#address + this.#parts.list;
  }

  get table(): number {
    return this.#address + this.#parts.table;
  }

  /** Makes it large enough; the bits at its beginning are kept. False without memory. */
  cover({ bits, blocks, large }: ScratchNeeds): boolean {
    const [map, stack] = [align(bits), align(4 * (blocks + SPARE))];
    const needed = 3 * map + 2 * stack + 8 * (large + SPARE);
    if (needed > this.#bytes || map > this.#made) {
      const [grownMap, grown] = [align(map * SLACK), align(needed * SLACK)];
      if (!this.#move(grownMap, grown + 3 * (grownMap - map))) return false;
    }
    const first = 3 * this.#made;
    this.#parts = {
      marks: this.#made,
      dead: 2 * this.#made,
      stack: first,
      list: first + stack,
      table: first + 2 * stack,
    };
    return true;
  }

  release(): void {
    if (this.#address !== 0) this.#runtime.free(this.#address);
    this.#address = this.#bytes = this.#made = 0;
  }

  #move(made: number, bytes: number): boolean {
    const address = this.#runtime.tryAllocate(bytes);
    if (address === 0) return false;
    const { bytes: memory } = this.#runtime;
    memory.fill(0, address, address + made);
    if (this.#address !== 0) {
      memory.copyWithin(address, this.#address, this.#address + this.#made);
      this.#runtime.free(this.#address);
    }
    this.#address = address;
    this.#bytes = bytes;
    this.#made = made;
    return true;
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
