/**
 * The interpreter's arrays of arguments, cleared when they are done with.
 *
 * For a call of C code the interpreter copies references from its own stack to an array on C's, which stays as it is until the
 * next such call: whoever was passed last would be found there, and kept. Compiled, all these arrays are in one place of its
 * frame, and each is given up by the same test:
 *
 *   … │ local.tee a │ local.get frame │ i32.const offset │ i32.add │ i32.ne │ if │ local.get a │ call free │ end │      a ≠ the array?
 *
 * From there on nobody reads the array, whatever it is used for next is written first: so that is where it is cleared.
 */
import { type Instruction, instructionsOf, Op } from "./wasm/instructions.js";
import type { Edit, WasmModule } from "./wasm/module.js";
import { signaturesOf } from "./wasm/signatures.js";
import { insert, zeros } from "./wasm/write.js";

/** Ten arguments, and one before them, of 4 bytes each (MAX_STACKREF_SCRATCH). */
const BYTES = 44;

const GIVEN_UP = [Op.tee, Op.get, Op.constant, Op.add, Op.notEqual, Op.if, Op.get, Op.call, Op.end];

/** Where the interpreter gives up an array. */
interface Site {
  /** Where the code goes on. */
  readonly after: number;
  /** The local with the address of its frame, and where in the frame the array is. */
  readonly frame: number;
  readonly offset: number;
}

/**
 * The edits that clear the arrays, one for each site, in the order of the code.
 *
 * @param interpreter the export whose function has them
 */
export function clearedArrays({ bytes, bodies }: WasmModule, interpreter: string): Edit[] {
  const { exports, imported } = signaturesOf(bytes);
  const body = bodies[exports.get(interpreter)! - imported]!;
  const sites = sitesIn(instructionsOf(bytes, body));
  return sites.map(({ after, frame, offset }) => insert(after, zeros(frame, offset, BYTES)));
}

function sitesIn(code: readonly Instruction[]): Site[] {
  return code.flatMap(({ value: array }, at) => {
    const found = code.slice(at, at + GIVEN_UP.length);
    if (GIVEN_UP.some((op, i) => found[i]?.op !== op)) return [];
    const [, frame, offset, , , , freed] = found.map(({ value }) => value);
    if (freed !== array) return [];
    return [{ after: found.at(-1)!.end, frame: frame!, offset: offset! }];
  });
}
