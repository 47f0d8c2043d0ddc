/** Finds the Pyodide to run: the peer dependency, or a directory that the user names. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "./errors.js";

/** An installed Pyodide. */
export interface PyodideInstallation {
  readonly directory: string;
  readonly version: string;
}

/** `directory` is the value of `--pyodide`. Throws a `UsageError` that says what to install. */
export function findPyodide(directory: string | undefined): PyodideInstallation {
  const found = directory === undefined ? installed() : resolve(directory);
  if (!existsSync(join(found, "pyodide.mjs"))) {
    throw new UsageError(`no Pyodide in ${found}: --pyodide wants the directory with pyodide.mjs`);
  }
  return { directory: found, version: versionOf(found) };
}

function installed(): string {
  // Beside moult first; then in the user's project, for a moult that is installed globally.
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return dirname(createRequire(from).resolve("pyodide/package.json"));
    } catch {
      // Try the next place.
    }
  }
  throw new UsageError(
    "the package 'pyodide' is not installed; install it with 'npm install pyodide', or name its directory with --pyodide",
  );
}

function versionOf(directory: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      version?: string;
    };
    return version ?? "unknown";
  } catch {
    return "unknown";
  }
}
