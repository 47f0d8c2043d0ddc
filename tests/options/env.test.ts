/** Options from the environment. */
import { describe, expect, it } from "vitest";
import { optionsFromEnv } from "../../src/options.js";

describe("optionsFromEnv", () => {
  it("says nothing about an environment without Moult", () => {
    expect(optionsFromEnv({ PATH: "/bin", PYTHONPATH: "" })).toEqual({ options: {}, warning: undefined });
  });

  it("reads every variable", () => {
    const env = { MOULT_PLAN: "builtin", MOULT_VERIFY: "2", MOULT_SEALED: "1", MOULT_TRACE: "on" };
    expect(optionsFromEnv(env).options).toEqual({ plan: "builtin", verify: 2, sealed: true, trace: true });
  });

  it("takes an empty or missing variable as absent", () => {
    expect(optionsFromEnv({ MOULT_PLAN: "", MOULT_VERIFY: undefined })).toEqual({
      options: {},
      warning: undefined,
    });
  });

  it.each([
    ["1", true],
    ["true", true],
    ["YES", true],
    [" on ", true],
    ["0", false],
    ["False", false],
    ["no", false],
    ["off", false],
  ])("reads %o as %o", (text, value) => {
    expect(optionsFromEnv({ MOULT_TRACE: text }).options).toEqual({ trace: value });
  });

  it.each([
    ["MOULT_PLAN", "fast", 'the variable MOULT_PLAN can\'t be "fast"; allowed: "builtin" or "generational"'],
    ["MOULT_VERIFY", "all", 'the variable MOULT_VERIFY can\'t be "all"; allowed: an integer from 0 to 3'],
    ["MOULT_VERIFY", "01", 'the variable MOULT_VERIFY can\'t be "01"; allowed: an integer from 0 to 3'],
    ["MOULT_SEALED", "2", 'the variable MOULT_SEALED can\'t be "2"; allowed: true or false'],
    [
      "MOULT_TRACE",
      "constructor",
      'the variable MOULT_TRACE can\'t be "constructor"; allowed: true or false',
    ],
  ])("refuses %s=%s and names it", (variable, text, message) => {
    expect(() => optionsFromEnv({ [variable]: text })).toThrow(message);
  });

  it("warns once about all variables it does not know", () => {
    expect(optionsFromEnv({ MOULT_PLNA: "builtin" }).warning).toBe(
      "ignoring an environment variable that Moult does not know: MOULT_PLNA (did you mean MOULT_PLAN?); " +
        "there are: MOULT_PLAN, MOULT_PAUSE_GOAL, MOULT_STRESS, MOULT_ALLOCATOR, MOULT_FREEZE_AFTER_IMPORTS, MOULT_MEMORY_LIMIT, MOULT_BRIDGE, MOULT_BRIDGE_FINALIZERS, MOULT_VERIFY, MOULT_PERFORMANCE_ENTRIES, MOULT_SEALED, MOULT_TOOLS, MOULT_RUNTIME, MOULT_TRACE",
    );
    expect(optionsFromEnv({ MOULT_ZEBRA: "", MOULT_KERNEL: "x" }).warning).toMatch(
      /^ignoring environment variables that Moult does not know: MOULT_KERNEL, MOULT_ZEBRA; there are: /,
    );
  });
});
