/** Where control goes in a function: the blocks that its instructions open and close, and what its branches lead to. */
import { type Instruction, labelsOf, Op } from "../wasm/instructions.js";

/** The function itself, as what a branch leads to. */
export const FUNCTION = -1;

/** Instructions are named by their index. */
export interface Flow {
  readonly code: readonly Instruction[];
  /** Of each `else`, `catch`, `delegate` and `end`, the instruction that opened its block. `FUNCTION` for the last `end`. */
  readonly opener: Int32Array;
  /** Of each branch, the instructions that open the blocks it leads to: to the start of a loop, and the end of any other. */
  readonly targets: ReadonlyMap<number, readonly number[]>;
  /** Of each `return`, how many blocks it is in. */
  readonly depths: ReadonlyMap<number, number>;
  /** Blocks with an `else`. */
  readonly withElse: ReadonlySet<number>;
}

export function isOpener(op: number): boolean {
  return op === Op.block || op === Op.loop || op === Op.if || op === Op.try;
}

/** Finds out where control goes. Needs the module's bytes for lists of labels. */
export function flowOf(bytes: Uint8Array, code: readonly Instruction[]): Flow {
  const opener = new Int32Array(code.length);
  const targets = new Map<number, readonly number[]>();
  const depths = new Map<number, number>();
  const withElse = new Set<number>();
  const open = [FUNCTION];
  const target = (label: number) => open[open.length - 1 - label]!;
  code.forEach((instruction, at) => {
    const { op, value } = instruction;
    opener[at] = open.at(-1)!;
    if (isOpener(op)) open.push(at);
    else if (op === Op.else) withElse.add(open.at(-1)!);
    else if (op === Op.end || op === Op.delegate) open.pop();
    else if (op === Op.br || op === Op.brIf) targets.set(at, [target(value)]);
    else if (op === Op.brTable) targets.set(at, [...new Set(labelsOf(bytes, instruction).map(target))]);
    else if (op === Op.return) depths.set(at, open.length - 1);
  });
  return { code, opener, targets, depths, withElse };
}
