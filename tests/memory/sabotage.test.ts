/** Without the reserve the next call fails: so the reserve matters, and the tests of the limit can tell. */
import { expect, test, vi } from "vitest";
import { ATTACHED, open } from "../support/runtimes.js";
import { unhandled } from "./programs.js";

vi.mock("../../src/memory/reserve.js", async (original) => {
  const { Reserve } = await original<typeof import("../../src/memory/reserve.js")>();
  return {
    Reserve: class extends Reserve {
      constructor(allocator: ConstructorParameters<typeof Reserve>[0]) {
        super(allocator, 0);
      }
    },
  };
});

/** Ends with a heap that is full to the last small block. */
const FULL =
  "n = 2**20\nwhile n > 16:\n    try:\n        while True: kept.append(bytes(n))\n    except MemoryError:\n        n //= 2\nraise MemoryError";

// On 3.15 CPython itself crashes after a MemoryError: stock-memory-errors.test.ts.
test.each(ATTACHED.filter(({ plan, line }) => plan === "generational" && line !== "315"))(
  "with a reserve of no bytes the next call fails: $name",
  async (subject) => {
    const { pyodide } = await open(subject, { memoryLimit: "48MiB" });
    expect(() => pyodide.runPython(unhandled(FULL))).toThrow();
    expect(() => pyodide.runPython("1 + 1")).toThrow(/MemoryError/);
  },
);
