/** The pool as the rest of Moult sees it: bytes in use, an alarm when they grow, and statistics. */
import type { AllocatorStats, BlockSizeStats } from "../api.js";
import type { Machine } from "../cpython/machine.js";

/** More bytes than there are. */
const NEVER = 0xffff_ffff;

/** The pool of one CPython. */
export class Pool {
  readonly #machine: Machine;
  #inPlace = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Switches it on; false where something unknown stands before C's malloc, and then all stays as it is. */
  open(): boolean {
    this.#inPlace = this.#machine.allocators.install();
    return this.#inPlace;
  }

  /**
   * Switches it off.
   *
   * @returns the number of blocks that are still in use: until these are freed it stays where it is, to free them
   */
  close(): number {
    this.#machine.kernel.setAlarm(NEVER);
    if (!this.#inPlace) return 0;
    this.#inPlace = false;
    return this.#machine.allocators.uninstall();
  }

  /** True where it has blocks in use, though it may be closed. */
  get isNeeded(): boolean {
    return this.#machine.allocators.inPlace;
  }

  get isOpen(): boolean {
    return this.#inPlace;
  }

  /** Bytes of all blocks that CPython has in use; undefined when nobody counts them. */
  get bytesInUse(): number | undefined {
    return this.#inPlace ? this.#machine.kernel.bytesInUse() >>> 0 : undefined;
  }

  /** Bytes of its pages that no block in use has: to malloc they are in use. */
  get freeBytes(): number {
    if (!this.#inPlace) return 0;
    const { mem, obj } = this.#machine.allocators.domainBytes();
    return (this.#machine.kernel.arenaBytes() >>> 0) - mem.pooled - obj.pooled;
  }

  /** CPython's trigger is to come soon once more bytes than that are in use. */
  setAlarm(bytes: number): void {
    this.#machine.kernel.setAlarm(Math.min(Math.ceil(bytes), NEVER));
  }

  stats(): AllocatorStats | undefined {
    if (!this.#inPlace) return undefined;
    const { kernel, allocators } = this.#machine;
    const sizes = new Map<number, BlockSizeStats>();
    for (const page of this.#pages()) {
      const blockBytes = kernel.pageBlockSize(page);
      const before = sizes.get(blockBytes) ?? { blockBytes, pages: 0, blocks: 0, capacity: 0 };
      sizes.set(blockBytes, {
        blockBytes,
        pages: before.pages + 1,
        blocks: before.blocks + kernel.pageBlocks(page),
        capacity: before.capacity + kernel.pageCapacity(page),
      });
    }
    return {
      bytesInUse: kernel.bytesInUse() >>> 0,
      poolBytes: kernel.arenaBytes() >>> 0,
      domains: allocators.domainBytes(),
      sizes: [...sizes.values()].sort((a, b) => a.blockBytes - b.blockBytes),
    };
  }

  *#pages(): Generator<number> {
    const { kernel } = this.#machine;
    for (let page = kernel.pageAfter(0); page !== 0; page = kernel.pageAfter(page)) yield page;
  }
}
