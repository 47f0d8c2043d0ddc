/**
 * Traced runtimes on disk: a folder for each, complete and checked, under a name made of all that it depends on.
 *
 *   ~/.cache/moult/traced/⟨key⟩/      pyodide.mjs, pyodide.asm.mjs, …   copies of the stock package's
 *                                     pyodide.asm.wasm                 the rewritten one
 *                                     traced.json                      what it is
 *
 * A folder is made under another name and renamed when it is complete: so one that is there can be used, whatever happened to
 * the process that made it, or to another that made the same.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { REWRITER_VERSION, type RewriteOptions, sha256Of } from "../recipe.js";
import type { SiteCounts } from "../sticky.js";

/** CPython itself. */
export const WASM = "pyodide.asm.wasm";
const INFO = "traced.json";
/** What else of the package is needed to load it. */
const COPIED = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide-lock.json", "package.json", "python_stdlib.zip"];

/** What is known of a runtime that was built. */
export interface TracedInfo {
  readonly pyodide: string;
  readonly input: string;
  readonly output: string;
  readonly rewriter: number;
  readonly options: RewriteOptions;
  readonly sites: SiteCounts;
  readonly bytes: { readonly stock: number; readonly traced: number };
  /** Programs of the canary that gave what stock CPython gives. */
  readonly programs: number;
  readonly buildSeconds: number;
}

/** A runtime that can be loaded. */
export interface TracedRuntime {
  readonly directory: string;
  readonly info: TracedInfo;
}

/** Where runtimes are kept for this user. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || environment.LOCALAPPDATA || join(homedir(), ".cache");
  return join(base, "moult", "traced");
}

/** The name of the runtime that is made of a module with these options. */
export function cacheKey(inputSha256: string, options: RewriteOptions): string {
  return sha256Of(JSON.stringify([inputSha256, REWRITER_VERSION, options.sticky, options.spill])).slice(
    0,
    16,
  );
}

/** The runtime under a name; undefined when there is none, or when it is not what was written. */
export function findRuntime(cache: string, key: string): TracedRuntime | undefined {
  const directory = join(cache, key);
  try {
    const info = JSON.parse(readFileSync(join(directory, INFO), "utf8")) as TracedInfo;
    if (sha256Of(readFileSync(join(directory, WASM))) !== info.output) return undefined;
    return { directory, info };
  } catch {
    return undefined;
  }
}

/** A runtime in the making: a folder that becomes the runtime, or goes. */
export class Draft {
  readonly directory: string;
  readonly #final: string;

  /** Begins one with the stock package and another module. */
  constructor(cache: string, key: string, pyodideDirectory: string, module: Uint8Array) {
    mkdirSync(cache, { recursive: true });
    this.#final = join(cache, key);
    this.directory = mkdtempSync(`${this.#final}.draft-`);
    for (const name of COPIED) cpSync(join(pyodideDirectory, name), join(this.directory, name));
    writeFileSync(join(this.directory, WASM), module);
  }

  /** It is the runtime from now on. */
  finish(info: TracedInfo): TracedRuntime {
    writeFileSync(join(this.directory, INFO), `${JSON.stringify(info, null, 2)}\n`);
    // What is there already is broken, or as good as this one.
    rmSync(this.#final, { recursive: true, force: true });
    renameSync(this.directory, this.#final);
    return { directory: this.#final, info };
  }

  discard(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
