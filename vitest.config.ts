import { defineConfig } from "vitest/config";

// Much more time than any test needs, for machines that do other work as well: only what hangs is ended.
const TIMEOUT = 600_000;

// One process per test file (a Pyodide instance is 30 MB and never shrinks), two at a time.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "bench/**/*.test.mjs"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: TIMEOUT,
    hookTimeout: TIMEOUT,
  },
});
