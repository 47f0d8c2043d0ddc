/**
 * How many bytes an object takes: its own block, and blocks that it alone owns.
 *
 *   ╒═ type ══════════════╕  ╒═ list ══════════╕  ╒═ bytearray ═════╕  ╒═ str ═══════════════════════════╕
 *   │ +12 name            │  │ +16 allocated   │  │ +12 allocated   │  │ +8 length  +16 state, with the  │
 *   │ +16 basic +20 item  │  └─────────────────┘  └─────────────────┘  │    bytes of a character (3 bits) │
 *   │ +84 flags           │  ╒═ int ════════════════════════════════╕  └──────────────────────────────────┘
 *   └─────────────────────┘  │ +8 digits << 3 │ sign                │   dict, keys, set: kernel/layout/containers.ts
 *                            └──────────────────────────────────────┘
 *
 * Approximate: what C code allocates for an object (the elements of a numpy array) is not seen.
 */
import type { Runtime } from "./runtime.js";

const TYPE = 4;
const SIZE = 8;
const NAME = 12;
const BASIC_SIZE = 16;
const ITEM_SIZE = 20;
const FLAGS = 84;
const HAVE_GC = 1 << 14;
const INLINE_VALUES = 1 << 2;
/** Subclasses of int, list, tuple, bytes, dict and type. */
const SUBCLASS = {
  int: 1 << 24,
  list: 1 << 25,
  tuple: 1 << 26,
  bytes: 1 << 27,
  str: 1 << 28,
  dict: 1 << 29,
  type: 1 << 31,
};
/** The lowest address that an object can have. */
const LOWEST = 1024;
/** MANAGED_WEAKREF or MANAGED_DICT: two words before the collector's header. */
const PREHEADER = (1 << 3) | (1 << 4);
const HEADER = 8;
const STR_STATE = 16;
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

/** Reads types and sizes. */
export class ObjectSizes {
  readonly #runtime: Runtime;
  readonly #characterShift: number;

  /** Not from inside of the allocator. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#characterShift = characterShift(runtime);
  }

  typeAddress(object: number): number {
    return this.#runtime.load(object + TYPE);
  }

  /** True when an object is at the address, of a type whose objects refer to no others. The address may be anything. */
  isLeaf(address: number): boolean {
    const type = this.#inMemory(address, 8) ? this.typeAddress(address) : 0;
    const metatype = this.#inMemory(type, 4) ? this.typeAddress(type) : 0;
    const isType =
      this.#inMemory(metatype, 4) && (this.#runtime.load(metatype + FLAGS) & SUBCLASS.type) !== 0;
    return isType && (this.#runtime.load(type + FLAGS) & HAVE_GC) === 0;
  }

  /** The facts of a type. They hold as long as no Python code has run. */
  typeSize(type: number): TypeSize {
    const runtime = this.#runtime;
    const flags = runtime.load(type + FLAGS);
    const isGc = (flags & HAVE_GC) !== 0;
    const extra = (isGc ? HEADER : 0) + ((flags & PREHEADER) !== 0 ? HEADER : 0);
    const fixed = runtime.load(type + BASIC_SIZE) + extra;
    const item = runtime.load(type + ITEM_SIZE) | 0;
    const inline = (flags & INLINE_VALUES) !== 0;
    const variable = this.#variablePart(type, flags, item);
    const isString = (flags & SUBCLASS.str) !== 0;
    return {
      name: runtime.readString(runtime.load(type + NAME)),
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
    const isInteger = (flags & SUBCLASS.int) !== 0;
    const counted = SUBCLASS.tuple | SUBCLASS.bytes | SUBCLASS.type;
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
    if ((flags & SUBCLASS.list) !== 0) return (list) => block(4 * runtime.load(list + 16));
    if ((flags & SUBCLASS.dict) !== 0) return (dict) => this.#dictBlocks(dict);
    if (is("ByteArray")) return (array) => block(runtime.load(array + 12));
    if (is("Set") || is("FrozenSet")) return (set) => this.#tableBlock(set);
    return () => 0;
  }

  #inMemory(address: number, alignment: number): boolean {
    return address % alignment === 0 && address >= LOWEST && address < this.#runtime.bytes.length - 256;
  }

  #stringBytes(string: number): number {
    const width = (this.#runtime.load(string + STR_STATE) >>> this.#characterShift) & 7;
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

/** Where in a string's state the bytes of a character stand: found on strings of one, two and four. */
function characterShift(runtime: Runtime): number {
  const states = [0x61, 0x4e00, 0x1f600].map((character) => {
    const string = runtime.function("PyUnicode_FromOrdinal")(character) >>> 0;
    if (string === 0) {
      runtime.function("PyErr_Clear")();
      return 0;
    }
    const state = runtime.load(string + STR_STATE);
    runtime.function("Py_DecRef")(string);
    return state;
  });
  const fits = (shift: number) => states.every((state, i) => ((state >>> shift) & 7) === 1 << i);
  const shifts = Array.from({ length: 30 }, (_, shift) => shift);
  return shifts.find(fits) ?? 0;
}
