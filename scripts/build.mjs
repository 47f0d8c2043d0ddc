/** Compiles src/ to dist/ and puts the kernels beside it. Run scripts/build-kernel.mjs first. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")],
  {
    stdio: "inherit",
  },
);
for (const name of ["kernel.wasm", "heap-kernel.wasm", "traced-kernel.wasm"])
  copyFileSync(join(root, "build", name), join(root, "dist", name));
const cli = join(root, "dist/cli/main.js");
if (existsSync(cli)) chmodSync(cli, 0o755);
