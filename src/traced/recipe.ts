/**
 * The one CPython that can be rewritten, and what is known of it beforehand. A module with another sum is refused: sites are
 * found by the shape of compiled code, and a compiler or CPython of another version may give it a shape nobody has looked at.
 */
import { createHash } from "node:crypto";
import { MoultError } from "../errors.js";
import type { SiteCounts } from "./sticky.js";

/** Raised with every change of what is written: runtimes of older versions are then built anew. */
export const REWRITER_VERSION = 5;

/** A module that is known. */
export interface Recipe {
  /** The package whose `pyodide.asm.wasm` it is. */
  readonly pyodide: string;
  readonly sha256: string;
  readonly sites: SiteCounts;
  /** How often its interpreter gives up an array of arguments. */
  readonly argumentArrays: number;
  /** Index of the global that is C's stack pointer. */
  readonly stackPointer: number;
  /** The export whose function keeps all that it refers to in memory by itself, and is not to be slowed down. */
  readonly keepsItsOwn: string;
}

const RECIPES: readonly Recipe[] = [
  {
    pyodide: "314.0.7",
    sha256: "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    sites: { increments: 2970, decrements: 12080, tagged: 316 },
    argumentArrays: 13,
    stackPointer: 280,
    keepsItsOwn: "_PyEval_EvalFrameDefault",
  },
];

/** What is made of it: each step can be left out, to see what the others cost. */
export interface RewriteOptions {
  /** Counts are sticky. */
  readonly sticky: boolean;
  /** Pointers in WebAssembly's locals are in memory as well while other functions run. */
  readonly spill: boolean;
}

export const ALL_STEPS: RewriteOptions = { sticky: true, spill: true };

/** The recipe for a module. Throws a MoultError "unsupported-runtime" where there is none. */
export function recipeFor(module: Uint8Array): Recipe {
  const sha256 = sha256Of(module);
  const recipe = RECIPES.find((known) => known.sha256 === sha256);
  if (recipe !== undefined) return recipe;
  const known = RECIPES.map(({ pyodide }) => `pyodide ${pyodide}`).join(", ");
  throw new MoultError(
    "unsupported-runtime",
    `only the CPython of ${known} can run without reference counting; this one has the sha256 ${sha256}. ` +
      `Install that version, or run without --runtime traced`,
  );
}

export function sha256Of(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
