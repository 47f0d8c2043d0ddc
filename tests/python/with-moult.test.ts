/** The option `gc` of a loader, with a loader and an attaching that only take notes. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import type { MoultOptions, PyodideLike } from "../../src/api.js";
import { VERSION } from "../../src/version.js";
import { type GcOption, withMoult } from "../../src/with-moult.js";
import { fakeCollector } from "./fake.js";

const notes: unknown[] = [];

vi.mock("../../src/attach.js", () => ({
  loadAndAttach: async (load: () => Promise<PyodideLike>, options: MoultOptions, early: boolean) => {
    const pyodide = await load();
    notes.push([early ? "attach" : "attach late", options]);
    return [pyodide, fakeCollector(options).moult];
  },
}));

interface Config {
  indexURL?: string;
  [name: string]: unknown;
}

const load = withMoult(async (config?: Config): Promise<PyodideLike> => {
  notes.push(["load", config]);
  return { runPython: () => undefined };
});

beforeEach(() => void notes.splice(0));

describe("withMoult", () => {
  it("loads with the loader's own options, then attaches", async () => {
    const pyodide = await load({ indexURL: "/here", gc: { verify: 1 } });
    expect(notes).toEqual([
      ["load", { indexURL: "/here" }],
      ["attach", { verify: 1 }],
    ]);
    expect(pyodide.moult.plan).toBe("generational");
    expect(Object.keys(pyodide)).toContain("moult");
  });

  it("takes no options at all, or a plan's name", async () => {
    await load();
    await load({ gc: "builtin" });
    expect(notes).toEqual([
      ["load", {}],
      ["attach", {}],
      ["load", {}],
      ["attach", { plan: "builtin" }],
    ]);
  });

  it.each(["_makeSnapshot", "_loadSnapshot"])(
    "puts nothing into one that is loaded with %s",
    async (name) => {
      await load({ [name]: true, gc: {} });
      expect(notes).toEqual([
        ["load", { [name]: true }],
        ["attach late", {}],
      ]);
    },
  );

  it("attaches nothing when gc is false", async () => {
    expect(await load({ indexURL: "/here", gc: false })).not.toHaveProperty("moult");
    expect(notes).toEqual([["load", { indexURL: "/here" }]]);
  });

  it.each([
    ["fast", 'option "plan" can\'t be "fast"; allowed: "builtin" or "generational"'],
    [true, "option \"gc\" can't be true; allowed: Moult's options, a plan's name, or false"],
    [null, 'the options must be an object like { plan: "generational" }, not null'],
    [{ paln: "builtin" }, 'unknown option "paln"; did you mean "plan"?'],
  ])("refuses %o before it loads anything", async (gc, message) => {
    await expect(load({ gc: gc as GcOption })).rejects.toThrow(message);
    expect(notes).toEqual([]);
  });

  it("shows a view that changes nothing when sealed, and does not let it be replaced", async () => {
    const pyodide = await load({ gc: { sealed: true } });
    const view = pyodide.moult;
    expect(view.attached).toBe(true);
    expect(view.stats().generations[0].collections).toBe(7);
    for (const change of [
      () => view.detach(),
      () => view[Symbol.dispose](),
      () => view.on("detach", () => {}),
    ]) {
      expect(change).toThrow(expect.objectContaining({ code: "sealed" }));
    }
    expect(view.attached).toBe(true);
    expect(Object.isFrozen(view)).toBe(true);
    expect(Object.getPrototypeOf(view)).toBeNull();
    expect(() => Object.defineProperty(pyodide, "moult", { value: 1 })).toThrow(TypeError);
  });
});

describe("moult/pyodide", () => {
  it("names the cure when the package pyodide is missing", async () => {
    vi.doMock("pyodide", () => {
      throw new Error("Cannot find package 'pyodide'");
    });
    const { loadPyodide } = await import("../../src/pyodide.js");
    await expect(loadPyodide()).rejects.toMatchObject({
      code: "pyodide-missing",
      message: expect.stringMatching(/ npm install pyodide; .* withMoult\(loadPyodide\)$/),
    });
  });
});

it("has the version of package.json", () => {
  expect(VERSION).toBe(packageJson.version);
});
