/**
 * A WebAssembly binary as sections and function bodies; enough to change code and leave all else as it is, byte for byte.
 *
 *   ╒═ module ═══════════════════════════════════════════╕     ╒═ code section ═══════════════╕
 *   │ "\0asm" │ version │ section │ section │ …          │     │ count │ body │ body │ …      │
 *   │                       └─ id u8 │ size │ content ───┼───▶ │           └─ size │ locals │ │
 *   └────────────────────────────────────────────────────┘     │              instructions    │
 *                                                              └──────────────────────────────┘
 *
 * A length that a linker has padded to five bytes stays padded, so that nothing changes where nothing was to change.
 */
import { Reader, unsignedBytes } from "./leb.js";

const HEADER = 8;
const CODE = 10;

/** Where the body of a function is in the module's bytes, from its locals on. */
export interface Body {
  readonly start: number;
  readonly end: number;
}

/** A stretch of bytes to be replaced by others. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: readonly number[];
}

/** A length in the module, with the stretch that it measures. */
interface Length {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** A module that is read, and written again with edits. */
export class WasmModule {
  readonly bytes: Uint8Array;
  readonly bodies: readonly Body[];
  readonly #sectionLength: Length;
  readonly #bodyLengths: readonly Length[];

  /** Throws a RangeError for what is no WebAssembly module with code. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "\0asm")
      throw new RangeError("not a WebAssembly module");
    this.#sectionLength = findCode(bytes);
    const reader = new Reader(bytes, this.#sectionLength.end);
    const lengths: Length[] = [];
    const bodies: Body[] = [];
    for (let left = reader.unsigned(); left > 0; left--) {
      const length = readLength(reader);
      lengths.push(length);
      bodies.push({ start: length.end, end: length.end + length.value });
      reader.at = length.end + length.value;
    }
    this.#bodyLengths = lengths;
    this.bodies = bodies;
  }

  /**
   * The module with stretches of its code replaced.
   *
   * @param edits in the order of the code, none over the border of a body
   */
  withEdits(edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
    const all: Edit[] = [];
    let [next, total] = [0, 0];
    this.bodies.forEach((body, i) => {
      const first = next;
      let growth = 0;
      for (let edit = edits[next]; edit !== undefined && isIn(body, edit); edit = edits[++next])
        growth += edit.bytes.length - (edit.end - edit.start);
      if (next === first) return;
      const changed = relength(this.#bodyLengths[i]!, growth);
      all.push(changed, ...edits.slice(first, next));
      total += growth + changed.bytes.length - (changed.end - changed.start);
    });
    if (next !== edits.length) throw new RangeError("an edit is not inside of a function, or out of order");
    if (all.length > 0) all.unshift(relength(this.#sectionLength, total));
    return splice(this.bytes, all);
  }
}

function isIn(body: Body, { start, end }: Edit): boolean {
  return start >= body.start && end <= body.end;
}

function findCode(bytes: Uint8Array): Length {
  for (const { id, length } of sectionsOf(bytes)) if (id === CODE) return length;
  throw new RangeError("the WebAssembly module has no code");
}

/** The sections of a module, in order: the content of each follows its length. */
export function* sectionsOf(bytes: Uint8Array): Generator<{ id: number; length: Length }> {
  const reader = new Reader(bytes, HEADER);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = readLength(reader);
    yield { id, length };
    reader.at = length.end + length.value;
  }
}

function readLength(reader: Reader): Length {
  const start = reader.at;
  const value = reader.unsigned();
  return { start, end: reader.at, value };
}

/** The edit that corrects a length; as long as before, if that was longer than it had to be. */
function relength({ start, end, value }: Length, growth: number): Edit {
  const bytes = unsignedBytes(value + growth);
  while (bytes.length < end - start) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return { start, end, bytes };
}

function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
  const growth = edits.reduce((sum, { start, end, bytes: by }) => sum + by.length - (end - start), 0);
  const result = new Uint8Array(bytes.length + growth);
  let [from, to] = [0, 0];
  for (const edit of edits) {
    result.set(bytes.subarray(from, edit.start), to);
    to += edit.start - from;
    result.set(edit.bytes, to);
    to += edit.bytes.length;
    from = edit.end;
  }
  result.set(bytes.subarray(from), to);
  return result;
}
