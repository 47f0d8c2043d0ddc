/**
 * What instructions without control flow do to the operand stack: how many values they take, and of what they leave, how wide it
 * is and whether an address that they took may be in it. Calls, locals and blocks are not among them.
 */

/** Bytes of a value that an address may be in: 4 or 8, and 0 for floats and references of WebAssembly's own. */
export type Width = 0 | 4 | 8;

/** How an address gets into a value: not at all, from what was taken, or from memory. */
export type Origin = "none" | "taken" | "memory";

/** What an instruction does to the stack. */
export interface Effect {
  readonly takes: number;
  /** Undefined where nothing is left. */
  readonly leaves: { readonly width: Width | "as taken"; readonly origin: Origin } | undefined;
}

/** First and last opcode, how many values are taken, and what is left. Comparing, multiplying and shortening leave no address. */
type Row = readonly [first: number, last: number, takes: number, width?: Width | "as taken", origin?: Origin];

const ROWS: readonly Row[] = [
  [0x01, 0x01, 0], // nop
  [0x1a, 0x1a, 1], // drop
  [0x1b, 0x1c, 3, "as taken", "taken"], // select
  [0x23, 0x23, 0, 4, "none"], // global.get: C's stack pointer, and addresses of static data
  [0x24, 0x24, 1],
  [0x25, 0x25, 1, 0, "none"], // table.get
  [0x26, 0x26, 2],
  [0x28, 0x28, 1, 4, "memory"], // i32.load
  [0x29, 0x29, 1, 8, "memory"], // i64.load
  [0x2a, 0x2b, 1, 0, "none"],
  [0x2c, 0x2f, 1, 4, "none"], // bytes and halves of words
  [0x30, 0x33, 1, 8, "none"],
  [0x34, 0x35, 1, 8, "memory"], // i64.load32
  [0x36, 0x3e, 2], // stores
  [0x3f, 0x3f, 0, 4, "none"],
  [0x40, 0x40, 1, 4, "none"],
  [0x41, 0x41, 0, 4, "none"], // constants
  [0x42, 0x42, 0, 8, "none"],
  [0x43, 0x44, 0, 0, "none"],
  [0x45, 0x45, 1, 4, "none"], // comparisons
  [0x46, 0x4f, 2, 4, "none"],
  [0x50, 0x50, 1, 4, "none"],
  [0x51, 0x66, 2, 4, "none"],
  [0x67, 0x69, 1, 4, "none"], // counting bits
  [0x6a, 0x6b, 2, 4, "taken"], // i32.add, i32.sub
  [0x6c, 0x70, 2, 4, "none"],
  [0x71, 0x74, 2, 4, "taken"], // i32.and, or, xor, shl
  [0x75, 0x78, 2, 4, "none"],
  [0x79, 0x7b, 1, 8, "none"],
  [0x7c, 0x7d, 2, 8, "taken"], // i64.add, i64.sub
  [0x7e, 0x82, 2, 8, "none"],
  [0x83, 0x88, 2, 8, "taken"], // i64.and, or, xor, shifts: two addresses may be in one
  [0x89, 0x8a, 2, 8, "none"],
  [0x8b, 0x91, 1, 0, "none"], // floats
  [0x92, 0x98, 2, 0, "none"],
  [0x99, 0x9f, 1, 0, "none"],
  [0xa0, 0xa6, 2, 0, "none"],
  [0xa7, 0xa7, 1, 4, "taken"], // i32.wrap_i64
  [0xa8, 0xab, 1, 4, "none"],
  [0xac, 0xad, 1, 8, "taken"], // i64.extend_i32
  [0xae, 0xb1, 1, 8, "none"],
  [0xb2, 0xbb, 1, 0, "none"],
  [0xbc, 0xbc, 1, 4, "taken"], // reinterpretations
  [0xbd, 0xbd, 1, 8, "taken"],
  [0xbe, 0xbf, 1, 0, "none"],
  [0xc0, 0xc1, 1, 4, "none"],
  [0xc2, 0xc3, 1, 8, "none"],
  [0xc4, 0xc4, 1, 8, "taken"], // i64.extend32_s
  [0xd0, 0xd0, 0, 0, "none"],
  [0xd1, 0xd1, 1, 4, "none"],
  [0xd2, 0xd2, 0, 0, "none"],
];

/** Of those with the prefix 0xfc, by what follows it. */
const PREFIXED: readonly Row[] = [
  [0, 3, 1, 4, "none"],
  [4, 7, 1, 8, "none"],
  [8, 8, 3], // memory.init
  [9, 9, 0],
  [10, 12, 3], // memory.copy, memory.fill, table.init
  [13, 13, 0],
  [14, 14, 3], // table.copy
  [15, 15, 2, 4, "none"],
  [16, 16, 0, 4, "none"],
  [17, 17, 3], // table.fill
];
const PREFIX = 0xfc;

const byOpcode = (rows: readonly Row[], length: number): readonly (Effect | undefined)[] =>
  Array.from({ length }, (_, op) => {
    const row = rows.find(([first, last]) => op >= first && op <= last);
    if (row === undefined) return undefined;
    const [, , takes, width, origin = "none"] = row;
    return { takes, leaves: width === undefined ? undefined : { width, origin } };
  });
const BY_OPCODE = byOpcode(ROWS, 256);
const BY_PREFIXED = byOpcode(PREFIXED, 18);

/** What an instruction does. Throws a RangeError at one that is not known. */
export function effectOf({ op, value }: { readonly op: number; readonly value: number }): Effect {
  const effect = op === PREFIX ? BY_PREFIXED[value] : BY_OPCODE[op];
  if (effect === undefined) throw new RangeError(`unknown effect of instruction 0x${op.toString(16)}`);
  return effect;
}
