/**
 * Spilled roots: whatever looks like a pointer in a local of WebAssembly is also on C's stack in memory while another function
 * runs, for that stack can be searched for roots and the locals cannot. Binaryen does it: `flatten` gives every intermediate
 * value a local, `spill-pointers` stores those that are needed after a call.
 */
import { MoultError } from "../errors.js";
import type { Recipe } from "./recipe.js";
import { unsignedBytes } from "./wasm/leb.js";

/** What is done with every function: the middle is what it is for, the rest makes the result smaller and faster. */
const PASSES = ["flatten", "spill-pointers", "simplify-locals-notee-nostructure", "reorder-locals", "vacuum"];
/** How the pass finds C's stack pointer. */
const STACK_POINTER = "__stack_pointer";
/** Told of so often that somebody who waits sees it move. */
const PROGRESS_STEPS = 20;

/** Says how far a step has come, from 0 to 1. */
export type Progress = (step: string, part: number) => void;

/** The module with its roots spilled. Throws a MoultError "unsupported-runtime" without Binaryen. */
export async function spillPointers(
  bytes: Uint8Array,
  recipe: Recipe,
  progress: Progress,
): Promise<Uint8Array<ArrayBuffer>> {
  const binaryen = await importBinaryen();
  const module = binaryen.readBinaryWithFeatures(
    withNamedStackPointer(bytes, recipe.stackPointer),
    nodeFeatures(binaryen),
  );
  try {
    binaryen.setOptimizeLevel(1);
    const { value: untouched } = binaryen.getExportInfo(module.getExport(recipe.keepsItsOwn));
    const count = module.getNumFunctions();
    const stride = Math.ceil(count / PROGRESS_STEPS);
    for (let i = 0; i < count; i++) {
      if (i % stride === 0) progress("spill", i / count);
      const fn = module.getFunctionByIndex(i);
      const { module: importedFrom, name } = binaryen.getFunctionInfo(fn);
      if (importedFrom || name === untouched) continue;
      module.runPassesOnFunction(fn, PASSES);
    }
    return Uint8Array.from(module.emitBinary());
  } finally {
    module.dispose();
  }
}

type Binaryen = typeof import("binaryen").default;

/** The features that a module may use. One by one: with all of them Binaryen writes what Node 20 does not read. */
export function nodeFeatures({ Features }: Pick<Binaryen, "Features">): number {
  return (
    Features.MutableGlobals |
    Features.NontrappingFPToInt |
    Features.BulkMemory |
    Features.SignExt |
    Features.ExceptionHandling |
    Features.ReferenceTypes |
    Features.Multivalue
  );
}

async function importBinaryen(): Promise<Binaryen> {
  try {
    return (await import("binaryen")).default;
  } catch (cause) {
    throw new MoultError(
      "unsupported-runtime",
      "the package 'binaryen' is not installed, which the traced runtime is built with; install it with 'npm install binaryen'",
      { cause },
    );
  }
}

/** The module with a section of names that names one global. */
function withNamedStackPointer(bytes: Uint8Array, index: number): Uint8Array {
  const text = (value: string) => [...unsignedBytes(value.length), ...new TextEncoder().encode(value)];
  const globals = [1, ...unsignedBytes(index), ...text(STACK_POINTER)];
  const content = [...text("name"), 7, ...unsignedBytes(globals.length), ...globals];
  const section = [0, ...unsignedBytes(content.length), ...content];
  const named = new Uint8Array(bytes.length + section.length);
  named.set(bytes);
  named.set(section, bytes.length);
  return named;
}
