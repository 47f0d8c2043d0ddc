/** The interpreter's gc state, field by field, through its layout. */
import type { Generation } from "../api.js";
import { type Layout, passWrites } from "./layouts/layout.js";
import type { Runtime } from "./runtime.js";
import { type Statistics, statisticsOf } from "./statistics.js";

/** Bytes from the head of a generation's list to its threshold and its count. */
const THRESHOLD = 8;
const COUNT = 12;

/** More than any threshold: deallocations, which CPython's count takes back, do not bring it below. */
const AHEAD = 1 << 29;

/** Addresses of the interpreter and its collector, and typed access to the latter's fields. */
export class GcState {
  readonly runtime: Runtime;
  readonly layout: Layout;
  /** Address of the PyInterpreterState. */
  readonly interpreter: number;
  /** Address of the gc state in it. */
  readonly address: number;
  readonly statistics: Statistics;
  /** Indices of words that a pass of CPython's own collector writes, and what they were before one. */
  readonly #bookkeeping: Uint32Array;
  readonly #saved: Uint32Array;
  /** By how much CPython's count of the young is more than it should be. */
  #ahead = 0;

  constructor(runtime: Runtime, layout: Layout) {
    this.runtime = runtime;
    this.layout = layout;
    this.interpreter = runtime.load(runtime.symbol("_PyRuntime") + this.fact("interpretersHead"));
    this.address = this.interpreter + this.fact("gc");
    this.statistics = statisticsOf(runtime, layout, this.address);
    const counts = layout.gc.generations.map((list) => list + COUNT);
    const inState = [...counts, ...passWrites(layout.gc)].map((offset) => this.address + offset);
    const written = [...inState, ...this.statistics.written];
    this.#bookkeeping = Uint32Array.from(written, (address) => address >>> 2);
    this.#saved = new Uint32Array(written.length);
  }

  /** A fact from `_Py_DebugOffsets`. */
  fact(name: keyof Layout["debugTable"]): number {
    return this.#factAt(this.layout.debugTable[name]);
  }

  /** Offset of its code in a frame: it follows on the link to the one before in CPython's table of offsets. */
  get frameExecutable(): number {
    return this.#factAt(this.layout.debugTable.framePrevious + 1);
  }

  /** Offsets of a code object's name and file: CPython's table goes on with code after a frame's fields. */
  get codeFields(): { readonly codeName: number; readonly codeFile: number } {
    const { codeFilename } = this.layout.debugTable;
    return { codeFile: this.#factAt(codeFilename), codeName: this.#factAt(codeFilename + 2) };
  }

  /** A fact by its place in the table. */
  #factAt(index: number): number {
    return this.runtime.load(this.runtime.symbol("_PyRuntime") + 8 * index);
  }

  /** Address of a word of the interpreter state that `_Py_DebugOffsets` names. */
  interpreterWord(name: "importsModules" | "sysdict" | "builtins"): number {
    return this.interpreter + this.fact(name);
  }

  /** Address of a generation's list head. */
  generation(index: Generation): number {
    return this.address + this.layout.gc.generations[index];
  }

  /** Addresses of the list heads of all generations, the youngest first, and of what is frozen. */
  get lists(): readonly number[] {
    const { generations, permanent } = this.layout.gc;
    return [...generations, permanent].map((list) => this.address + list);
  }

  get permanent(): number {
    return this.address + this.layout.gc.permanent;
  }

  threshold(index: Generation): number {
    return this.runtime.load(this.generation(index) + THRESHOLD) | 0;
  }

  setThreshold(index: Generation, value: number): void {
    this.runtime.store(this.generation(index) + THRESHOLD, value);
  }

  count(index: Generation): number {
    const count = this.runtime.load(this.generation(index) + COUNT) | 0;
    return index === 0 ? Math.max(0, count - this.#ahead) : count;
  }

  setCount(index: Generation, value: number): void {
    this.runtime.store(this.generation(index) + COUNT, index === 0 ? value + this.#ahead : value);
  }

  /** Has CPython's trigger come at the next tracked object. `count` goes on telling the true count. */
  triggerNext(): void {
    const count = this.count(0);
    this.#ahead = AHEAD;
    this.setCount(0, count);
  }

  /** Undoes `triggerNext`; true when the trigger came, or would have come, for nothing else. */
  endTriggerNext(): boolean {
    if (this.#ahead === 0) return false;
    const count = this.count(0);
    this.#ahead = 0;
    this.setCount(0, count);
    return count <= this.threshold(0);
  }

  /** Addresses of what CPython's trigger goes by: enabled, collecting, and the youngest generation's threshold and count. */
  get triggerWords(): readonly [number, number, number, number] {
    const { enabled, collecting } = this.layout.gc;
    const young = this.generation(0);
    return [this.address + enabled, this.address + collecting, young + THRESHOLD, young + COUNT];
  }

  get enabled(): number {
    return this.runtime.load(this.address + this.layout.gc.enabled);
  }

  set enabled(value: number) {
    this.runtime.store(this.address + this.layout.gc.enabled, value);
  }

  get debug(): number {
    return this.runtime.load(this.address + this.layout.gc.debug);
  }

  set debug(value: number) {
    this.runtime.store(this.address + this.layout.gc.debug, value);
  }

  get collecting(): boolean {
    return this.runtime.load(this.address + this.layout.gc.collecting) !== 0;
  }

  set collecting(value: boolean) {
    this.runtime.store(this.address + this.layout.gc.collecting, Number(value));
  }

  get garbage(): number {
    return this.runtime.load(this.address + this.layout.gc.garbage);
  }

  get callbacks(): number {
    return this.runtime.load(this.address + this.layout.gc.callbacks);
  }

  set callbacks(list: number) {
    this.runtime.store(this.address + this.layout.gc.callbacks, list);
  }

  // At every trigger, and often before the engine has compiled any of this: so these are plain loops.

  /** Everything that a pass of CPython's own collector writes: counts, statistics, and the layout's own. */
  saveBookkeeping(): void {
    const { words } = this.runtime;
    for (let i = 0; i < this.#bookkeeping.length; i++) this.#saved[i] = words[this.#bookkeeping[i]!]!;
  }

  restoreBookkeeping(): void {
    const { words } = this.runtime;
    for (let i = 0; i < this.#bookkeeping.length; i++) words[this.#bookkeeping[i]!] = this.#saved[i]!;
  }
}
