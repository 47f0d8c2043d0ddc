/** Collects what the kernel tells through `record`: the referents of one object. */

/** Receives the kernel's `record` calls while something is being inspected. */
export class Recorder {
  #into: number[] | undefined;

  /** The function to hand to the kernel. */
  readonly record = (object: number): void => {
    this.#into?.push(object >>> 0);
  };

  /** Everything recorded while `action` runs, in order. */
  during(action: () => void): number[] {
    const outer = this.#into;
    const list: number[] = [];
    this.#into = list;
    try {
      action();
    } finally {
      this.#into = outer;
    }
    return list;
  }
}
