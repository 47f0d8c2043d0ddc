import { defineConfig } from "vitest/config";

// One process per test file (a Pyodide instance is 30 MB and never shrinks), two at a time.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "bench/**/*.test.mjs"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
