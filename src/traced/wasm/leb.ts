/** LEB128, the variable-length integers of WebAssembly binaries. */

/** Reads integers from bytes, one after the other. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError("the WebAssembly module ends in the middle of something");
    return byte;
  }

  unsigned(): number {
    return this.#groups().value >>> 0;
  }

  signed(): number {
    const { value, shift, last } = this.#groups();
    return shift < 32 && last & 0x40 ? value | (-1 << shift) : value;
  }

  /** The groups of seven bits of one integer put together, how many bits they are, and the last byte. */
  #groups(): { value: number; shift: number; last: number } {
    let [value, shift, last] = [0, 0, 0];
    do {
      last = this.byte();
      value |= (last & 0x7f) << shift;
      shift += 7;
    } while (last & 0x80);
    return { value, shift, last };
  }

  /** Passes over one integer of any length. */
  skip(): void {
    while (this.byte() & 0x80);
  }
}

/** The bytes of an unsigned integer, the fewest that do. */
export function unsignedBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** The bytes of a signed 32-bit integer, the fewest that do. */
export function signedBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 0x7f;
    const isLast = rest >> 6 === 0 || rest >> 6 === -1;
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}
