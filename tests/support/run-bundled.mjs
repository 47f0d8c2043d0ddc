/** Runs a command that is written in TypeScript: bundles it first, since Node 20 can't run it as it stands. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * Calls the `main` of a file with the process's arguments; what it resolves to is the exit code.
 *
 * @param {string} entry below the project's root
 */
export async function runBundled(entry) {
  const outfile = join(root, "build", entry.replace(/\.ts$/, ".mjs"));
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    logLevel: "error",
  });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
}
