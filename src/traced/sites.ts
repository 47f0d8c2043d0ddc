/**
 * Finding the places where CPython's C code counts references. Compilers inline `Py_INCREF` and `Py_DECREF`, each as a load
 * of the count, a test whether the object is immortal, and a store of one more or one less:
 *
 *   local.get p │ i32.load │ local.tee t │ i32.const 0x3fffffff │ i32.gt_s │ …      the test
 *   local.get p │ local.get t │ i32.const 1 │ i32.add or i32.sub │ … │ i32.store    the step
 *
 * A site is a test and the first step after it of the same count, through the same pointer, with nothing between that changes
 * either. References on the interpreter's own stack have a bit that says whether they are counted: where one is dropped, that bit
 * is tested and not the count.
 *
 *   local.get p │ i32.const 1 │ i32.and │ br_if l │ local.get p │ local.get p │ i32.load │ i32.const 1 │ i32.sub │ local.tee t │ i32.store
 *
 * Not every site has one of these shapes, so what is built on them has to do with sites that are missed.
 */
import { type Instruction, Op } from "./wasm/instructions.js";

/** The largest count of a mortal object in CPython 3.14 on 32 bits. */
const LARGEST_MORTAL = 0x3fff_ffff;
/** A step is at most so many instructions behind its test: further away the count would be another's. */
const REACH = 12;

/** A place where a reference is counted. */
export interface Site {
  readonly kind: "increment" | "decrement";
  /** Index of the test's constant among the instructions. */
  readonly test: number;
  /** Indices of the step's first instruction and of its store. */
  readonly step: number;
  readonly store: number;
  /** The local that holds the count. */
  readonly count: number;
  /** What the test guards is the step and nothing else: there is no other branch for immortal objects. */
  readonly isPlain: boolean;
}

/** The sites of a function, in order. */
export function sitesIn(code: readonly Instruction[]): Site[] {
  const sites: Site[] = [];
  code.forEach((_, test) => {
    if (!isTest(code, test)) return;
    const site = siteAt(code, test);
    if (site !== undefined) sites.push(site);
  });
  return sites;
}

/** A place where a reference on the interpreter's stack is dropped. */
export interface TaggedSite {
  /** Index of the step's first instruction. */
  readonly step: number;
  /** The local that holds the reference. */
  readonly pointer: number;
  /** Where the test of the bit branches to. */
  readonly label: number;
}

/** What follows on the reference. */
const TAGGED = [
  ...[Op.constant, Op.and, Op.brIf],
  ...[Op.get, Op.get, Op.load, Op.constant, Op.subtract, Op.tee, Op.store],
];
/** Index of the step's first instruction behind the reference. */
const TAGGED_STEP = 4;

/** The tagged sites of a function, in order. */
export function taggedSitesIn(code: readonly Instruction[]): TaggedSite[] {
  const sites: TaggedSite[] = [];
  code.forEach(({ op, value: pointer }, at) => {
    if ((op !== Op.get && op !== Op.tee) || TAGGED.some((next, i) => code[at + 1 + i]?.op !== next)) return;
    const [bit, , label, address, counted, load, one, , , store] = code
      .slice(at + 1, at + 1 + TAGGED.length)
      .map(({ value }) => value);
    const isOfOne = address === pointer && counted === pointer && load === 0 && store === 0;
    if (bit === 1 && one === 1 && isOfOne) sites.push({ step: at + TAGGED_STEP, pointer, label: label! });
  });
  return sites;
}

/** A comparison of a count with the largest of a mortal object. */
function isTest(code: readonly Instruction[], at: number): boolean {
  const { op, value } = code[at]!;
  if (op !== Op.constant) return false;
  const compare = code[at + 1]?.op;
  if (value === LARGEST_MORTAL)
    return compare === Op.greaterSigned || compare === Op.lessEqualSigned || compare === Op.lessEqualUnsigned;
  return value === LARGEST_MORTAL + 1 && (compare === Op.lessSigned || compare === Op.greaterEqualSigned);
}

function siteAt(code: readonly Instruction[], test: number): Site | undefined {
  const counted = code[test - 1];
  if (counted?.op !== Op.tee && counted?.op !== Op.get) return undefined;
  const count = counted.value;
  const pointer = pointerOf(code, test - 1, count);
  if (pointer === undefined) return undefined;
  const first = behindImmortals(code, test);
  for (let step = first; step < Math.min(first + REACH, code.length); step++) {
    const { op, value } = code[step]!;
    if ((op === Op.set || op === Op.tee) && (value === count || value === pointer.local)) return undefined;
    const found = stepAt(code, step, count, pointer);
    if (found !== undefined)
      return { test, step, count, isPlain: isPlain(code, test, step, found.store), ...found };
  }
  return undefined;
}

/**
 * Where the way of mortal objects goes on after a test: behind a branch for the immortal ones that does not come back, as in
 * `if (count > largest) { …; br } step`.
 */
function behindImmortals(code: readonly Instruction[], test: number): number {
  const compare = code[test + 1]?.op;
  const isAbove = compare === Op.greaterSigned || compare === Op.greaterEqualSigned;
  if (!isAbove || code[test + 2]?.op !== Op.if) return test + 2;
  for (let at = test + 3; at < Math.min(test + 3 + REACH, code.length); at++) {
    const { op } = code[at]!;
    if (op === Op.block || op === Op.loop || op === Op.if || op === Op.else) break;
    if (op === Op.end) return code[at - 1]?.op === Op.br ? at + 1 : test + 2;
  }
  return test + 2;
}

/** What a count was loaded through. */
interface Pointer {
  readonly op: number;
  /** The constant, or the local. */
  readonly value: number;
  readonly local: number | undefined;
}

/** The pointer that the count in a local was loaded through, going back from where it is used. */
function pointerOf(code: readonly Instruction[], use: number, count: number): Pointer | undefined {
  for (let at = use; at > 1; at--) {
    const { op, value } = code[at]!;
    if ((op !== Op.set && op !== Op.tee) || value !== count) continue;
    const [load, address] = [code[at - 1]!, code[at - 2]!];
    if (load.op !== Op.load || load.value !== 0) return undefined;
    if (address.op === Op.constant) return { op: Op.constant, value: address.value, local: undefined };
    if (address.op !== Op.get && address.op !== Op.tee) return undefined;
    return isUnchanged(code, at, use, address.value)
      ? { op: Op.get, value: address.value, local: address.value }
      : undefined;
  }
  return undefined;
}

function isUnchanged(code: readonly Instruction[], from: number, to: number, local: number): boolean {
  for (let at = from; at < to; at++) {
    const { op, value } = code[at]!;
    if ((op === Op.set || op === Op.tee) && value === local) return false;
  }
  return true;
}

/** The step that begins at an instruction, if one does. */
function stepAt(
  code: readonly Instruction[],
  at: number,
  count: number,
  pointer: Pointer,
): Pick<Site, "kind" | "store"> | undefined {
  const [address, counted, one, change] = code.slice(at, at + 4);
  if (change === undefined || address?.op !== pointer.op || address.value !== pointer.value) return undefined;
  if (counted?.op !== Op.get || counted.value !== count || one?.op !== Op.constant || one.value !== 1)
    return undefined;
  if (change.op !== Op.add && change.op !== Op.subtract) return undefined;
  const store = code[at + 4]?.op === Op.tee ? at + 5 : at + 4;
  if (code[store]?.op !== Op.store || code[store].value !== 0) return undefined;
  return { kind: change.op === Op.add ? "increment" : "decrement", store };
}

/** `if (count <= largest) { step }` and no more. */
function isPlain(code: readonly Instruction[], test: number, step: number, store: number): boolean {
  const compare = code[test + 1]?.op;
  const isBelow = compare !== Op.greaterSigned && compare !== Op.greaterEqualSigned;
  return isBelow && code[test + 2]?.op === Op.if && step === test + 3 && code[store + 1]?.op === Op.end;
}
