/** What the functions of a module take and give back, and where they are named: read from the sections in front of its code. */
import { Reader } from "./leb.js";
import { sectionsOf } from "./module.js";

/** Types of values, as binaries have them. */
export const I32 = 0x7f;
export const I64 = 0x7e;

/** Sections. */
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, TAGS] = [1, 2, 3, 7, 13];
/** Kinds of imports and exports. */
const [FUNCTION, TABLE, MEMORY, GLOBAL, TAG] = [0, 1, 2, 3, 4];
/** What a type of a function begins with. */
const FUNCTION_TYPE = 0x60;

/** What a function, or the catching of an exception, takes and gives back. */
export interface Signature {
  readonly params: readonly number[];
  /** Undefined where there is none. */
  readonly result: number | undefined;
}

/** The functions and tags of a module; imported ones come first. */
export interface Signatures {
  readonly types: readonly Signature[];
  readonly functions: readonly Signature[];
  readonly tags: readonly Signature[];
  /** How many functions are imported. */
  readonly imported: number;
  /** Indices of functions. */
  readonly exports: ReadonlyMap<string, number>;
}

/** Reads them. Throws a RangeError where a function has several results: CPython's have not. */
export function signaturesOf(bytes: Uint8Array): Signatures {
  const found = {
    types: [] as Signature[],
    functions: [] as Signature[],
    tags: [] as Signature[],
    imported: 0,
    exports: new Map<string, number>(),
  };
  const reader = new Reader(bytes);
  const text = () => {
    const length = reader.unsigned();
    reader.at += length;
    return new TextDecoder().decode(bytes.subarray(reader.at - length, reader.at));
  };
  const list = (each: () => void) => {
    for (let left = reader.unsigned(); left > 0; left--) each();
  };
  const limits = () => {
    if (reader.byte() & 1) reader.skip();
    reader.skip();
  };
  const tag = () => {
    reader.byte();
    found.tags.push(found.types[reader.unsigned()]!);
  };
  const describeImport = () => {
    text();
    text();
    const kind = reader.byte();
    if (kind === FUNCTION) found.functions.push(found.types[reader.unsigned()]!);
    else if (kind === TAG) tag();
    else if (kind === GLOBAL) reader.at += 2;
    else {
      if (kind === TABLE) reader.byte();
      else if (kind !== MEMORY) throw new RangeError(`unknown kind of import ${kind}`);
      limits();
    }
  };
  const describeExport = () => {
    const name = text();
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === FUNCTION) found.exports.set(name, index);
  };
  const sections: Readonly<Record<number, () => void>> = {
    [TYPES]: () => list(() => found.types.push(readType(reader))),
    [IMPORTS]: () => {
      list(describeImport);
      found.imported = found.functions.length;
    },
    [FUNCTIONS]: () => list(() => found.functions.push(found.types[reader.unsigned()]!)),
    [EXPORTS]: () => list(describeExport),
    [TAGS]: () => list(tag),
  };
  for (const { id, length } of sectionsOf(bytes)) {
    reader.at = length.end;
    sections[id]?.();
  }
  return found;
}

function readType(reader: Reader): Signature {
  if (reader.byte() !== FUNCTION_TYPE) throw new RangeError("a type that is not a function's");
  const params = Array.from({ length: reader.unsigned() }, () => reader.byte());
  const results = Array.from({ length: reader.unsigned() }, () => reader.byte());
  if (results.length > 1) throw new RangeError("a function with several results");
  return { params, result: results[0] };
}
