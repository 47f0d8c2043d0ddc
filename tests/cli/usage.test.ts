/** Help, wrong usage, the split of the command line, and the doctor. */
import { Option } from "commander";
import { describe, expect, test } from "vitest";
import { splitArguments } from "../../src/cli/arguments.js";
import { formatProbes } from "../../src/cli/doctor.js";
import { moult, PYODIDE_029 } from "./moult.js";

describe("splitting the command line", () => {
  const options = [
    new Option("--plan <name>"),
    new Option("--trace"),
    new Option("-u"),
    new Option("-W <filter>"),
    new Option("-m <module>"),
    new Option("-c <code>"),
  ];
  test.each<[string, string[], string[]]>([
    ["x.py --trace", [], ["x.py", "--trace"]],
    ["--trace x.py", ["--trace"], ["x.py"]],
    ["--plan builtin x.py", ["--plan", "builtin"], ["x.py"]],
    ["--plan=builtin x.py", ["--plan=builtin"], ["x.py"]],
    ["-m mod --plan x", [], ["-m", "mod", "--plan", "x"]],
    ["-mmod -u", [], ["-mmod", "-u"]],
    ["-um mod", ["-u"], ["-m", "mod"]],
    ["-W error -Wignore - a", ["-W", "error", "-Wignore"], ["-", "a"]],
    ["-- x.py", [], ["x.py"]],
    ["--trace", ["--trace"], []],
  ])("%s", (line, own, program) => {
    expect(splitArguments(options, line.split(" "))).toEqual({ own, program });
  });
});

describe("help", () => {
  test.each([[["--help"]], [["run", "--help"]], [["doctor", "--help"]]])("%s", async (args) => {
    const { stdout, stderr, status } = await moult(args);
    expect(stdout).toMatch(/^Usage: moult/);
    expect(stdout).toContain("Examples:");
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});

describe("wrong usage is one line on stderr and status 2", () => {
  test.each([
    [["run", "--plna", "builtin", "x.py"], /unknown option '--plna'.*--plan/],
    [["run", "--plan", "fast", "x.py"], /--plan.*"fast".*generational/],
    [["run", "--json"], /--json.*argument missing/],
    [["run", "--json", "/nowhere/gc.json", "-c", ""], /can't write --json \/nowhere\/gc.json/],
    [["run", "--pyodide", "/nowhere", "-c", ""], /no Pyodide in \/nowhere/],
    [["walk"], /unknown command 'walk'/],
    [["doctor", "--fast"], /unknown option '--fast'/],
  ])("%s", async (args, message) => {
    const { stdout, stderr, status } = await moult(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^moult: [^\n]+\n$/);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  });
});

describe("doctor", () => {
  test.each([[[]], [["--pyodide", PYODIDE_029]]])("accepts the Pyodide of the tests %s", async (options) => {
    const { stdout, stderr, status } = await moult(["doctor", ...options]);
    expect(stdout).toMatch(/^Pyodide [\d.]+ in .*\nCPython 3\.1\d\.\d+\n\n +probe +expected +found\n/);
    expect(stdout).toMatch(/\naccepted: .*\n$/);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });

  test("marks what is wrong", () => {
    const table = formatProbes([
      { probe: "list.items", expected: "12", found: "12", ok: true },
      { probe: "gc.enabled", expected: "8", found: "16", ok: false },
    ]);
    expect(table).toBe(
      "       probe       expected  found\nok     list.items  12        12\nWRONG  gc.enabled  8         16\n",
    );
  });
});
