/** A page and its worker, bundled by esbuild and by Vite, in Chromium: heap tools and kernels come with the bundle. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium } from "../support/chromium.js";
import { ask, BROWSERS } from "./browsers.js";
import { type PageServer, serve } from "./server.js";

const root = join(import.meta.dirname, "../..");
const source = join(import.meta.dirname, "bundled");
const output = (bundler: string) => join(root, ".cache/bundles", bundler);

const BUNDLERS: Readonly<Record<string, (outdir: string) => Promise<unknown>>> = {
  async esbuild(outdir) {
    await esbuild({
      entryPoints: ["main.mjs", "worker.mjs"].map((name) => join(source, name)),
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      outdir,
      outExtension: { ".js": ".mjs" },
      // Pyodide's loader asks for them in Node only.
      external: ["node:*"],
      logLevel: "error",
    });
    cpSync(join(source, "index.html"), join(outdir, "index.html"));
  },
  async vite(outDir) {
    await vite({
      root: source,
      base: "./",
      build: { outDir, emptyOutDir: true, target: "es2022" },
      worker: { format: "es" },
      logLevel: "error",
    });
  },
};

describeInChromium("bundled", () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await serve(root);
  });
  afterAll(() => server.close());

  test.each(Object.keys(BUNDLERS))("by %s", async (bundler) => {
    rmSync(output(bundler), { recursive: true, force: true });
    await BUNDLERS[bundler]!(output(bundler));
    const found = await ask(BROWSERS[0]!, server, `/.cache/bundles/${bundler}/index.html`);
    const place = {
      python: "314.0.7",
      allocator: "pool",
      bridge: "collects",
      suspended: "collects",
      isolated: false,
    };
    expect(found).toEqual({ page: place, worker: place });
  });
});
