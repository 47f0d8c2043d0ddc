/** Typed arrays that grow: an array of numbers would take five times the memory, and its time. */

/** Whole numbers of 32 bits, unsigned. */
export class Words {
  #array: Uint32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#array = new Uint32Array(capacity);
  }

  push(word: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = word;
  }

  at(index: number): number {
    return this.#array[index]!;
  }

  set(index: number, word: number): void {
    this.#array[index] = word;
  }

  /** What there is, without a copy. */
  done(): Uint32Array {
    return this.#array.subarray(0, this.length);
  }
}

/** A table of texts, each once. The first is empty. */
export class Texts {
  readonly list: string[] = [""];
  readonly #numbers = new Map<string, number>([["", 0]]);

  /** The number of a text. */
  add(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.list.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
