/**
 * The kernel's pool in CPython's table of allocators, for the domains MEM and OBJ.
 *
 *   PyObject_Malloc ──▶ [tracemalloc] ──▶ pool ──▶ malloc
 *   PyMem_Malloc    ──▶ [tracemalloc] ──▶ pool ──▶ malloc
 *
 * tracemalloc puts itself before the allocators that it finds, keeps a copy of those, and puts the copy back when it is
 * stopped. So the pool always goes below it, into the copy, where no order of starting, stopping, attaching and detaching
 * can tear it out. Anything else that is not C's malloc is left alone: then there is no pool.
 *
 * Blocks in pages can only be freed by the pool. So it stays in its place when it is switched off, and there allocates
 * from malloc, until its last block is gone.
 */
import type { DomainBytes } from "../api.js";
import type { Kernel } from "../kernel/kernel.js";
import { Heap } from "./heap.js";
import type { Host } from "./runtime.js";

/** Numbers of the domains (PyMemAllocatorDomain). */
const RAW = 0;
const MEM = 1;
const OBJ = 2;
/** Bytes and words of a PyMemAllocatorEx: ctx, malloc, calloc, realloc, free. */
const SIZE = 20;
const WORDS = SIZE / 4;
/** One more than a counter can say. */
const WRAP = 2 ** 32;
/** Bytes of the kernel's counters of a domain. */
const COUNTERS = 8;

/** The kernel's functions that may be in a PyMemAllocatorEx; those of the pool in the order that they have there. */
export const ALLOCATOR_FUNCTIONS = [
  "mallocTwice",
  "poolMalloc",
  "poolCalloc",
  "poolRealloc",
  "poolFree",
] as const;

/** A PyMemAllocatorEx by value. */
type Allocator = readonly number[];

/** Puts the pool into CPython's table and takes it out again. */
export class Allocators {
  readonly #host: Host;
  readonly #kernel: Kernel;
  /** Room for one allocator, and the copy of malloc's that the kernel calls. */
  readonly #room: number;
  readonly #system: number;
  /** The pool for MEM and for OBJ. Its contexts are the addresses of counters. */
  readonly #pools: ReadonlyMap<number, Allocator>;
  readonly #mallocTwice: number;
  /** Malloc that is asked twice, while it is in its place. */
  #twice: Allocator | undefined;

  /** @param functions indices of the kernel's functions in CPython's table */
  constructor(host: Host, kernel: Kernel, [mallocTwice = 0, ...pool]: readonly number[]) {
    this.#host = host;
    this.#kernel = kernel;
    this.#mallocTwice = mallocTwice;
    this.#room = host.allocate(2 * SIZE + kernel.poolScratch());
    this.#system = this.#room + SIZE;
    const domains = kernel.setPool(this.#system + SIZE) >>> 0;
    this.#pools = new Map([
      [MEM, [domains, ...pool]],
      [OBJ, [domains + COUNTERS, ...pool]],
    ]);
  }

  /** Puts the pool in its place, or finds it there, and switches it on; false where there is no place for it. */
  install(): boolean {
    const system = this.#innermost(RAW);
    if (system[0] !== 0) return false;
    const pools = [...this.#pools].filter(([domain, pool]) => !equal(this.#innermost(domain), pool));
    if (pools.some(([domain]) => !equal(this.#innermost(domain), system))) return false;
    if (pools.length > 0) {
      this.#setSystem(system);
      this.#countWhatIsThere();
      for (const [domain, pool] of pools) this.#replace(domain, pool);
    }
    this.#kernel.startPool();
    return true;
  }

  /** Switches the pool off, and takes it out if it can; returns the number of blocks that keep it there. */
  uninstall(): number {
    const blocks = this.#kernel.stopPool();
    if (blocks === 0) this.remove();
    return blocks;
  }

  /**
   * Has malloc asked a second time while CPython collects (kernel/pool/twice.ts); where malloc is all there is.
   *
   * @param collecting where CPython's flag of that name is
   */
  askTwice(collecting: number): void {
    const system = this.#innermost(RAW);
    if (system[0] !== 0) return;
    this.#setSystem(system);
    this.#twice = [collecting, this.#mallocTwice, ...system.slice(2)];
    this.#exchange(system, this.#twice);
  }

  /** Takes `askTwice` back. */
  askOnce(): void {
    if (this.#twice !== undefined) this.#exchange(this.#twice, this.#load(this.#system));
    this.#twice = undefined;
  }

  /** Puts malloc back; only when the pool is off and has no block any more. */
  remove(): void {
    for (const pool of this.#pools.values()) this.#exchange(pool, this.#load(this.#system));
  }

  /** True while CPython calls the pool, also to free blocks of one that is off. */
  get inPlace(): boolean {
    return [...this.#pools].some(([domain, pool]) => equal(this.#innermost(domain), pool));
  }

  /**
   * Bytes in use by domain: in blocks of the pool's pages, and in others, of malloc's. Blocks from before count as OBJ's until
   * MEM frees its own of them: then MEM's counter has wrapped below 0, and what it is short of is OBJ's.
   */
  domainBytes(): { mem: DomainBytes; obj: DomainBytes } {
    const bytes = (domain: number) => {
      const [counters] = this.#pools.get(domain)!;
      return { pooled: this.#host.load(counters!), other: this.#host.load(counters! + 4) };
    };
    const [mem, obj] = [bytes(MEM), bytes(OBJ)];
    const others = mem.other + obj.other;
    if (others < WRAP) return { mem, obj };
    return { mem: { ...mem, other: 0 }, obj: { ...obj, other: others - WRAP } };
  }

  /** All of malloc's blocks count as OBJ's: who they belong to is not known, and it is only their sum that matters. */
  #countWhatIsThere(): void {
    const heap = new Heap(this.#host);
    const inUse = heap.blockBytes();
    heap.release();
    const [mem, obj] = [...this.#pools.values()].map(([counters]) => counters!);
    for (const word of [mem!, mem! + 4, obj!]) this.#host.store(word, 0);
    this.#host.store(obj! + 4, inUse);
  }

  /** The allocator of a domain; below tracemalloc, whose context is its copy of that. */
  #innermost(domain: number): Allocator {
    const top = this.#top(domain);
    const [context = 0] = top;
    const ours = [this.#pools.get(domain), this.#twice];
    return context === 0 || ours.some((one) => one && equal(top, one)) ? top : this.#load(context);
  }

  #setSystem(system: Allocator): void {
    this.#store(this.#system, system);
    this.#kernel.setSystemAllocator(this.#system);
  }

  /** Puts `after` wherever there is `before`. */
  #exchange(before: Allocator, after: Allocator): void {
    for (const domain of this.#pools.keys())
      if (equal(this.#innermost(domain), before)) this.#replace(domain, after);
  }

  #replace(domain: number, allocator: Allocator): void {
    const inner = this.#innermost(domain);
    const top = this.#top(domain);
    if (equal(inner, top)) {
      this.#store(this.#room, allocator);
      this.#host.function("PyMem_SetAllocator")(domain, this.#room);
    } else this.#store(top[0]!, allocator);
  }

  #top(domain: number): Allocator {
    this.#host.function("PyMem_GetAllocator")(domain, this.#room);
    return this.#load(this.#room);
  }

  #load(address: number): Allocator {
    return Array.from({ length: WORDS }, (_, i) => this.#host.load(address + 4 * i));
  }

  #store(address: number, allocator: Allocator): void {
    allocator.forEach((word, i) => {
      this.#host.store(address + 4 * i, word);
    });
  }
}

function equal(a: Allocator, b: Allocator): boolean {
  return a.every((word, i) => word === b[i]);
}
