/**
 * Trying every unknown tp_traverse once, from JavaScript, where a trap can be caught.
 *
 * A C extension may give tp_traverse a wrong signature; in WebAssembly calling it traps. Such a type's
 * objects are kept for ever, and the type is named once.
 */
import type { Kernel } from "../kernel/kernel.js";
import { nameOf } from "./object-type.js";
import type { Host } from "./runtime.js";

const TP_TRAVERSE = 92;

/** Remembers which traverse functions are sound; they live in CPython's table and are never replaced. */
export class TraverseGuard {
  readonly #host: Host;
  readonly #sound = new Set<number>();
  readonly #trapping = new Map<number, string>();
  #kernel: Kernel | undefined;
  #visitor = 0;
  /** Called once for every traverse function that traps, with the name of the type. */
  onTrap: (typeName: string, error: unknown) => void = () => {};

  constructor(host: Host) {
    this.#host = host;
  }

  /** Sets the kernel through which functions are called, and a visitor that does nothing. */
  use(kernel: Kernel, visitor: number): void {
    this.#kernel = kernel;
    this.#visitor = visitor;
  }

  /** 1 when the type's tp_traverse can be called, 0 when it traps. */
  probe(type: number, object: number): number {
    const traverse = this.#host.load(type + TP_TRAVERSE);
    if (this.#sound.has(traverse)) return 1;
    if (this.#trapping.has(traverse)) return 0;
    try {
      this.#kernel?.callTraverse(object, this.#visitor);
      this.#sound.add(traverse);
      return 1;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const name = nameOf(this.#host, type);
      this.#trapping.set(traverse, name);
      this.onTrap(name, error);
      return 0;
    }
  }
}
