/** The table itself: what is made from it can't contradict it. */
import { describe, expect, it } from "vitest";
import { parseValue } from "../../src/options/parse.js";
import { editDistance, nearest } from "../../src/options/suggest.js";
import { allOptions, COMMAND_NAMES, COMMAND_OPTIONS, cliFlags, OPTION_TEXTS } from "../../src/options.js";

describe("the table of options", () => {
  it.each(allOptions())(
    "%s has a default that it allows itself, and reads back what it prints",
    (_, option) => {
      if (option.default === undefined) return;
      expect(option.kind.is(option.default)).toBe(true);
      expect(parseValue(option.kind, String(option.default))).toBe(option.default);
    },
  );

  it.each(allOptions())("%s describes its values and itself", (name, option) => {
    expect(option.kind.allowed).not.toBe("");
    expect(OPTION_TEXTS[name].summary).not.toMatch(/[.]$/);
    expect(OPTION_TEXTS[name].details).toMatch(/[.]$/);
  });

  it("knows the names of the command line's options without having them", () => {
    expect(COMMAND_NAMES).toEqual(Object.keys(COMMAND_OPTIONS));
  });

  it("has no name, flag or variable twice", () => {
    const all = allOptions().flatMap(([name, { flag, env }]) => [name, flag, env]);
    const named = all.filter((item) => item !== undefined);
    expect(new Set(named).size).toBe(named.length);
  });
});

describe("cliFlags", () => {
  const flags = cliFlags();

  it("describes each flag in commander's notation", () => {
    expect(flags.map((flag) => flag.flags)).toEqual([
      "--plan <name>",
      "--pause-goal <ms>",
      "--stress",
      "--allocator <name>",
      "--freeze-after-imports",
      "--memory-limit <size>",
      "--bridge <mode>",
      "--bridge-finalizers <rule>",
      "--verify <level>",
      "--performance-entries",
      "--sealed",
      "--tools <mode>",
      "--runtime <name>",
      "--trace",
      "--report",
      "--json <file>",
      "--trace-events <file>",
      "--report-html <file>",
      "--metrics <file>",
      "--snapshot-on-exit <file>",
      "--snapshot-on-out-of-memory <file>",
    ]);
  });

  it("says what is the default and which variable sets the same", () => {
    expect(flags.find((flag) => flag.name === "plan")).toMatchObject({
      description: "the collection algorithm",
      choices: ["builtin", "generational", "incremental"],
      defaultText: "incremental",
      env: "MOULT_PLAN",
    });
    expect(flags.find((flag) => flag.name === "trace")?.defaultText).toBeUndefined();
  });

  it("reads an argument or names the flag", () => {
    const verify = flags.find((flag) => flag.name === "verify")!;
    expect(verify.parse("2")).toBe(2);
    expect(() => verify.parse("9")).toThrow('--verify can\'t be "9"; allowed: an integer from 0 to 3');
    const pause = flags.find((flag) => flag.name === "pauseGoal")!;
    expect(pause.parse("0.5")).toBe(0.5);
    for (const text of ["0", "", "fast"])
      expect(() => pause.parse(text)).toThrow(
        `--pause-goal can't be "${text}"; allowed: a number of milliseconds above 0`,
      );
    const json = flags.find((flag) => flag.name === "json")!;
    expect(json.parse("out.json")).toBe("out.json");
    expect(() => json.parse("")).toThrow('--json can\'t be ""; allowed: the name of a file');
  });
});

describe("did you mean", () => {
  it("counts edits, a swap as one", () => {
    expect(editDistance("plan", "plan")).toBe(0);
    expect(editDistance("paln", "plan")).toBe(1);
    expect(editDistance("", "plan")).toBe(4);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });

  it("offers only what is near", () => {
    expect(nearest("verfiy", ["plan", "verify"])).toBe("verify");
    expect(nearest("xyz", ["plan", "verify"])).toBeUndefined();
    expect(nearest("plan", [])).toBeUndefined();
  });
});
