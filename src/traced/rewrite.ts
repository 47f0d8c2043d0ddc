/**
 * From the stock module to the traced one:
 *
 *   known? ──▶ sticky counts ──▶ spilled roots, cleared arrays ──▶ valid? ──▶ the traced module
 *                    └── as many sites as there must be? ──┘
 */
import { MoultError } from "../errors.js";
import { clearedArrays } from "./argument-arrays.js";
import type { Recipe, RewriteOptions } from "./recipe.js";
import { recipeFor } from "./recipe.js";
import { type Progress, spillEdits } from "./spill/spill.js";
import { type SiteCounts, stickyEdits, textOfSites } from "./sticky.js";
import { WasmModule } from "./wasm/module.js";

/** A module that was rewritten. */
export interface Rewritten {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly recipe: Recipe;
  /** The sites that were rewritten; none where counts stay exact. */
  readonly sites: SiteCounts;
}

/** Rewrites CPython's module. Throws a MoultError "unsupported-runtime", and then nothing is to be used. */
export async function rewrite(
  input: Uint8Array,
  options: RewriteOptions,
  progress: Progress,
): Promise<Rewritten> {
  const recipe = recipeFor(input);
  let bytes = Uint8Array.from(input);
  let sites: SiteCounts = { increments: 0, decrements: 0, tagged: 0 };
  if (options.sticky) {
    progress("sticky", 0);
    const module = new WasmModule(bytes);
    const { edits, ...found } = stickyEdits(module);
    assertFound(textOfSites(found), textOfSites(recipe.sites));
    bytes = module.withEdits(edits);
    sites = found;
  }
  if (options.spill) {
    const module = new WasmModule(bytes);
    const cleared = clearedArrays(module, recipe.keepsItsOwn);
    assertFound(`${cleared.length} arrays of arguments`, `${recipe.argumentArrays} arrays of arguments`);
    const edits = [...spillEdits(module, recipe, progress), ...cleared];
    bytes = module.withEdits(edits.sort((a, b) => a.start - b.start));
  }
  progress("validate", 0);
  if (!WebAssembly.validate(bytes))
    throw new MoultError(
      "unsupported-runtime",
      "the rewritten CPython is not valid WebAssembly; it is not used",
    );
  return { bytes, recipe, sites };
}

function assertFound(found: string, expected: string): void {
  if (found === expected) return;
  throw new MoultError(
    "unsupported-runtime",
    `the rewriter found ${found}, where there must be ${expected}; the module is not used`,
  );
}
