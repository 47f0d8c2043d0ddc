/** What an application gets with Moult: how large it is, and that no part of it needs Node. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Bundle {
  readonly inputs: string[];
  /** What is imported from outside of the bundle. */
  readonly external: string[];
  /** Bytes, minified and compressed: the entry, and the entry with what it loads at once. */
  readonly entry: number;
  readonly atOnce: number;
  /** The same of all that can be loaded later. */
  readonly later: number;
}

/** Bundles a program for browsers, with parts of their own for what is loaded later. */
async function bundle(code: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    external: ["pyodide", "node:*", "commander"],
    outdir: root,
    metafile: true,
    write: false,
  });
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [
      path.slice(root.length + 1),
      gzipSync(contents, { level: 9 }).length,
    ]),
  );
  const first = atOnce(metafile, "stdin.js");
  const sum = (names: readonly string[]) => names.reduce((bytes, name) => bytes + sizes.get(name)!, 0);
  return {
    inputs: Object.keys(metafile.inputs),
    external: Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path))
      .sort(),
    entry: sizes.get("stdin.js")!,
    atOnce: sum(first),
    later: sum([...sizes.keys()].filter((name) => !first.includes(name))),
  };
}

/** A file of the bundle, and those that it imports other than by `import()`. */
function atOnce({ outputs }: Metafile, name: string): string[] {
  const needed = outputs[name]!.imports.filter(
    ({ kind, external }) => kind === "import-statement" && !external,
  );
  return [name, ...needed.flatMap(({ path }) => atOnce({ inputs: {}, outputs }, path))];
}

const KIB = 1024;

test("a program that attaches has 60 KB at once, its kernel included, and the heap tools later", async () => {
  const { atOnce, later } = await bundle('export { attach } from "./dist/index.js"');
  console.log({ atOnce, later });
  expect(atOnce).toBeLessThanOrEqual(60_000);
  expect(later).toBeLessThanOrEqual(24 * KIB);
});

test("all of the core has 61.5 KiB at once", async () => {
  const { entry, atOnce, later } = await bundle('export * from "./dist/index.js"');
  console.log({ entry, atOnce, later });
  expect(entry).toBeLessThanOrEqual(57.5 * KIB);
  expect(atOnce).toBeLessThanOrEqual(61.5 * KIB);
});

const ENTRIES = { moult: "index", "moult/heap": "heap/index", "moult/timeline": "timeline/index" };

test.each(Object.entries(ENTRIES))("%s imports nothing from outside", async (_, entry) => {
  const { external, inputs } = await bundle(`export * from "./dist/${entry}.js"`);
  expect(external).toEqual([]);
  expect(inputs.filter((path) => path.includes("platform/node"))).toEqual([]);
});

test("moult/pyodide imports nothing but pyodide", async () => {
  const { external } = await bundle('export * from "./dist/pyodide.js"');
  expect(external).toEqual(["pyodide"]);
});

test("an import of Node's would be seen", async () => {
  const { external, inputs } = await bundle('export * from "./dist/platform/node/collector.js"');
  expect(external).toContain("node:fs");
  expect(inputs.some((path) => path.includes("platform/node"))).toBe(true);
});
