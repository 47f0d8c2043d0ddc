/**
 * Random heaps (tests/fuzz) on a traced runtime that collects every few objects: all that the model reaches must be there, with its
 * edges, its weak references and its finalizers. What it does not reach may live on, for stale words may keep it.
 *
 *   TRACED_SEEDS=1,2,3 TRACED_HEAPS=50 npx vitest run tests/traced/heaps.test.ts
 */
import { describe, expect, test } from "vitest";
import type { HostPyodide } from "../corpus/subjects.js";
import { Session } from "../fuzz/session.js";
import { LONG, tracedInterpreter } from "./runtime.js";

const SEEDS = (process.env.TRACED_SEEDS ?? "1").split(",").map(Number);
const HEAPS = Number(process.env.TRACED_HEAPS ?? "4");

const ONLY_THE_LIVING = `
import fuzz_heap
check = fuzz_heap.Heap.check
fuzz_heap.Heap.check = lambda heap, full: check(heap, False)
`;

describe.each(SEEDS)("seed %d", (seed) => {
  test(
    `${HEAPS} heaps`,
    async () => {
      const { pyodide, moult } = await tracedInterpreter({ everyTrigger: true });
      const session = Session.on(pyodide as unknown as HostPyodide);
      pyodide.runPython(ONLY_THE_LIVING);
      const report = session.run({ seed, first: 0, count: HEAPS, mutations: 50, freeze: false });
      expect(report).toMatchObject({ failure: null, heaps: HEAPS });
      expect(moult!.stats().generations[2].collections).toBeGreaterThan(HEAPS);
    },
    LONG,
  );
});
