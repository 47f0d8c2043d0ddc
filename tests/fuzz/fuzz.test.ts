/** A small number of random heaps on every collector; `npm run test:fuzz` runs as many as you like. */
import { describe, expect, it } from "vitest";
import { SUBJECTS, start } from "../corpus/subjects.js";
import { Session } from "./session.js";

describe("random heaps", () => {
  it.each(SUBJECTS)("200 heaps of 50 mutations on $name", async (subject) => {
    const session = await Session.open(subject);
    const report = session.run({ seed: 2026, first: 0, count: 200, mutations: 50, freeze: true });
    expect(report.failure).toBeNull();
    expect(report.heaps).toBe(200);
  });

  it.each(SUBJECTS)("5 heaps among the interpreter's own objects on $name", async (subject) => {
    const session = await Session.open(subject);
    const report = session.run({ seed: 7, first: 0, count: 5, mutations: 50, freeze: false });
    expect(report.failure).toBeNull();
  });

  it.each(SUBJECTS.filter(({ options }) => options?.plan === "incremental"))(
    "40 heaps of 50 mutations, collected in steps, on $name",
    async (subject) => {
      const pyodide = await start(subject, { verify: 2 });
      const session = Session.on(pyodide);
      pyodide.runPython("import fuzz_steps; fuzz_steps.install()");
      const report = session.run({ seed: 2027, first: 0, count: 40, mutations: 50, freeze: true });
      expect(report.failure).toBeNull();
      expect(report.heaps).toBe(40);
    },
  );

  it("gives the same heap for the same seed", async () => {
    const session = await Session.open(SUBJECTS[0]!);
    expect(session.operations(1, 2, 50)).toEqual(session.operations(1, 2, 50));
    expect(session.operations(1, 2, 50)).not.toEqual(session.operations(2, 2, 50));
  });
});
