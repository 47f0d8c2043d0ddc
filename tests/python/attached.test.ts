/** The module `moult` and `moult/pyodide` over the real collector. */
import type { PyodideInterface } from "pyodide";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Moult } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { loadPyodide } from "../../src/pyodide.js";

/** The exception that code raises in Python, as "Type: message". */
function raised(pyodide: PyodideInterface, code: string): string {
  const names = pyodide.toPy({ code });
  try {
    return pyodide.runPython(
      "try:\n  exec(code, {})\n  x = 'none'\nexcept Exception as e:\n  x = f'{type(e).__name__}: {e}'\nx",
      { globals: names },
    );
  } finally {
    names.destroy();
  }
}

describe("a Pyodide loaded with Moult", () => {
  let pyodide: PyodideInterface & { readonly moult: Moult };

  beforeAll(async () => {
    pyodide = await loadPyodide({ gc: { plan: "generational" } });
  });

  it("has the collector at pyodide.moult and in Python", () => {
    expect(pyodide.moult.attached).toBe(true);
    expect(pyodide.runPython("import moult; moult.plan")).toBe("generational");
    expect(pyodide.runPython("moult.attached and pyodide_js.moult.attached", { globals: globals() })).toBe(
      true,
    );
  });

  it("tells Python of its collections", () => {
    pyodide.runPython(
      "import gc, moult; before = moult.stats()['generations'][2]['collections']; gc.collect()",
    );
    expect(pyodide.runPython("moult.stats()['generations'][2]['collections'] - before")).toBe(1);
    expect(pyodide.runPython("l = []; l.append(l); del l; moult.collect()")).toBeGreaterThan(0);
    expect(pyodide.runPython("moult.stats()['memory_bytes']")).toBe(pyodide.moult.stats().memoryBytes);
  });

  it("refuses options that can't change", () => {
    expect(raised(pyodide, "import moult; moult.set_option('plan', 'builtin')")).toBe(
      'ValueError: option "plan" can\'t change any more; those that can: memoryLimit, verify',
    );
  });

  it("changes how much the collector checks itself", () => {
    const check = "import gc, moult; moult.set_option('verify', 2); gc.collect(); moult.options['verify']";
    expect(pyodide.runPython(check)).toBe(2);
    expect(pyodide.runPython("moult.set_option('verify', 0); moult.options['verify']")).toBe(0);
  });

  it("detaches from Python, and attaches again", async () => {
    expect(pyodide.runPython("import moult; kept = moult; moult.detach()")).toBe(true);
    expect(pyodide.moult.attached).toBe(false);
    expect(raised(pyodide, "import moult")).toBe("ModuleNotFoundError: No module named 'moult'");
    expect(
      pyodide.runPython("kept.attached, kept.detach(), kept.stats()['plan'], kept.collect() >= 0").toString(),
    ).toBe("(False, True, 'generational', True)");
    const again = await attach(pyodide, { plan: "builtin" });
    expect(pyodide.runPython("import moult; moult is kept, moult.plan, kept.attached").toString()).toBe(
      "(False, 'builtin', False)",
    );
    again.detach();
  });

  it("detaches from a finalizer at the end of the collection", async () => {
    const moult = await attach(pyodide);
    pyodide.runPython(`
import gc, moult
class Leaving:
    def __init__(self): self.me = self
    def __del__(self):
        global said
        said = moult.detach()
Leaving()
gc.collect()
for _ in range(1000): pass
`);
    expect(pyodide.runPython("said")).toBe(false);
    await Promise.resolve();
    expect(moult.attached).toBe(false);
    expect(raised(pyodide, "import moult")).toMatch(/^ModuleNotFoundError/);
  });

  function globals() {
    return pyodide.runPython("import pyodide_js, moult; {'pyodide_js': pyodide_js, 'moult': moult}");
  }
});

describe("sealed", () => {
  let pyodide: PyodideInterface & { readonly moult: Moult };

  beforeAll(async () => {
    pyodide = await loadPyodide({ gc: { sealed: true, verify: 0 } });
  });

  afterAll(() => {
    expect(pyodide.moult.attached).toBe(true);
    expect(
      pyodide.runPython(
        "import moult; dict(moult.options) == {'plan': 'incremental', 'pauseGoal': 1, 'stress': False, 'allocator': 'pool', 'freezeAfterImports': False, 'bridge': 'auto', 'bridgeFinalizers': 'sound', 'verify': 0, 'performanceEntries': False, 'sealed': True, 'tools': 'auto'}",
      ),
    ).toBe(true);
  });

  it.each([
    ["import moult; moult.set_option('verify', 3)", "PermissionError: sealed by the host"],
    ["import moult; moult.detach()", "PermissionError: sealed by the host"],
    [
      "import moult; moult.set_option.__globals__['_door'].setOption('verify', 3)",
      "AttributeError: setOption",
    ],
    ["import moult; moult._door.detach()", "AttributeError: detach"],
    [
      "import moult; moult.options['verify'] = 3",
      "TypeError: 'mappingproxy' object does not support item assignment",
    ],
    ["import pyodide_js; pyodide_js.moult.detach()", /^JsException: MoultError: detaching is refused/],
    [
      "import pyodide_js; pyodide_js.moult.on('collection', print)",
      /^JsException: MoultError: subscribing .* refused/,
    ],
    ["import pyodide_js; pyodide_js.moult.detach = print", /^(JsException: )?TypeError/],
    ["import pyodide_js; pyodide_js.moult = None", /^(JsException: )?TypeError/],
    ["import pyodide_js; del pyodide_js.moult", /^(JsException: )?TypeError/],
    ["import pyodide_js; pyodide_js.moult.constructor", /^AttributeError/],
    ["import js; js.moult", /^AttributeError/],
  ])("refuses %s", (code, message) => {
    if (typeof message === "string") expect(raised(pyodide, code)).toBe(message);
    else expect(raised(pyodide, code)).toMatch(message);
  });

  it("still tells and collects", () => {
    expect(pyodide.runPython("import pyodide_js; pyodide_js.moult.plan")).toBe("incremental");
    expect(pyodide.runPython("pyodide_js.moult.collect() >= 0 and pyodide_js.moult.stats().plan")).toBe(
      "incremental",
    );
    expect(pyodide.runPython("import moult; moult.collect() >= 0")).toBe(true);
  });

  it("does not attach a second time, whatever the options", async () => {
    await expect(attach(pyodide, { sealed: false })).rejects.toMatchObject({ code: "already-attached" });
  });
});

it("gc: false loads a plain Pyodide", async () => {
  const pyodide = await loadPyodide({ gc: false });
  expect(pyodide).not.toHaveProperty("moult");
  expect(raised(pyodide, "import moult")).toMatch(/^ModuleNotFoundError/);
});
