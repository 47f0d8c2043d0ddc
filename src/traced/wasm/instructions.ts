/**
 * Instructions of a function body, one after the other: as much of each as rewriting needs. What CPython's
 * module does not have (vectors, atomics) is refused, for then it is not the module that it should be.
 */
import { Reader } from "./leb.js";
import type { Body } from "./module.js";

/** Opcodes that have a name here. */
export const Op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  throw: 0x08,
  rethrow: 0x09,
  unreachable: 0x00,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  delegate: 0x18,
  catchAll: 0x19,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  load: 0x28,
  store: 0x36,
  storeLong: 0x37,
  constant: 0x41,
  constantLong: 0x42,
  notEqual: 0x47,
  lessSigned: 0x48,
  greaterSigned: 0x4a,
  lessEqualSigned: 0x4c,
  lessEqualUnsigned: 0x4d,
  greaterEqualSigned: 0x4e,
  add: 0x6a,
  subtract: 0x6b,
  and: 0x71,
} as const;

/** The type of a block without a result. */
export const NO_RESULT = 0x40;

/** One instruction. */
export interface Instruction {
  readonly op: number;
  /** Its first immediate: index, label, constant, or the offset of a load or store. */
  readonly value: number;
  /** Where its bytes are in the module. */
  readonly start: number;
  readonly end: number;
}

/** The instructions of a body. Throws a RangeError at one that is not known. */
export function instructionsOf(bytes: Uint8Array, body: Body): Instruction[] {
  const reader = new Reader(bytes, declarationsOf(bytes, body).end);
  const found: Instruction[] = [];
  while (reader.at < body.end) {
    const at = reader.at;
    const op = reader.byte();
    const value = readImmediates(reader, op);
    found.push({ op, value, start: at, end: reader.at });
  }
  return found;
}

/** The declarations of a function's locals in the module. */
export interface Declarations {
  /** How many groups there are is written there, and the groups up to the end. */
  readonly count: { readonly start: number; readonly end: number; readonly value: number };
  readonly end: number;
  readonly types: readonly number[];
}

/** Reads them. */
export function declarationsOf(bytes: Uint8Array, { start }: Body): Declarations {
  const reader = new Reader(bytes, start);
  const value = reader.unsigned();
  const count = { start, end: reader.at, value };
  const types: number[] = [];
  for (let left = value; left > 0; left--) {
    const length = reader.unsigned();
    const type = reader.byte();
    for (let i = 0; i < length; i++) types.push(type);
  }
  return { count, end: reader.at, types };
}

/** Where an instruction that has a list of labels branches to. */
export function labelsOf(bytes: Uint8Array, { start }: Instruction): number[] {
  const reader = new Reader(bytes, start + 1);
  return Array.from({ length: reader.unsigned() + 1 }, () => reader.unsigned());
}

/** Kinds of immediates. */
type Immediates = (reader: Reader) => number;
const none: Immediates = () => 0;
const index: Immediates = (reader) => reader.unsigned();
const signed: Immediates = (reader) => reader.signed();
const twoIndices: Immediates = (reader) => {
  const first = reader.unsigned();
  reader.skip();
  return first;
};
const memoryAccess: Immediates = (reader) => {
  reader.skip();
  return reader.unsigned();
};
const labels: Immediates = (reader) => {
  for (let left = reader.unsigned() + 1; left > 0; left--) reader.skip();
  return 0;
};
const bytesOf =
  (count: number): Immediates =>
  (reader) => {
    reader.at += count;
    return 0;
  };
const valueTypes: Immediates = (reader) => bytesOf(reader.unsigned())(reader);
const long: Immediates = (reader) => {
  reader.skip();
  return 0;
};
/** Saturating conversions have none, operations on memory and tables one or two. */
const prefixed: Immediates = (reader) => {
  const sub = reader.unsigned();
  if (sub < 8) return sub;
  reader.skip();
  if (sub === 8 || sub === 10 || sub === 12 || sub === 14) reader.skip();
  return sub;
};

const TABLE: readonly (readonly [first: number, last: number, immediates: Immediates])[] = [
  [0x00, 0x01, none],
  [0x02, 0x04, signed],
  [0x05, 0x05, none],
  [0x06, 0x06, signed],
  [0x07, 0x09, index],
  [0x0a, 0x0b, none],
  [0x0c, 0x0d, index],
  [0x0e, 0x0e, labels],
  [0x0f, 0x0f, none],
  [0x10, 0x10, index],
  [0x11, 0x11, twoIndices],
  [0x12, 0x12, index],
  [0x13, 0x13, twoIndices],
  [0x18, 0x18, index],
  [0x19, 0x1b, none],
  [0x1c, 0x1c, valueTypes],
  [0x20, 0x26, index],
  [0x28, 0x3e, memoryAccess],
  [0x3f, 0x40, index],
  [0x41, 0x41, signed],
  [0x42, 0x42, long],
  [0x43, 0x43, bytesOf(4)],
  [0x44, 0x44, bytesOf(8)],
  [0x45, 0xc4, none],
  [0xd0, 0xd0, signed],
  [0xd1, 0xd1, none],
  [0xd2, 0xd2, index],
  [0xfc, 0xfc, prefixed],
];

const BY_OPCODE: readonly (Immediates | undefined)[] = Array.from(
  { length: 256 },
  (_, op) => TABLE.find(([first, last]) => op >= first && op <= last)?.[2],
);

function readImmediates(reader: Reader, op: number): number {
  const read = BY_OPCODE[op];
  if (read === undefined)
    throw new RangeError(`unknown instruction 0x${op.toString(16)} at ${reader.at - 1}`);
  return read(reader);
}
