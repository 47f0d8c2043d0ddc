/**
 * Layouts and probes: what `attach` accepts, and what it refuses. Every number of a layout is shifted, one at a time, and the
 * probes must contradict it: an offset that nothing contradicts would be believed of an unknown CPython too.
 */
import type { PyodideAPI } from "pyodide";
import { beforeAll, describe, expect, test } from "vitest";
import { attach } from "../../src/attach.js";
import { LAYOUTS, nearestLayout, versionNumber, versionText, withAnswers } from "../../src/cpython/detect.js";
import type { Layout } from "../../src/cpython/layouts/layout.js";
import { openMachine } from "../../src/cpython/machine.js";
import { Runtime } from "../../src/cpython/runtime.js";
import { UnsupportedRuntimeError } from "../../src/errors.js";
import type { WarningEvent } from "../../src/events/events.js";
import { probe } from "../../src/index.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { LINES, loadLine, python } from "../support/runtimes.js";

/** A path into a layout, and a layout in which the number there is another one. */
interface Shift {
  readonly name: string;
  readonly layout: Layout;
}

/** What no probe looks at, with what comes of a wrong one. */
const NOT_PROBED: Readonly<Record<string, string>> = {
  "versions.0": "says only whether to warn",
  "versions.1": "says only whether to warn",
  "generatorStates.created":
    "looked for on live generators; not found, their finalizers count as ones that run",
  "generatorStates.suspended": "the same",
  "generatorStates.finished": "the same",
  choosesGeneration: "which generation an automatic collection takes, and so when old objects are looked at",
  formatsUnraisable: "the wording of a message",
  survivesMemoryErrors: "says only whether to warn",
};

/** Every number in a layout, changed by one step up and down; flags are turned. */
function shiftsOf(layout: Layout): Shift[] {
  const shifts: Shift[] = [];
  const walk = (value: unknown, path: readonly string[]) => {
    const name = path.join(".");
    if (name in NOT_PROBED) return;
    if (typeof value === "number")
      for (const by of stepsOf(path))
        shifts.push({ name: `${name} ${by > 0 ? "+" : ""}${by}`, layout: changed(layout, path, value + by) });
    if (typeof value === "boolean")
      shifts.push({ name: `${name} turned`, layout: changed(layout, path, !value) });
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
  };
  walk(layout, []);
  return shifts;
}

function stepsOf([first, ...rest]: readonly string[]): number[] {
  const isCount = first === "debugTable" || first === "firstInternalFrameOwner" || first === "immortalFrom";
  return isCount || rest.includes("records") ? [1, -1] : [4, -4];
}

/** A copy of an object with another value at the end of a path. */
function changed<T>(object: T, [key, ...path]: readonly string[], value: number | boolean): T {
  const copy = (Array.isArray(object) ? [...object] : { ...object }) as Record<string, unknown>;
  copy[key!] = path.length === 0 ? value : changed(copy[key!], path, value);
  return copy as T;
}

describe.each(LINES)("on pyodide %s", (line) => {
  let pyodide: PyodideAPI;
  let kernel: WebAssembly.Module;
  let layout: Layout;

  beforeAll(async () => {
    pyodide = await loadLine(line);
    kernel = await compileKernel();
    ({ layout } = openMachine(pyodide as never, kernel));
  });

  test("every number of the layout is held against the live interpreter", () => {
    const believed = shiftsOf(layout).filter(({ layout: wrong }) => {
      try {
        openMachine(pyodide as never, kernel, [], [wrong]);
        return true;
      } catch (error) {
        if (error instanceof UnsupportedRuntimeError) return false;
        throw error;
      }
    });
    expect(believed.map(({ name }) => name)).toEqual([]);
    // And CPython is none the worse for it.
    expect(openMachine(pyodide as never, kernel).layout).toBe(layout);
    const source = `
      import gc
      def ring():
          a = []
          a.append(a)
      gc.collect()
      for _ in range(5): ring()
      [gc.collect(), gc.get_threshold()[:2] == (2000, 10), gc.get_debug(), gc.isenabled(), gc.callbacks, gc.garbage] == [5, True, 0, True, [], []]
    `;
    expect(pyodide.runPython(python(source))).toBe(true);
  });

  test("probing leaves no trace in the gc module's answers", () => {
    const ask = () =>
      String(
        pyodide.runPython(
          "import gc; repr([gc.get_stats(), gc.get_threshold(), gc.get_debug(), gc.get_freeze_count()])",
        ),
      );
    pyodide.runPython("import gc; gc.collect(1); gc.collect(); gc.disable()");
    const before = ask();
    openMachine(pyodide as never, kernel);
    expect(ask()).toBe(before);
    pyodide.runPython("gc.enable()");
  });

  test("no other layout fits", () => {
    const runtime = new Runtime(pyodide as never);
    for (const other of LAYOUTS.filter((candidate) => candidate !== layout))
      expect(() => openMachine(pyodide as never, kernel, [], [other]), other.name).toThrow(
        UnsupportedRuntimeError,
      );
    const names = pyodide.runPython("{}");
    const order = withAnswers(runtime, names, (answers) =>
      nearestLayout(runtime, [...LAYOUTS].reverse(), 0, answers),
    );
    expect(order.layout).toBe(layout);
    names.destroy();
  });

  test("an unknown version is accepted, with one warning, when every probe agrees", async () => {
    const other = await loadLine(line);
    const version = pretend(other, 0x03_11_00_a2);
    const moult = await attach(other, { plan: "generational", verify: 2 });
    const warnings: WarningEvent[] = [];
    moult.on("warning", (event) => warnings.push(event));
    moult.on("warning", (event) => warnings.push(event));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: "unknown-version" });
    expect(warnings[0]?.message).toContain("CPython 3.17.0a2");
    expect(warnings[0]?.message).toContain(`"${layout.name}"`);
    expect(warnings[0]?.message).toContain("moult doctor");
    expect(other.runPython("import gc; gc.collect(); a = []; a.append(a); del a; gc.collect()")).toBe(1);
    moult.detach();
    expect(await probe(other as never)).toMatchObject({ accepted: true, known: false, version: "3.17.0a2" });
    version.restore();
    expect(await probe(other as never)).toMatchObject({ accepted: true, known: true });
  });

  test("an unknown version is refused when one probe disagrees", async () => {
    const other = await loadLine(line);
    pretend(other, 0x03_11_00_a2);
    const gcSize = layout.debugTable.gcSize;
    pretend(other, 0, 8 * gcSize);
    const before = String(
      other.runPython("import gc; repr([gc.get_threshold(), gc.get_debug(), gc.isenabled(), gc.callbacks])"),
    );
    const refused = attach(other);
    await expect(refused).rejects.toBeInstanceOf(UnsupportedRuntimeError);
    await expect(refused).rejects.toMatchObject({
      code: "unsupported-runtime",
      message: expect.stringContaining("CPython 3.17.0a2 is unknown"),
    });
    await expect(refused).rejects.toMatchObject({ differences: [{ probe: "gc state fits its size" }] });
    expect(
      String(other.runPython("repr([gc.get_threshold(), gc.get_debug(), gc.isenabled(), gc.callbacks])")),
    ).toBe(before);
    expect(await probe(other as never)).toMatchObject({ accepted: false, known: false });
  });
});

test("versions are told as sys.version tells them", async () => {
  for (const line of LINES) {
    const pyodide = await loadLine(line);
    const version = versionText(versionNumber(new Runtime(pyodide as never)));
    expect(version).toBe(pyodide.runPython("import sys; sys.version.split()[0]"));
  }
  expect(versionText(0x030e00b3)).toBe("3.14.0b3");
  expect(versionText(0x030e0af0)).toBe("3.14.10");
});

/** Writes a word into CPython's table of debug offsets, by default that of the version. */
function pretend(pyodide: PyodideAPI, value: number, at = 8): { restore(): void } {
  const runtime = new Runtime(pyodide as never);
  const address = runtime.symbol("_PyRuntime") + at;
  const before = runtime.load(address);
  runtime.store(address, value);
  return { restore: () => runtime.store(address, before) };
}
