/**
 * How many bytes an object takes: its own block, and blocks that it alone owns.
 *
 *   ╒═ list ══════════╕  ╒═ bytearray ═════╕  ╒═ str ═══════════════════════════╕
 *   │ +16 allocated   │  │ +12 allocated   │  │ +8 length  +16 state, with the  │
 *   └─────────────────┘  └─────────────────┘  │    bytes of a character (3 bits) │
 *   ╒═ int ════════════════════════════════╕  └──────────────────────────────────┘
 *   │ +8 digits << 3 │ sign                │   dict, keys, set: kernel/layout/containers.ts; type: object-type.ts
 *   └──────────────────────────────────────┘
 *
 * Approximate: what C code allocates for an object (the elements of a numpy array) is not seen.
 */
import { findCharacterShift, STATE } from "./characters.js";
import {
  basicSize,
  bytesBefore,
  flagsOf,
  itemSize,
  nameOf,
  Subclass,
  TypeFlag,
  typeOf,
} from "./object-type.js";
import type { Runtime } from "./runtime.js";

const SIZE = 8;
/** The lowest address that an object can have. */
const LOWEST = 1024;
/** Bytes of a string's own fields, where it is of one piece. */
const STR_FIELDS = 24;

/** What is to be known of a type. */
export interface TypeSize {
  readonly name: string;
  /** Its objects may refer to others. */
  readonly isGc: boolean;
  /** Bytes of the block that the object is in. */
  own(object: number): number;
  /** Bytes of the other blocks that it owns. */
  blocks(object: number): number;
}

/** Bytes that the allocator (dlmalloc) takes for a block. */
function block(bytes: number): number {
  return bytes <= 0 ? 0 : Math.max(16, (bytes + 4 + 7) & ~7);
}

/** Bytes of a bytearray's fields up to 3.14; the one more is a bytes object of its own, where its content is. */
const BYTEARRAY_FIELDS = 28;
/** Bytes of a bytes object before its content, and the zero after it. */
const BYTES_FIELDS = 16;

/** What is in a bytearray's block of content before that, and after what it has allocated. */
export function bytearrayFrame(runtime: Runtime): { readonly before: number; readonly after: number } {
  const isOfBytes = basicSize(runtime, runtime.symbol("PyByteArray_Type")) > BYTEARRAY_FIELDS;
  return isOfBytes ? { before: BYTES_FIELDS, after: 1 } : { before: 0, after: 0 };
}

/** Reads types and sizes. */
export class ObjectSizes {
  readonly #runtime: Runtime;
  readonly #characterShift: number;

  /** Not from inside of the allocator. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#characterShift = findCharacterShift(runtime);
  }

  typeAddress(object: number): number {
    return typeOf(this.#runtime, object);
  }

  /** True when an object is at the address, of a type whose objects refer to no others. The address may be anything. */
  isLeaf(address: number): boolean {
    const type = this.#inMemory(address, 8) ? this.typeAddress(address) : 0;
    const metatype = this.#inMemory(type, 4) ? this.typeAddress(type) : 0;
    const isType = this.#inMemory(metatype, 4) && (flagsOf(this.#runtime, metatype) & Subclass.type) !== 0;
    return isType && (flagsOf(this.#runtime, type) & TypeFlag.gc) === 0;
  }

  /** The facts of a type. They hold as long as no Python code has run. */
  typeSize(type: number): TypeSize {
    const runtime = this.#runtime;
    const flags = flagsOf(runtime, type);
    const isGc = (flags & TypeFlag.gc) !== 0;
    const extra = bytesBefore(flags);
    const fixed = basicSize(runtime, type) + extra;
    const item = itemSize(runtime, type) | 0;
    const inline = (flags & TypeFlag.inlineValues) !== 0;
    const variable = this.#variablePart(type, flags, item);
    const isString = (flags & Subclass.str) !== 0;
    return {
      name: nameOf(runtime, type),
      isGc,
      own: (object) => {
        if (isString) return block(this.#stringBytes(object));
        const values = inline ? 4 + 5 * (runtime.bytes[object + fixed - extra] ?? 0) : 0;
        return block(fixed + variable(object) + values);
      },
      blocks: this.#ownBlocks(type, flags),
    };
  }

  /** Bytes of the items that are in an object. Types that count otherwise (frames) are taken to have none. */
  #variablePart(type: number, flags: number, item: number): (object: number) => number {
    const runtime = this.#runtime;
    const isInteger = (flags & Subclass.int) !== 0;
    const counted = Subclass.tuple | Subclass.bytes | Subclass.type;
    if (!isInteger && (flags & counted) === 0 && type !== runtime.symbol("PyCode_Type")) return () => 0;
    return (object) => {
      const word = runtime.load(object + SIZE);
      const bytes = item * (isInteger ? word >>> 3 : Math.abs(word | 0));
      return bytes < runtime.bytes.length ? bytes : 0;
    };
  }

  #ownBlocks(type: number, flags: number): (object: number) => number {
    const runtime = this.#runtime;
    const is = (name: string) => type === runtime.symbol(`Py${name}_Type`);
    if ((flags & Subclass.list) !== 0) return (list) => block(4 * runtime.load(list + 16));
    if ((flags & Subclass.dict) !== 0) return (dict) => this.#dictBlocks(dict);
    if (is("ByteArray")) {
      const { before, after } = bytearrayFrame(runtime);
      return (array) => {
        const bytes = runtime.load(array + 12);
        return bytes === 0 ? 0 : block(before + bytes + after);
      };
    }
    if (is("Set") || is("FrozenSet")) return (set) => this.#tableBlock(set);
    return () => 0;
  }

  #inMemory(address: number, alignment: number): boolean {
    return address % alignment === 0 && address >= LOWEST && address < this.#runtime.bytes.length - 256;
  }

  #stringBytes(string: number): number {
    const width = (this.#runtime.load(string + STATE) >>> this.#characterShift) & 7;
    const bytes = STR_FIELDS + (this.#runtime.load(string + SIZE) + 1) * width;
    return bytes < this.#runtime.bytes.length ? bytes : STR_FIELDS;
  }

  #dictBlocks(dict: number): number {
    const runtime = this.#runtime;
    const [keys, values] = [runtime.load(dict + 24), runtime.load(dict + 28)];
    if (values !== 0) {
      const embedded = runtime.bytes[values + 2] !== 0;
      return embedded ? 0 : block(4 + 5 * (runtime.bytes[values] ?? 0));
    }
    const [logSize = 0, logIndexBytes = 0, kind = 0] = runtime.bytes.subarray(keys + 4, keys + 7);
    if (logSize === 0) return 0; // The keys of every empty dict.
    const usable = Math.floor((2 ** logSize * 2) / 3);
    return block(20 + 2 ** logIndexBytes + usable * (kind === 0 ? 12 : 8));
  }

  #tableBlock(set: number): number {
    const [mask, table] = [this.#runtime.load(set + 16), this.#runtime.load(set + 20)];
    const isInside = table > set && table < set + 256;
    return isInside ? 0 : block(8 * (mask + 1));
  }
}
