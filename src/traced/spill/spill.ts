/**
 * Spilled roots: whatever may be an address in a local or on the operand stack of WebAssembly is also on C's stack in memory while
 * another function runs, for that stack can be searched for roots and the others can not.
 *
 *   C's stack  │ … what the function has there itself │ a place for each variable that is ever stored │ its caller's … │
 *                                                     ▲ frame: the stack pointer that it finds             ▲ and that its caller had
 *
 *   for each function   values     what may hold an address: locals, and what stays on the operand stack over a call
 *                       liveness   which of them are needed after which call
 *                       stores     which of those are not in memory already
 *                       edits      a frame that is cleared, the stores, and the frame given back on every way out
 *
 * Functions that need no store stay as they are, byte for byte.
 */
import type { Recipe } from "../recipe.js";
import {
  type Declarations,
  declarationsOf,
  type Instruction,
  instructionsOf,
  NO_RESULT,
  Op,
} from "../wasm/instructions.js";
import { signedBytes, unsignedBytes } from "../wasm/leb.js";
import type { Body, Edit, WasmModule } from "../wasm/module.js";
import { I32, I64, type Signature, type Signatures, signaturesOf } from "../wasm/signatures.js";
import { ALIGNED_4, ALIGNED_8, insert, withIndex, zeros } from "../wasm/write.js";
import { collectingFunctions } from "./collecting.js";
import { type Flow, flowOf } from "./flow.js";
import { neededAfterCalls } from "./liveness.js";
import { storesBeforeCalls } from "./stores.js";
import { type Values, valuesOf } from "./values.js";

/** C compilers keep the stack pointer at multiples of this. */
const STACK_ALIGNMENT = 16;
/** Told of so often that somebody who waits sees it move. */
const PROGRESS_STEPS = 20;

/** Says how far a step has come, from 0 to 1. */
export type Progress = (step: string, part: number) => void;

/** The edits that spill the roots of a module. */
export function spillEdits(
  module: WasmModule,
  { stackPointer, keepsItsOwn }: Pick<Recipe, "stackPointer" | "keepsItsOwn">,
  progress: Progress,
): Edit[] {
  const signatures = signaturesOf(module.bytes);
  const codes = module.bodies.map((body) => instructionsOf(module.bytes, body));
  const collects = collectingFunctions(signatures, codes);
  const untouched = signatures.exports.get(keepsItsOwn);
  const stride = Math.ceil(codes.length / PROGRESS_STEPS);
  return codes.flatMap((code, i) => {
    if (i % stride === 0) progress("spill", i / codes.length);
    const index = signatures.imported + i;
    if (index === untouched || !collects[index]) return [];
    const body = module.bodies[i]!;
    return spillFunction(
      { module, signatures, collects, stackPointer },
      body,
      code,
      signatures.functions[index]!,
    );
  });
}

/** What is the same for all functions. */
interface Context {
  readonly module: WasmModule;
  readonly signatures: Signatures;
  readonly collects: readonly boolean[];
  readonly stackPointer: number;
}

function spillFunction(
  { module, signatures, collects, stackPointer }: Context,
  body: Body,
  code: readonly Instruction[],
  { params, result }: Signature,
): Edit[] {
  const mayCollect = (at: number) => {
    const { op, value } = code[at]!;
    return op === Op.callIndirect || (op === Op.call && collects[value]!);
  };
  const flow = flowOf(module.bytes, code);
  const declared = declarationsOf(module.bytes, body);
  const locals = [...params, ...declared.types];
  const values = valuesOf({ flow, signatures, params: params.length, result, locals, mayCollect });
  const stores = storesBeforeCalls(flow, values, neededAfterCalls(flow, values, mayCollect));
  if (stores.size === 0) return [];
  return editsFor({ flow, values, stores, declared, locals: locals.length, result, stackPointer });
}

/** A function that needs stores. */
interface Spilled {
  readonly flow: Flow;
  readonly values: Values;
  readonly stores: ReadonlyMap<number, readonly number[]>;
  readonly declared: Declarations;
  /** How many locals it has, parameters among them. */
  readonly locals: number;
  readonly result: number | undefined;
  readonly stackPointer: number;
}

function editsFor(spilled: Spilled): Edit[] {
  const { flow, values, stores, declared, locals, result, stackPointer } = spilled;
  const { code } = flow;
  const frame = locals;
  const localOf = newLocals(values, frame + 1);
  const places = placesOf(values, stores);
  const restore = [
    ...withIndex(Op.get, frame),
    ...[Op.constant, ...signedBytes(places.bytes), Op.add],
    ...withIndex(Op.globalSet, stackPointer),
  ];
  const { count, end } = declared;
  const edits: Edit[] = [
    { ...count, bytes: unsignedBytes(count.value + localOf.groups.length) },
    { start: end, end, bytes: localOf.groups.flat() },
    insert(end, [
      ...withIndex(Op.globalGet, stackPointer),
      ...[Op.constant, ...signedBytes(places.bytes), Op.subtract],
      ...withIndex(Op.tee, frame),
      ...withIndex(Op.globalSet, stackPointer),
      // What earlier calls have left there would be taken for references until it is written to.
      ...zeros(frame, 0, places.bytes),
      ...[Op.block, result ?? NO_RESULT],
    ]),
  ];
  code.forEach((instruction, at) => {
    const stored = stores.get(at);
    if (stored !== undefined)
      edits.push(
        insert(
          instruction.start,
          stored.flatMap((variable) => storeOf(variable)),
        ),
      );
    const depth = flow.depths.get(at);
    if (depth !== undefined)
      edits.push({ start: instruction.start, end: instruction.end, bytes: withIndex(Op.br, depth) });
    const left = values.sets.get(at);
    if (left !== undefined) edits.push(insert(instruction.end, withIndex(Op.tee, localOf.of(left))));
  });
  edits.push(insert(code.at(-1)!.start, [Op.end, ...restore]));
  return edits;

  function storeOf(variable: number): number[] {
    const { width, local } = values.variables[variable]!;
    return [
      ...withIndex(Op.get, frame),
      ...withIndex(Op.get, local ?? localOf.of(variable)),
      ...(width === 4 ? [Op.store, ALIGNED_4] : [Op.storeLong, ALIGNED_8]),
      ...unsignedBytes(places.of.get(variable)!),
    ];
  }
}

/** The locals for values that had none: groups for their declaration, the frame's own first, and the index of each. */
function newLocals(
  { variables }: Values,
  first: number,
): { groups: number[][]; of(variable: number): number } {
  const indices = new Map<number, number>();
  const groups: number[][] = [];
  let next = first;
  for (const [width, type] of [
    [4, I32],
    [8, I64],
  ] as const) {
    const own = type === I32 ? 1 : 0;
    const before = next;
    variables.forEach((variable, i) => {
      if (variable.local === undefined && variable.width === width) indices.set(i, next++);
    });
    if (next - before + own > 0) groups.push([...unsignedBytes(next - before + own), type]);
  }
  return { groups, of: (variable) => indices.get(variable)! };
}

/** Where in the frame each variable is that is ever stored, wide ones first; and how large the frame is. */
function placesOf(
  { variables }: Values,
  stores: ReadonlyMap<number, readonly number[]>,
): { of: ReadonlyMap<number, number>; bytes: number } {
  const stored = [...new Set([...stores.values()].flat())];
  stored.sort((a, b) => variables[b]!.width - variables[a]!.width);
  const of = new Map<number, number>();
  let bytes = 0;
  for (const variable of stored) {
    of.set(variable, bytes);
    bytes += variables[variable]!.width;
  }
  return { of, bytes: Math.ceil(bytes / STACK_ALIGNMENT) * STACK_ALIGNMENT };
}
