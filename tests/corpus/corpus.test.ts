/** Every case of the corpus, collected in every way, on every collector. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCases } from "./cases.js";
import { install, missing, runCase, VARIANTS } from "./harness.js";
import { type HostPyodide, SUBJECTS, start } from "./subjects.js";

const cases = loadCases();

describe.each(SUBJECTS)("corpus on $name", (subject) => {
  let pyodide: HostPyodide | undefined;

  const fresh = async () => {
    pyodide = await start(subject);
    install(pyodide);
  };
  beforeAll(fresh);
  afterAll(() => {
    pyodide = undefined;
  });

  describe.each(VARIANTS)("%s", (variant) => {
    it.for(cases)("$name", async (found, context) => {
      if (variant === "automatic" && subject.limits.automatic) context.skip(subject.limits.automatic);
      const limit = subject.limits.cases?.[found.name];
      if (limit) context.skip(limit);
      // A case that fails may leave a broken heap behind: the next one starts on a new instance.
      if (!pyodide) await fresh();
      const host = pyodide!;
      const lacks = missing(host, found);
      if (lacks) context.skip(`needs ${lacks}, which this host lacks`);
      pyodide = undefined;
      expect(runCase(host, found, variant, subject.options?.plan).problems, found.reason).toEqual([]);
      pyodide = host;
    });
  });
});
