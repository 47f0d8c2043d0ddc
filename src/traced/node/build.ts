/** Building a traced runtime, or finding the one that was built before. Nothing is ever changed in the package itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REWRITER_VERSION, type RewriteOptions, recipeFor, sha256Of } from "../recipe.js";
import { rewrite } from "../rewrite.js";
import type { Progress } from "../spill/spill.js";
import { cacheKey, Draft, findRuntime, type TracedRuntime, WASM } from "./cache.js";
import { runCanary } from "./canary.js";

/** What to build, and where. */
export interface BuildRequest {
  readonly pyodideDirectory: string;
  readonly cache: string;
  readonly options: RewriteOptions;
  /** Build also what is in the cache. */
  readonly force?: boolean;
  readonly progress: Progress;
}

/** The runtime that was built before from this package; undefined when none was. Throws as `buildRuntime` does. */
export function cachedRuntime({ pyodideDirectory, cache, options }: BuildRequest): TracedRuntime | undefined {
  const { sha256 } = recipeFor(readFileSync(join(pyodideDirectory, WASM)));
  return findRuntime(cache, cacheKey(sha256, options));
}

/**
 * The runtime from the cache, or a new one. Throws a MoultError "unsupported-runtime" where the package is not one that is
 * known or what was made of it does not behave as it does; then the cache is as before.
 */
export async function buildRuntime(request: BuildRequest): Promise<TracedRuntime> {
  const { pyodideDirectory, cache, options, progress } = request;
  const known = request.force === true ? undefined : cachedRuntime(request);
  if (known !== undefined) return known;
  const started = performance.now();
  const input = readFileSync(join(pyodideDirectory, WASM));
  const { bytes, recipe, sites } = await rewrite(input, options, progress);
  const draft = new Draft(cache, cacheKey(recipe.sha256, options), pyodideDirectory, bytes);
  try {
    // What has its counts but not its roots changed is for measuring only: the collector would free what lives.
    const isWhole = options.sticky && options.spill;
    const programs = await runCanary(pyodideDirectory, draft.directory, isWhole, progress);
    return draft.finish({
      pyodide: recipe.pyodide,
      input: recipe.sha256,
      output: sha256Of(bytes),
      rewriter: REWRITER_VERSION,
      options,
      sites,
      bytes: { stock: input.length, traced: bytes.length },
      programs,
      buildSeconds: Math.round((performance.now() - started) / 100) / 10,
    });
  } catch (error) {
    draft.discard();
    throw error;
  }
}
