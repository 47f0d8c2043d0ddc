/** `npm run canary`: which versions it takes, and that it tells a Pyodide that works from one that does not. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Versions {
  parseVersion(text: string): object | undefined;
  compareVersions(a: object, b: object): number;
  newestOf(published: readonly string[]): string[];
}

const { parseVersion, compareVersions, newestOf } = (await import(
  new URL("../../scripts/canary/versions.mjs", import.meta.url).href
)) as Versions;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PYODIDE = join(ROOT, "node_modules/pyodide-315");

function canary(args: readonly string[], env: Record<string, string> = {}) {
  const command = [join(ROOT, "scripts/canary/run.mjs"), ...args];
  return spawnSync(process.execPath, command, { encoding: "utf8", env: { ...process.env, ...env } });
}

describe("versions", () => {
  test("are in the order of semantic versioning", () => {
    const inOrder = [
      "0.2.0",
      "0.29.5",
      "314.0.0-alpha.2",
      "314.0.0-alpha.10",
      "314.0.0-beta",
      "314.0.0",
      "314.0.7",
    ];
    const sorted = [...inOrder].reverse().sort((a, b) => compareVersions(parseVersion(a)!, parseVersion(b)!));
    expect(sorted).toEqual(inOrder);
  });

  test("the newest of all, and the newest release", () => {
    expect(newestOf(["0.29.5", "315.0.0-alpha.2", "314.0.7", "315.0.0-alpha.1", "none"])).toEqual([
      "315.0.0-alpha.2",
      "314.0.7",
    ]);
    expect(newestOf(["0.29.5", "314.0.7"])).toEqual(["314.0.7"]);
    expect(newestOf([])).toEqual([]);
  });
});

describe("the command", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "moult-canary-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A Pyodide whose table of debug offsets has other words. */
  function pretended(words: Readonly<Record<number, number>>): string {
    const real = JSON.stringify(pathToFileURL(join(PYODIDE, "pyodide.mjs")).href);
    const source = `
      import { loadPyodide as load } from ${real};
      export async function loadPyodide() {
        const pyodide = await load();
        const { HEAPU32, __PyRuntime } = pyodide._module;
        for (const [word, value] of Object.entries(${JSON.stringify(words)})) HEAPU32[__PyRuntime / 4 + 2 * word] = value;
        return pyodide;
      }`;
    writeFileSync(join(folder, "pyodide.mjs"), source);
    return folder;
  }

  test("accepts a Pyodide that works", () => {
    const { stdout, status } = canary(["--pyodide", PYODIDE]);
    expect(stdout).toMatch(
      /CPython 3\.15\.0rc1: accepted, layout generational-rings .*; every program came out right\n$/,
    );
    expect(status).toBe(0);
  });

  test("says of an unknown version that it is accepted all the same", () => {
    const { stdout, status } = canary(["--pyodide", pretended({ 1: 0x031000a1 })]);
    expect(stdout).toMatch(/CPython 3\.16\.0a1: accepted, though this version is unknown, layout/);
    expect(status).toBe(0);
  });

  test("names what differs where it is refused", () => {
    const { stdout, status } = canary(["--pyodide", pretended({ 1: 0x031000a1, 95: 80 })]);
    expect(stdout).toMatch(
      /refused: CPython 3\.16\.0a1 is unknown; the nearest layout is "generational-rings"/,
    );
    expect(stdout).toContain("  gc state: collecting, by debug offsets: expected 76, found 80\n");
    expect(status).toBe(1);
  });

  test("says so where npm can't be asked, and what needs no network", () => {
    const { stderr, status } = canary([], { npm_config_registry: "http://127.0.0.1:9" });
    expect(stderr).toMatch(
      /^canary: npm could not ask which versions there are: is there a network\? `--pyodide DIR` needs none/,
    );
    expect(status).toBe(69);
  });

  test.for([
    ["--bogus", /--bogus.*see --help/],
    ["--version=newest", /--version newest: want one like 314\.0\.7/],
    ["--pyodide=/nowhere", /--pyodide \/nowhere: no pyodide\.mjs there/],
  ] as const)("refuses %s", ([argument, text]) => {
    const { stderr, status } = canary([argument]);
    expect(stderr).toMatch(text);
    expect(status).toBe(2);
  });

  test("prints its help", () => {
    expect(canary(["--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("Examples:") });
  });
});
