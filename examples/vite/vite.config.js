import { cpSync, createReadStream, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { defineConfig } from "vite";

const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const FILES = ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip"];

/** Pyodide's own files at /pyodide/: served while developing, copied when building. */
function pyodideFiles() {
  let outDir = "";
  return {
    name: "pyodide-files",
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    configureServer(server) {
      server.middlewares.use("/pyodide", (request, response, next) => {
        const path = join(pyodide, basename(request.url ?? ""));
        if (!existsSync(path)) return next();
        if (path.endsWith(".wasm")) response.setHeader("content-type", "application/wasm");
        if (path.endsWith(".mjs")) response.setHeader("content-type", "text/javascript");
        createReadStream(path).pipe(response);
      });
    },
    closeBundle() {
      for (const name of FILES) cpSync(join(pyodide, name), join(outDir, "pyodide", name));
    },
  };
}

export default defineConfig({
  build: { target: "es2022" },
  worker: { format: "es" },
  // Its loader finds the files by the address that it is given; bundled for development it would look elsewhere.
  optimizeDeps: { exclude: ["pyodide"] },
  plugins: [pyodideFiles()],
});
